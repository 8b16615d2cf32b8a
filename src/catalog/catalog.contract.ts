import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MediaFacts } from "../media/facts.ts";
import { newJob } from "../media/job.ts";
import type { Catalog, Change, Write } from "./catalog.ts";
import { indexText, objectAt, put } from "./catalog.fixture.ts";
import type { Pages } from "./pages.ts";
import type { Trash } from "./trash.ts";
import { sharingContract } from "./sharing.contract.ts";

const facts: MediaFacts = {
  type: "video",
  container: "mov",
  containerLongName: "QuickTime / MOV",
  durationMs: 1_000,
  audioTracks: 0,
  warnings: [],
};

/** A home of records may lack pages; those have a contract of their own. */
type Core = Omit<Catalog, keyof Pages>;

/** What every catalog must do. */
export function catalogContract(kind: string, open: () => Promise<Core & Trash>): void {
  describe(`catalog: ${kind}`, () => {
    let catalog: Core & Trash;
    beforeEach(async () => void (catalog = await open()));
    afterEach(() => catalog.close());

    const apply = (name: string, version: string | null, changes: Change[]) =>
      catalog.apply({ expect: { name, version }, changes });

    const index = (name: string, version: string, text: string) =>
      indexText(catalog, { name, version }, text);

    describe("writes", () => {
      it("are kept whole or not at all", async () => {
        const version = await put(catalog, "a.mp4");
        const job = newJob({ name: "a.mp4", version }, "probe");
        const broken = { type: "setFacts", version: Symbol("no text") } as unknown as Change;
        const changes: Change[] = [{ type: "enqueue", job }, broken];
        await expect(apply("a.mp4", version, changes)).rejects.toThrow();
        expect(await catalog.listJobs({})).toEqual([]);
      });

      it("can return the media file as they leave it", async () => {
        const source = objectAt("uploads", "a.mp4", "01");
        const { version, sizeBytes } = source;
        const media = { name: "a.mp4", version, owner: "local", sha256: "01", sizeBytes };
        const write: Write = {
          expect: { name: "a.mp4", version: null },
          changes: [{ type: "putMedia", media, source }],
        };
        expect(await catalog.applyAndGet(write)).toEqual(await catalog.getMedia("a.mp4"));
        expect(await catalog.applyAndGet(write)).toBeUndefined();
      });

      it("whose expectation fails change nothing", async () => {
        const first = await put(catalog, "a.mp4", "01");
        const second = await put(catalog, "a.mp4", "02");
        const late = await apply("a.mp4", first, [{ type: "setFacts", version: first, facts }]);
        expect(late).toBe("superseded");
        const media = await catalog.getMedia("a.mp4");
        expect(media?.version).toBe(second);
        expect(media?.facts).toBeUndefined();
        expect(await apply("b.mp4", "some", [{ type: "index", version: "some" }])).toBe(
          "superseded",
        );
      });

      it("hold at most 100 changes", async () => {
        const changes = Array.from({ length: 101 }, (): Change => ({
          type: "index",
          version: "x",
        }));
        await expect(apply("a.mp4", null, changes)).rejects.toMatchObject({ code: "internal" });
      });
    });

    describe("media", () => {
      it("are found by name, with unknown things absent", async () => {
        const version = await put(catalog, "a/ü b.mp4");
        const media = await catalog.getMedia("a/ü b.mp4");
        expect(media).toMatchObject({ version, owner: "local", state: "processing" });
        expect(Object.keys(media ?? {})).not.toContain("type");
        expect(await catalog.getMedia("a")).toBeUndefined();
        await apply("a/ü b.mp4", version, [{ type: "setFacts", version, facts }]);
        expect(await catalog.getMedia("a/ü b.mp4")).toMatchObject({ type: "video", facts });
      });

      it("are listed by name with filters and a place to go on from", async () => {
        for (const name of ["b/2.mp4", "a.mp4", "b/1.mp4", "c.mp4", "b%.mp4"]) {
          const version = await put(catalog, name);
          await apply(name, version, [
            {
              type: "setFacts",
              version,
              facts: { ...facts, type: name === "c.mp4" ? "audio" : "video" },
            },
            {
              type: "putLabels",
              version,
              labels: name.startsWith("b/")
                ? [{ name: "Dog", confidence: 0.5, parents: ["Animal"] }]
                : [],
            },
          ]);
        }
        const names = async (filter: Parameters<Catalog["listMedia"]>[0]) =>
          (await catalog.listMedia(filter)).map((media) => media.name);
        expect(await names({})).toEqual(["a.mp4", "b%.mp4", "b/1.mp4", "b/2.mp4", "c.mp4"]);
        expect(await names({ startsWith: "b/" })).toEqual(["b/1.mp4", "b/2.mp4"]);
        expect(await names({ startsWith: "b%" })).toEqual(["b%.mp4"]);
        expect(await names({ type: "audio" })).toEqual(["c.mp4"]);
        expect(await names({ label: "dog" })).toEqual(["b/1.mp4", "b/2.mp4"]);
        expect(await names({ label: "dog", type: "audio" })).toEqual([]);
        expect(await names({ label: "dog", type: "video", after: "b/1.mp4" })).toEqual(["b/2.mp4"]);
        expect(await names({ label: "dog", startsWith: "b/2" })).toEqual(["b/2.mp4"]);
        expect(await names({ label: "dog", owner: "local" })).toEqual(["b/1.mp4", "b/2.mp4"]);
        expect(await names({ owner: "nobody" })).toEqual([]);
        expect(await names({ owner: "local", type: "audio" })).toEqual(["c.mp4"]);
        expect(await names({ limit: 2, after: "a.mp4" })).toEqual(["b%.mp4", "b/1.mp4"]);
      });

      it("that are removed take everything with them, bytes at last", async () => {
        const version = await put(catalog, "a.mp4");
        const output = objectAt("outputs", "output/labels/a.json");
        await index("a.mp4", version, "hello");
        await apply("a.mp4", version, [
          { type: "putOutput", version, object: output },
          { type: "enqueue", job: newJob({ name: "a.mp4", version }, "probe") },
        ]);
        await apply("a.mp4", version, [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }]);
        expect(await catalog.getMedia("a.mp4")).toBeUndefined();
        expect(await catalog.listJobs({})).toEqual([]);
        expect(await catalog.getMetadata("output/transcribe/a.mp4.json")).toBeUndefined();
        expect(await catalog.listOutputs({ name: "a.mp4", version })).toEqual([]);
        expect(await catalog.getSource({ name: "a.mp4", version })).toBeUndefined();
        const trash = await catalog.listTrash();
        expect(new Set(trash.map((bytes) => bytes.version))).toEqual(
          new Set([version, output.version]),
        );
        expect(await catalog.takeTrash("outputs", output.version)).toBe(true);
        expect(await catalog.takeTrash("outputs", output.version)).toBe(false);
        expect(await catalog.knowsBytes("outputs", output.version)).toBe(false);
        expect(await catalog.knowsBytes("uploads", version)).toBe(true);
      });

      it("keep bytes of a removed one as long as they are told to", async () => {
        const version = await put(catalog, "a.mp4");
        await apply("a.mp4", version, [
          { type: "removeMedia", name: "a.mp4", keepBytesMs: 60_000 },
        ]);
        expect(await catalog.listTrash()).toEqual([]);
        expect(await catalog.knowsBytes("uploads", version)).toBe(true);
      });
    });

    describe("outputs", () => {
      it("that replace others send the old bytes to the trash", async () => {
        const version = await put(catalog, "a.mp4");
        const [old, young] = [objectAt("outputs", "k"), objectAt("outputs", "k")];
        await apply("a.mp4", version, [{ type: "putOutput", version, object: old }]);
        await apply("a.mp4", version, [{ type: "putOutput", version, object: young }]);
        expect(await catalog.listOutputs({ name: "a.mp4", version })).toEqual([young]);
        expect(await catalog.listTrash()).toEqual([{ bucket: "outputs", version: old.version }]);
      });

      it("are listed, renditions with what is known of them", async () => {
        const version = await put(catalog, "a.mp4");
        const object = objectAt("outputs", "output/audio/a.mp3");
        const rendition = {
          rendition: "audio",
          object,
          durationMs: 5,
          engine: "e",
          copied: false,
        } as const;
        await apply("a.mp4", version, [{ type: "putRendition", version, rendition }]);
        expect(await catalog.listRenditions({ name: "a.mp4", version })).toEqual([rendition]);
        expect(await catalog.listOutputs({ name: "a.mp4", version })).toEqual([object]);
      });
    });

    describe("jobs", () => {
      it("asked for twice are one", async () => {
        const version = await put(catalog, "a.mp4");
        const job = newJob({ name: "a.mp4", version }, "gif", { engine: "x" });
        await apply("a.mp4", version, [
          { type: "enqueue", job },
          { type: "enqueue", job },
        ]);
        await apply("a.mp4", version, [{ type: "enqueue", job }]);
        expect(await catalog.listJobs({ media: { name: "a.mp4", version } })).toMatchObject([
          { id: job.id, state: "queued" },
        ]);
      });

      it("with other settings take the place of the old ones, and give it back", async () => {
        const version = await put(catalog, "a.mp4");
        const [a, b] = ["a", "b"].map((engine) =>
          newJob({ name: "a.mp4", version }, "gif", { engine }),
        );
        if (a === undefined || b === undefined) throw new Error("two jobs");
        for (const job of [a, b, a]) {
          await apply("a.mp4", version, [{ type: "enqueue", job }]);
          expect(await catalog.listJobs({ media: { name: "a.mp4", version } })).toMatchObject([
            { id: job.id, state: "queued" },
          ]);
        }
      });

      it("that are cancelled or skipped end the run, and a retry begins another", async () => {
        const version = await put(catalog, "a.mp4");
        const gif = newJob({ name: "a.mp4", version }, "gif");
        const audio = newJob({ name: "a.mp4", version }, "audio");
        await apply("a.mp4", version, [
          { type: "enqueue", job: gif },
          { type: "skip", job: audio, reason: "no_audio" },
        ]);
        expect((await catalog.getMedia("a.mp4"))?.state).toBe("processing");
        await apply("a.mp4", version, [{ type: "cancel", jobId: gif.id }]);
        expect((await catalog.getMedia("a.mp4"))?.state).toBe("failed");
        expect((await catalog.listEvents("a.mp4")).map(({ event }) => event)).toEqual([
          { type: "media.failed", name: "a.mp4", version, failed: ["gif"] },
        ]);
        await apply("a.mp4", version, [{ type: "retry", jobId: gif.id }]);
        expect((await catalog.getMedia("a.mp4"))?.state).toBe("processing");
        expect(await catalog.listJobs({ state: "skipped" })).toMatchObject([
          { reason: "no_audio" },
        ]);
      });

      it("that leave and come back in one write stand behind the others", async () => {
        const version = await put(catalog, "a.mp4");
        const media = { name: "a.mp4", version };
        const [old, other] = ["x", "y"].map((engine) => newJob(media, "gif", { engine }));
        const audio = newJob(media, "audio");
        if (old === undefined || other === undefined) throw new Error("two jobs");
        const enqueue = (...jobs: (typeof audio)[]) =>
          apply(
            "a.mp4",
            version,
            jobs.map((job): Change => ({ type: "enqueue", job })),
          );
        await enqueue(old, audio);
        await enqueue(other, old);
        const ids = (await catalog.listJobs({ media })).map(({ id }) => id);
        expect(ids).toEqual([audio.id, old.id]);
      });

      it("of a superseded version are gone", async () => {
        const version = await put(catalog, "a.mp4", "01");
        await apply("a.mp4", version, [
          { type: "enqueue", job: newJob({ name: "a.mp4", version }, "gif") },
        ]);
        await put(catalog, "a.mp4", "02");
        expect(await catalog.listJobs({})).toEqual([]);
      });
    });

    sharingContract(
      () => catalog,
      () => catalog,
    );
  });
}
