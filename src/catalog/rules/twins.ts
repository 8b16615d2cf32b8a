import { MediaError } from "../../media/errors.ts";
import { newJob } from "../../media/job.ts";
import { renamedOutput } from "../../media/keys.ts";
import { outputsOf, type JobRecord, type MediaRecord } from "../record.ts";
import type { Expectation } from "../write.ts";
import { recordOf, type Draft } from "./draft.ts";
import { index, putObject } from "./outputs.ts";

/**
 * Media files with the same bytes share what was made of them: each has its own record, and the
 * records point at the same stored bytes.
 */

/** Whether the twin still has exactly what the writer saw. */
export function isTwinThere(
  twin: MediaRecord | undefined,
  expected: NonNullable<Expectation["twin"]>,
): boolean {
  if (twin?.media.version !== expected.version) return false;
  const versions = outputsOf(twin).map(({ version }) => version);
  return versions.join() === expected.outputs.map(({ version }) => version).join();
}

/** Done for good: what waits for the audio is not. */
const isDone = ({ isCurrent, state, reason }: JobRecord): boolean =>
  isCurrent && (state === "succeeded" || (state === "skipped" && reason !== "audio_failed"));

/** The twin's job under another name; its settings stay what they are. */
function adoptedJob(
  job: JobRecord,
  media: { name: string; version: string },
  now: number,
): JobRecord {
  const { slot, state, reason } = job;
  return {
    ...newJob(media, job.step, job.settings),
    slot,
    state,
    isCurrent: true,
    attempts: 0,
    deaths: 0,
    enqueuedAt: now,
    finishedAt: now,
    ...(reason && { reason }),
  };
}

/** Gives a media file what was made of its twin: results and the jobs that made them, under its own name. */
export function adopt(draft: Draft, version: string, twin: MediaRecord | undefined): void {
  if (twin === undefined) throw new MediaError("internal", "adopting needs `expect.twin`");
  const { now } = draft;
  const { name } = recordOf(draft, version).media;
  const renamed = (key: string) => renamedOutput(key, twin.media.name, name);
  for (const object of outputsOf(twin)) {
    const key = renamed(object.key);
    if (key !== undefined) putObject(draft, version, { ...object, key });
  }
  const record = recordOf(draft, version);
  const { facts, type } = twin.media;
  const { renditions, labels, transcript } = twin.stored;
  const jsonFile = transcript && (renamed(transcript.jsonFile) ?? transcript.jsonFile);
  draft.record = {
    ...record,
    media: { ...record.media, ...(type && { type }), ...(facts && { facts }), updatedAt: now },
    stored: {
      ...record.stored,
      renditions: renditions.map(({ object, ...rest }) => ({
        ...rest,
        object: { ...object, key: renamed(object.key) ?? object.key },
      })),
      labels,
      ...(transcript && jsonFile !== undefined && { transcript: { ...transcript, jsonFile } }),
    },
    jobs: [
      ...record.jobs,
      ...twin.jobs.filter(isDone).map((job) => adoptedJob(job, { name, version }, now)),
    ],
  };
  const from = twin.media.version;
  if (jsonFile !== undefined)
    draft.effects.push({ type: "transcriptCopied", version, from, jsonFile });
  if (twin.stored.isIndexed) index(draft, version);
  draft.effects.push({ type: "takenOver", version: from }); // from now on this one is the twin
}
