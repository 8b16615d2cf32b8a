import { describe, expect, it } from "vitest";
import type { MediaFacts } from "../media/facts.ts";
import { newJob } from "../media/job.ts";
import type { StoredObject } from "../media/media.ts";
import type { Catalog, Change } from "./catalog.ts";
import type { Pages } from "./pages.ts";
import type { Trash } from "./trash.ts";
import { objectAt } from "./catalog.fixture.ts";

const facts: MediaFacts = {
  type: "video",
  container: "mov",
  containerLongName: "QuickTime / MOV",
  durationMs: 1_000,
  audioTracks: 0,
  warnings: [],
};

/** What every catalog must do with media of the same bytes, removals that are renames, and lost bytes. */
export function sharingContract(
  catalog: () => Omit<Catalog, keyof Pages>,
  trash: () => Trash,
): void {
  const apply = (name: string, version: string | null, changes: Change[]) =>
    catalog().apply({ expect: { name, version }, changes });

  async function put(name: string, sha256: string, owner = "local"): Promise<string> {
    const source = objectAt("uploads", name, sha256);
    const { version } = source;
    const media = { name, version, owner, sha256, sizeBytes: 1 };
    await apply(name, null, [{ type: "putMedia", media, source }]);
    return version;
  }

  /** A media of which everything is known. */
  async function putDone(name: string): Promise<{ version: string; outputs: StoredObject[] }> {
    const version = await put(name, "aa");
    const stem = name.replace(".mp4", "");
    const json = objectAt("outputs", `output/transcribe/${stem}.json`);
    const gif = objectAt("outputs", `output/gif/${stem}.gif`);
    const rendition = { rendition: "gif", object: gif, engine: "e", copied: false } as const;
    const engine = { name: "e", version: "1", model: "m" };
    const words = [{ text: "hello", startMs: 10, endMs: 90 }];
    const subject = { name, version };
    await apply(name, version, [
      { type: "setFacts", version, facts },
      { type: "putOutput", version, object: json },
      { type: "putRendition", version, rendition },
      { type: "putLabels", version, labels: [{ name: "Dog", confidence: 0.5, parents: [] }] },
      {
        type: "putTranscript",
        version,
        transcript: { languageCode: "en-US", words, engine },
        metadata: { JsonFile: json.key, transcript: "hello", jobName: stem },
      },
      { type: "index", version },
      { type: "skip", job: newJob(subject, "audio"), reason: "no_audio" },
      { type: "enqueue", job: newJob(subject, "label") },
    ]);
    return { version, outputs: [gif, json] };
  }

  async function adopt(
    name: string,
    from: { version: string; outputs: StoredObject[] },
    twinName = "a.mp4",
  ) {
    const source = objectAt("uploads", name, "aa");
    const { version } = source;
    const media = { name, version, owner: "local", sha256: "aa", sizeBytes: 1 };
    const applied = await catalog().apply({
      expect: { name, version: null, twin: { name: twinName, ...from } },
      changes: [
        { type: "putMedia", media, source },
        { type: "adopt", version, from: from.version },
      ],
    });
    return { version, applied };
  }

  describe("the same bytes", () => {
    it("are found by what they are, of their owner alone, once something is known", async () => {
      await put("raw.mp4", "bb");
      expect(await catalog().findTwin({ sha256: "bb", owner: "local" })).toBeUndefined();
      const { version, outputs } = await putDone("a.mp4");
      const twin = await catalog().findTwin({ sha256: "aa", owner: "local" });
      expect(twin).toEqual({ name: "a.mp4", version, facts, outputs });
      expect(await catalog().findTwin({ sha256: "aa", owner: "anna" })).toBeUndefined();
    });

    it("share all that was made, each under its own name, and go one by one", async () => {
      const first = await putDone("a.mp4");
      const { version, applied } = await adopt("b/c.mp4", first);
      expect(applied).toBe("applied");
      expect(await catalog().getMedia("b/c.mp4")).toMatchObject({
        type: "video",
        facts,
        state: "ready",
      });
      const outputs = await catalog().listOutputs({ name: "b/c.mp4", version });
      expect(outputs.map(({ key }) => key)).toEqual([
        "output/gif/b/c.gif",
        "output/transcribe/b/c.json",
      ]);
      expect(outputs.map((one) => one.version)).toEqual(first.outputs.map((one) => one.version));
      expect(await catalog().listRenditions({ name: "b/c.mp4", version })).toMatchObject([
        { rendition: "gif", object: { key: "output/gif/b/c.gif" } },
      ]);
      const json = "output/transcribe/b/c.json";
      expect(await catalog().getMetadata(json)).toMatchObject({
        JsonFile: json,
        transcript: "hello",
      });
      expect(await catalog().getLabels({ name: "b/c.mp4", version })).toMatchObject([
        { name: "Dog" },
      ]);
      // what is done for good comes along, what is under way does not
      expect(await catalog().listJobs({ media: { name: "b/c.mp4", version } })).toMatchObject([
        { id: newJob({ name: "b/c.mp4", version }, "audio").id, state: "skipped", attempts: 0 },
      ]);
      await apply("a.mp4", first.version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }]);
      expect(await trash().listTrash()).toEqual([{ bucket: "uploads", version: first.version }]);
      await apply("b/c.mp4", version, [{ type: "removeMedia", name: "b/c.mp4", keepBytesMs: 0 }]);
      expect(await trash().listTrash()).toHaveLength(4);
    });

    it("are not shared when what was to be shared has changed meanwhile", async () => {
      const first = await putDone("a.mp4");
      const younger = objectAt("outputs", "output/gif/a.gif");
      await apply("a.mp4", first.version, [
        { type: "putOutput", version: first.version, object: younger },
      ]);
      expect((await adopt("b.mp4", first)).applied).toBe("superseded");
      expect(await catalog().getMedia("b.mp4")).toBeUndefined();
    });
  });

  describe("a removal", () => {
    it("can be a rename as long as it is kept, also back to the same name", async () => {
      const first = await putDone("a.mp4");
      const removal = (keepBytesMs: number): Change[] => [
        { type: "removeMedia", name: "a.mp4", keepBytesMs },
      ];
      await apply("a.mp4", first.version, removal(60_000));
      const twin = await catalog().findTwin({ sha256: "aa", owner: "local" });
      expect(twin).toMatchObject({ name: "a.mp4", version: first.version });
      const { version, applied } = await adopt("a.mp4", first);
      expect(applied).toBe("applied");
      const [gif] = await catalog().listOutputs({ name: "a.mp4", version });
      expect(gif?.version).toBe(first.outputs[0]?.version);
      expect(await trash().takeTrash("outputs", gif?.version ?? "")).toBe(false);
      await apply("a.mp4", version, removal(0));
      expect(await catalog().findTwin({ sha256: "aa", owner: "local" })).toBeUndefined();
    });

    it("whose bytes have not waited long enough keeps them", async () => {
      const { version } = await putDone("a.mp4");
      await apply("a.mp4", version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 60_000 }]);
      expect(await trash().takeTrash("uploads", version)).toBe(false);
    });
  });

  describe("bytes and records", () => {
    it("are compared a page at a time", async () => {
      await putDone("a.mp4");
      const keys: string[] = [];
      for (let after: string | undefined; ;) {
        const page = { bucket: "outputs", limit: 1, ...(after && { after }) } as const;
        const [object] = await catalog().listObjects(page);
        if (object === undefined) break;
        expect(object.mediaName).toBe("a.mp4");
        keys.push((after = object.key));
      }
      expect(keys).toEqual(["output/gif/a.gif", "output/transcribe/a.json"]);
      const keysOf = async (page: { owner?: string; startsWith?: string; after?: string }) =>
        (await catalog().listObjects({ bucket: "outputs", limit: 9, ...page })).map(
          ({ key }) => key,
        );
      expect(await keysOf({ startsWith: "output/t" })).toEqual(["output/transcribe/a.json"]);
      expect(await keysOf({ startsWith: "output/g", after: "output/h" })).toEqual([]);
      const [media] = await catalog().listMedia({});
      expect(await keysOf({ owner: media?.owner ?? "" })).toEqual(keys);
      expect(await keysOf({ owner: "somebody-else" })).toEqual([]);
    });

    it("go to the trash only when no record knows them", async () => {
      const version = await put("a.mp4", "cc");
      expect(await trash().trashUnknown("uploads", version)).toBe(false);
      expect(await trash().trashUnknown("uploads", "unknown")).toBe(true);
      expect(await trash().listTrash()).toEqual([{ bucket: "uploads", version: "unknown" }]);
    });

    it("that are lost are made again, at once or when the audio is there", async () => {
      const version = await put("a.mp4", "cc");
      const job = newJob({ name: "a.mp4", version }, "transcribe");
      await apply("a.mp4", version, [{ type: "skip", job, reason: "no_audio" }]);
      await apply("a.mp4", version, [{ type: "redo", jobId: job.id, waits: true }]);
      expect(await catalog().listJobs({ media: { name: "a.mp4", version } })).toMatchObject([
        { state: "skipped", reason: "audio_failed" },
      ]);
      await apply("a.mp4", version, [{ type: "redo", jobId: job.id }]);
      expect(await catalog().listJobs({ media: { name: "a.mp4", version } })).toMatchObject([
        { state: "queued" },
      ]);
    });
  });
}
