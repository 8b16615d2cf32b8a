import { describe, expect, it } from "vitest";
import type { MediaFacts } from "../media/facts.ts";
import { newJob } from "../media/job.ts";
import type { StoredObject } from "../media/media.ts";
import type { Catalog, Change } from "./catalog.ts";
import { objectAt } from "./object-at.fixture.ts";

const facts: MediaFacts = {
  type: "video",
  container: "mov",
  containerLongName: "QuickTime / MOV",
  durationMs: 1_000,
  audioTracks: 0,
  warnings: [],
};

/** What every catalog must do with media of the same bytes, removals that are renames, and lost bytes. */
export function sharingContract(catalog: () => Catalog): void {
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
      const outputs = await catalog().listOutputs(version);
      expect(outputs.map(({ key }) => key)).toEqual([
        "output/gif/b/c.gif",
        "output/transcribe/b/c.json",
      ]);
      expect(outputs.map((one) => one.version)).toEqual(first.outputs.map((one) => one.version));
      expect(await catalog().listRenditions(version)).toMatchObject([
        { rendition: "gif", object: { key: "output/gif/b/c.gif" } },
      ]);
      const json = "output/transcribe/b/c.json";
      expect(await catalog().getMetadata(json)).toMatchObject({
        JsonFile: json,
        transcript: "hello",
      });
      expect(await catalog().getLabels(version)).toMatchObject([{ name: "Dog" }]);
      const hits = await catalog().search({ words: "hello" });
      expect(hits.map(({ name }) => name).toSorted()).toEqual(["a.mp4", "b/c.mp4"]);
      expect(hits.map(({ moments }) => moments[0]?.startMs)).toEqual([10, 10]);
      // what is done for good comes along, what is under way does not
      expect(await catalog().listJobs({ version })).toMatchObject([
        { id: newJob({ name: "b/c.mp4", version }, "audio").id, state: "skipped", attempts: 0 },
      ]);
      await apply("a.mp4", first.version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }]);
      expect(await catalog().listTrash()).toEqual([{ bucket: "uploads", version: first.version }]);
      await apply("b/c.mp4", version, [{ type: "removeMedia", name: "b/c.mp4", keepBytesMs: 0 }]);
      expect(await catalog().listTrash()).toHaveLength(4);
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
      const [gif] = await catalog().listOutputs(version);
      expect(gif?.version).toBe(first.outputs[0]?.version);
      expect(await catalog().takeTrash("outputs", gif?.version ?? "")).toBe(false);
      await apply("a.mp4", version, removal(0));
      expect(await catalog().findTwin({ sha256: "aa", owner: "local" })).toBeUndefined();
    });

    it("whose bytes have not waited long enough keeps them", async () => {
      const { version } = await putDone("a.mp4");
      await apply("a.mp4", version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 60_000 }]);
      expect(await catalog().takeTrash("uploads", version)).toBe(false);
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
    });

    it("are condemned only when nobody knows them", async () => {
      const version = await put("a.mp4", "cc");
      expect(await catalog().condemn("uploads", version)).toBe(false);
      expect(await catalog().condemn("uploads", "nobodys")).toBe(true);
      expect(await catalog().listTrash()).toEqual([{ bucket: "uploads", version: "nobodys" }]);
    });

    it("that are lost are made again, at once or when the audio is there", async () => {
      const version = await put("a.mp4", "cc");
      const job = newJob({ name: "a.mp4", version }, "transcribe");
      await apply("a.mp4", version, [{ type: "skip", job, reason: "no_audio" }]);
      await apply("a.mp4", version, [{ type: "redo", jobId: job.id, waits: true }]);
      expect(await catalog().listJobs({ version })).toMatchObject([
        { state: "skipped", reason: "audio_failed" },
      ]);
      await apply("a.mp4", version, [{ type: "redo", jobId: job.id }]);
      expect(await catalog().listJobs({ version })).toMatchObject([{ state: "queued" }]);
    });

    it("of a folder are listed by path, and its identity is remembered", async () => {
      const version = await put("a.mp4", "cc");
      const stamp = { sizeBytes: 1, modifiedNs: 5n, inode: 7n };
      for (const path of ["/in/b.mp4", "/in/a/c.mp4", "/in0/x.mp4", "/i.mp4", "/in"])
        await apply("a.mp4", version, [{ type: "noteFile", version, file: { path, ...stamp } }]);
      const imports = await catalog().listImports({ folder: "/in", limit: 10 });
      expect(imports.map(({ path }) => path)).toEqual(["/in/a/c.mp4", "/in/b.mp4"]);
      expect(imports[0]).toMatchObject({ name: "a.mp4", version, ...stamp });
      expect(
        await catalog().listImports({ folder: "/in", after: "/in/a/c.mp4", limit: 10 }),
      ).toHaveLength(1);
      expect(await catalog().watchedFolder("/in")).toBeUndefined();
      await catalog().noteWatchedFolder("/in", "1:2");
      await catalog().noteWatchedFolder("/in", "1:3");
      expect(await catalog().watchedFolder("/in")).toBe("1:3");
      // removed by hand: remembered where its file would bring it back
      const removed = async () =>
        (await catalog().listImports({ folder: "/in", limit: 10, removed: true })).map(
          ({ path }) => path,
        );
      expect(await removed()).toEqual([]);
      await apply("a.mp4", version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }]);
      expect(await catalog().listImports({ folder: "/in", limit: 10 })).toEqual([]);
      expect(await removed()).toEqual(["/in/a/c.mp4", "/in/b.mp4"]);
      await catalog().forgetImport("/in/b.mp4");
      const again = await put("a.mp4", "cc");
      const file = { path: "/in/a/c.mp4", ...stamp };
      await apply("a.mp4", again, [{ type: "noteFile", version: again, file }]);
      expect(await removed()).toEqual([]);
    });
  });
}
