import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runStep } from "../../test/support/run-step.ts";
import { stepContext } from "../../test/support/step-context.ts";
import { MediaError } from "../media/errors.ts";
import type { MediaFacts } from "../media/facts.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { newJob } from "../media/job.ts";
import type { JobSettings } from "../media/job.ts";
import { defaultLimits } from "../media/limits.ts";
import { fromTranscribeJson } from "../media/transcribe-json.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { readBytes, storedObject } from "../objects/stored.ts";
import { createSandbox } from "../sandbox/create.ts";
import { videoFacts } from "../transcode/facts.fixture.ts";
import { createPocketsphinxTranscriber } from "./pocketsphinx/transcriber.ts";
import { createTranscribeStep } from "./step.ts";
import type { TranscribeRequest, Transcriber } from "./transcriber.ts";

const objects = createMemoryObjectStore();
const newId = createIdSource(newSession());
const version = newId();
let folder: string;
let transcriber: Transcriber;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-transcribe-step-"));
  const sandbox = await createSandbox();
  transcriber = createPocketsphinxTranscriber({ sandbox, objects, limits: defaultLimits });
});
afterAll(() => rm(folder, { recursive: true }));

const contextOf = (settings: JobSettings) =>
  stepContext(newJob({ name: "a/talk.mov", version }, "transcribe", settings), {
    workDir: folder,
  });

describe("the step transcribe", () => {
  it("stores what it hears as Amazon Transcribe's JSON, and says so", async () => {
    const path = join(folder, "talk.mp3");
    const speech = "flite=voice=slt:text='the weather is nice today'";
    await promisify(execFile)("ffmpeg", [
      "-nostdin",
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      speech,
      path,
    ]);
    const place = { bucket: "outputs", key: "output/audio/a/talk.mov.mp3" } as const;
    const audio = storedObject(await objects.putFile(place, path), "audio/mpeg");
    const asked: string[] = [];
    const audioOf = async ({ name }: { name: string }) => {
      asked.push(name);
      return audio;
    };
    const step = createTranscribeStep({
      isCorrected: async () => false,
      transcriberOf: () => transcriber,
      objects,
      audioOf,
      optionsOf: async () => undefined,
    });
    const { changes, events, notes } = await runStep(step, contextOf({ languageCode: "en-US" }));

    expect(asked).toEqual(["a/talk.mov"]);
    expect(notes).toEqual(["heard by a draft engine"]);
    const [change, ...others] = changes;
    expect(others).toEqual([]);
    if (change?.type !== "putOutput") throw new Error("no output was put");
    const { object } = change;
    expect(object).toMatchObject({
      bucket: "outputs",
      key: "output/transcribe/a/talk.mov.json",
      contentType: "application/json",
    });
    expect(events).toEqual([
      { type: "transcript.created", name: "a/talk.mov", version, transcript: object.version },
    ]);
    const bytes = await readBytes(objects, object);
    expect(bytes.length).toBe(object.sizeBytes);
    const read = fromTranscribeJson(JSON.parse(bytes.toString()));
    expect(read).toMatchObject({
      languageCode: "en-US",
      status: "COMPLETED",
      engine: { quality: "draft" },
    });
    expect(read.jobName).toMatch(/^a_talk\.mov-[0-9a-f]{16}$/);
    expect(read.words.map((word) => word.text)).toContain("weather");

    // a transcript that people have corrected stays; what is heard is kept beside it
    const beside = createTranscribeStep({
      isCorrected: async () => true,
      transcriberOf: () => transcriber,
      objects,
      audioOf,
      optionsOf: async () => undefined,
    });
    const kept = await runStep(beside, contextOf({ languageCode: "en-US" }));
    expect(kept.events).toEqual([]);
    expect(kept.changes).toMatchObject([
      {
        type: "putOutput",
        object: { key: expect.stringMatching(/^output\/transcribe-earlier\//) as string },
      },
    ]);
    expect(kept.notes?.at(-1)).toContain("the corrected transcript stays");
  });

  it("hears the upload where there is no audio rendition, the track that the probe found", async () => {
    const asked: TranscribeRequest[] = [];
    const step = createTranscribeStep({
      isCorrected: async () => false,
      transcriberOf: () => ({
        ...transcriber,
        begin: async (request) => {
          asked.push(request);
          throw new MediaError("cancelled", "that is all");
        },
      }),
      objects,
      audioOf: async () => undefined,
      optionsOf: async () => undefined,
    });
    const context = contextOf({ languageCode: "en-US" });
    const ofMedia = (facts: MediaFacts) =>
      runStep(step, { ...context, media: { ...context.media, facts } });
    const film = videoFacts({}, { streamIndex: 3, durationMs: 3_900 });
    await expect(ofMedia(film)).rejects.toMatchObject({ code: "cancelled" });
    expect(asked).toMatchObject([
      {
        source: { bucket: "uploads", key: "a/talk.mov", version },
        track: { container: film.container, streamIndex: 3, durationMs: 3_900 },
      },
    ]);
    await expect(ofMedia(videoFacts({}, "none"))).rejects.toMatchObject({ code: "internal" });
  });

  it("needs a language", async () => {
    const step = createTranscribeStep({
      isCorrected: async () => false,
      transcriberOf: () => transcriber,
      objects,
      audioOf: async () => undefined,
      optionsOf: async () => undefined,
    });
    await expect(runStep(step, contextOf({}))).rejects.toMatchObject({ code: "internal" });
  });
});
