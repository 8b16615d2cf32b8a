import { describe, expect, it } from "vitest";
import { runStep } from "../../test/support/run-step.ts";
import { stepContext } from "../../test/support/step-context.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { newJob } from "../media/job.ts";
import type { JobSettings } from "../media/job.ts";
import type { StoredObject } from "../media/media.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import type { Word } from "../media/transcript.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { putText, readBytes } from "../objects/stored.ts";
import { createIndexStep } from "./step.ts";

const objects = createMemoryObjectStore();
const newId = createIdSource(newSession());
const version = newId();
const engine = {
  name: "pocketsphinx",
  version: "5prealpha",
  model: "en-us",
  quality: "draft",
} as const;
const words: readonly Word[] = [
  { text: "go", startMs: 480, endMs: 650, confidence: 0.9996 },
  { text: "forward", startMs: 650, endMs: 1_180, confidence: 0.9965 },
];

const noStream = { hasStream: async () => false, issueStream: async () => [] };

const contextOf = (settings: JobSettings) =>
  stepContext(newJob({ name: "a/talk.mp4", version }, "index", settings));

async function stored(text: string): Promise<StoredObject> {
  const place = { bucket: "outputs", key: "output/transcribe/a/talk.json" } as const;
  return putText(objects, place, text, "application/json");
}

const textOf = async (object: StoredObject) => (await readBytes(objects, object)).toString();

const readSubtitles = async () => [];

describe("the step index", () => {
  it("makes captions, the metadata record and what is searched from a transcript", async () => {
    const transcript = { languageCode: "en-US", words, engine };
    const json = await stored(JSON.stringify(toTranscribeJson({ jobName: "job", transcript })));
    const step = createIndexStep({
      objects,
      ...noStream,
      transcriptOf: async () => json,
      readSubtitles,
    });
    const { changes } = await runStep(step, contextOf({ of: "transcript", from: json.version }));

    const outputs = changes.flatMap((change) =>
      change.type === "putOutput" ? [change.object] : [],
    );
    expect(outputs.map((object) => object.key)).toEqual([
      "output/captions/a/talk.vtt",
      "output/captions/a/talk.srt",
    ]);
    expect(await Promise.all(outputs.map(textOf))).toEqual([
      "WEBVTT\n\nNOTE Draft transcript by pocketsphinx (en-us): many words are misheard.\n\n" +
        "00:00:00.480 --> 00:00:01.313\ngo forward\n",
      "1\n00:00:00,480 --> 00:00:01,313\ngo forward\n",
    ]);
    expect(changes.slice(2)).toEqual([
      {
        type: "putTranscript",
        version,
        transcript,
        metadata: expect.objectContaining({
          JsonFile: "output/transcribe/a/talk.json",
          transcript: "go forward",
          jobName: "job",
          itemCount: 2,
        }) as unknown,
      },
      { type: "index", version },
    ]);
  });

  it("makes a media findable by its labels", async () => {
    const step = createIndexStep({
      objects,
      ...noStream,
      transcriptOf: async () => undefined,
      readSubtitles,
    });
    expect(await runStep(step, contextOf({ of: "labels" }))).toEqual({
      changes: [{ type: "index", version }],
      events: [],
      notes: [],
    });
  });

  it.each([
    ["no transcript", undefined, { of: "transcript" }, "not_found"],
    ["no JSON", "{", { of: "transcript" }, "output_invalid"],
    ["another JSON", "{}", { of: "transcript" }, "output_invalid"],
    ["an unknown job", "{}", { of: "else" }, "internal"],
  ])("refuses %s", async (_what, text, settings, code) => {
    const object = text === undefined ? undefined : await stored(text);
    const step = createIndexStep({
      objects,
      ...noStream,
      transcriptOf: async () => object,
      readSubtitles,
    });
    await expect(runStep(step, contextOf(settings))).rejects.toMatchObject({ code });
  });
});
