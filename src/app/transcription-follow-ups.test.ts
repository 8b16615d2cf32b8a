import { runEnded } from "../pipeline.ts";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import type { Change } from "../catalog/catalog.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import type { MediaEvent } from "../media/event.ts";
import { newJob } from "../media/job.ts";
import { optionSettings, type TranscriptionOptions } from "../media/speech.ts";
import type { PipelineSettings } from "../pipeline.ts";
import type { Claim } from "../queue/job-queue.ts";
import { createSqliteQueue } from "../state/sqlite/queue/queue.ts";
import { createTranscriptionFollowUps } from "./transcription-follow-ups.ts";

const name = "a.mp4";
const slots = { light: 1, picture: 1, transcode: 1, speech: 1, vision: 1 };
const settings = { transcriber: "x", languageCode: "en-US" } as PipelineSettings;
const settingsFor = (wish: TranscriptionOptions) => ({ ...settings, speech: optionSettings(wish) });

let database: ReturnType<typeof openDatabase>;
beforeEach(() => void (database = openDatabase(":memory:")));
afterEach(() => database.close());

it("transcribes with options that came while the audio was being recorded", async () => {
  const session = newSession();
  const newId = createIdSource(session);
  const catalog = createSqliteCatalog({ whenEnded: runEnded, database });
  const queue = createSqliteQueue({ whenEnded: runEnded, database, session, newId });
  const version = newId();
  const bytes = { sha256: "x", sizeBytes: 1 };
  const apply = (version0: string | null, changes: readonly Change[]) =>
    catalog.apply({ expect: { name, version: version0 }, changes });
  const source = { bucket: "uploads", key: name, version, contentType: "", ...bytes } as const;
  await apply(null, [
    { type: "putMedia", media: { name, version, owner: "local", ...bytes }, source },
    { type: "enqueue", job: newJob({ name, version }, "audio", {}) },
  ]);
  const claim = await queue.claim({ slots });
  if (claim === undefined) throw new Error("there is a job");
  const event: MediaEvent = { type: "rendition.created", rendition: "audio", name, version };
  const followUps = createTranscriptionFollowUps(catalog, settingsFor);
  const follows = await followUps.follow(event, claim);
  // options come just now; there is no audio yet that a transcript could follow from
  const speech: TranscriptionOptions = { speakers: 2 };
  await apply(version, [
    { type: "event", event: { type: "transcription.requested", name, version, speech } },
  ]);
  const { attempt } = claim;
  await catalog.apply({
    expect: { name, version, attempt },
    changes: [
      { type: "finishJob", attempt, outcome: { state: "succeeded", notes: [] } },
      ...follows,
    ],
  });
  await followUps.checkAgain(claim);
  const jobs = await catalog.listJobs({ media: { name: "a.mp4", version }, state: "queued" });
  expect(jobs).toMatchObject([{ step: "transcribe", settings: { speakers: 2 } }]);
});

it("takes the facts of the file along, whose tags say what is spoken", async () => {
  const version = createIdSource(newSession())();
  const heard: unknown[] = [];
  const followUps = createTranscriptionFollowUps(
    { transcriptionOptions: async () => undefined, apply: async () => "applied" },
    (wish, facts) => {
      heard.push(facts?.tracks);
      return settingsFor(wish);
    },
  );
  const tracks = [{ kind: "audio", number: 1, streamIndex: 0, language: "ger", isUsed: true }];
  const claim = { job: {}, media: { name, version, facts: { tracks } } } as unknown as Claim;
  await followUps.follow({ type: "rendition.created", rendition: "audio", name, version }, claim);
  expect(heard).toEqual([tracks]);
});
