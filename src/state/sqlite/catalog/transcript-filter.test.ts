import { runEnded } from "../../../pipeline.ts";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../open.ts";
import { createIdSource, newSession } from "../../../media/ids.ts";
import { newJob } from "../../../media/job.ts";
import type { TranscriptFilter } from "../../../catalog/catalog.ts";
import { createSqliteCatalog } from "./catalog.ts";

const newId = createIdSource(newSession());
const engineOf = (draft: boolean) => ({
  name: "e",
  version: "1",
  model: "m",
  ...(draft && ({ quality: "draft" } as const)),
});

/** A catalog with one media for each: its name, what is to hear it, and in which language. */
async function catalogOf(...media: readonly [string, string, string, boolean][]) {
  const catalog = createSqliteCatalog({
    whenEnded: runEnded,
    database: openDatabase(":memory:"),
    metadataTable: "m",
  });
  for (const [name, engine, languageCode, draft] of media) {
    const version = newId();
    const ref = { bucket: "uploads", key: name, version, sha256: name, sizeBytes: 1 } as const;
    const record = { name, version, owner: "local", sha256: name, sizeBytes: 1 };
    const transcript = { languageCode, words: [], engine: engineOf(draft) };
    await catalog.apply({
      expect: { name, version: null },
      changes: [
        { type: "putMedia", media: record, source: { ...ref, contentType: "" } },
        { type: "enqueue", job: newJob(record, "transcribe", { engine: "old/1" }) },
        { type: "enqueue", job: newJob(record, "transcribe", { engine }) },
        {
          type: "putTranscript",
          version,
          transcript,
          metadata: { JsonFile: name, transcript: "" },
        },
      ],
    });
  }
  return catalog;
}

describe("media by what their transcripts are", () => {
  it("are found by the engine of their current job, the language and the quality", async () => {
    const catalog = await catalogOf(
      ["a.mp3", "pocketsphinx/en-us/1", "en-US", true],
      ["b.mp3", "sherpa/parakeet-1", "en-US", false],
      ["c.mp3", "sherpa/parakeet-1", "de-DE", false],
      ["d.mp3", "sherpas/x", "enm", true],
    );
    const names = async (filter: TranscriptFilter) =>
      (await catalog.listMedia(filter)).map(({ name }) => name[0]).join("");
    expect(await names({ engine: "pocketsphinx" })).toBe("a");
    expect(await names({ engine: "sherpa" })).toBe("bc");
    expect(await names({ engine: "sherpa/parakeet-1" })).toBe("bc");
    expect(await names({ engine: "sherpa", after: "b.mp3" })).toBe("c");
    expect(await names({ engine: "old" })).toBe("");
    expect(await names({ languageCode: "EN" })).toBe("ab");
    expect(await names({ languageCode: "de-DE", engine: "sherpa" })).toBe("c");
    expect(await names({ draft: true })).toBe("ad");
    expect(await names({ draft: false, limit: 1 })).toBe("b");
    for (const draft of [true, false])
      for (const media of await catalog.listMedia({ draft }))
        expect(await catalog.isDraft(media)).toBe(draft);
    expect(await names({ engine: "%", languageCode: "_n" })).toBe("");
  });
});

describe("options of a transcript", () => {
  it("is the last word on this version, and goes with its bytes", async () => {
    const catalog = await catalogOf(["a.mp3", "e/1", "en-US", false]);
    const media = await catalog.getMedia("a.mp3");
    const version = media?.version ?? "";
    const say = (speech: object) =>
      catalog.apply({
        expect: { name: "a.mp3", version },
        changes: [
          { type: "setFacts", version, facts: { type: "audio" } as never },
          {
            type: "event",
            event: { type: "transcription.requested", name: "a.mp3", version, speech },
          },
          { type: "event", event: { type: "media.ready", name: "a.mp3", version } },
        ],
      });
    expect(await catalog.transcriptionOptions({ name: "a.mp3", version })).toBeUndefined();
    await say({ languageCode: "de-DE", speakers: 2 });
    await say({ languageCode: "fr-FR" });
    expect(await catalog.transcriptionOptions({ name: "a.mp3", version })).toEqual({
      languageCode: "fr-FR",
    });
    expect(await catalog.transcriptionOptions({ name: "a.mp3", version: "other" })).toBeUndefined();
    const twin = () => catalog.findTwin({ sha256: "a.mp3", owner: "local" });
    expect((await twin())?.speech).toEqual({ languageCode: "fr-FR" });
    await catalog.apply({
      expect: { name: "a.mp3", version },
      changes: [{ type: "removeMedia", name: "a.mp3", keepBytesMs: 10_000 }],
    });
    expect((await twin())?.speech).toEqual({ languageCode: "fr-FR" });
  });
});
