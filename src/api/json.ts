import type { ListedMedia } from "../catalog/pages.ts";
import type { RecordedEvent } from "../media/event.ts";
import { failureJson, iso, jobJson, labelJson, mediaJson } from "../media/json.ts";
import { outcomeOf, type Job } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, Rendition, StoredObject } from "../media/media.ts";
import { briefOptions } from "../media/speech.ts";
import type { WatchedJob } from "../app/jobs.ts";
import { encodedName } from "./names.ts";

/** JSON of answers: the shapes of `media/json.ts` with the service's additions. */

/** The path of a media file. */
export function mediaPath(name: string): string {
  return `/v1/media/${encodedName(name)}`;
}

/** A media file with its labels, without its path on the server. */
export function listedJson(
  media: Media,
  labels: readonly LabelSummary[],
  jobs: readonly Pick<Job, "state">[],
) {
  const { origin: _origin, ...json } = mediaJson(media, outcomeOf(media.state, jobs));
  return { ...json, labels: labels.map(labelJson) };
}

/** The same for a media file on a page. */
export function pagedJson(media: ListedMedia) {
  return {
    ...media,
    createdAt: iso(media.createdAt),
    updatedAt: iso(media.updatedAt),
    labels: media.labels.map(labelJson),
  };
}

export function outputJson({ key, sizeBytes, contentType, sha256 }: StoredObject) {
  return { key, sizeBytes, contentType, sha256 };
}

export function renditionJson(media: Media, { object, ...rendition }: Rendition) {
  const href = `${mediaPath(media.name)}/renditions/${rendition.rendition}`;
  return { ...rendition, ...outputJson(object), href };
}

function elapsed(startedAt: number | undefined, finishedAt: number | undefined) {
  if (startedAt === undefined || finishedAt === undefined) return {};
  return { elapsedMs: Math.max(0, finishedAt - startedAt) };
}

export function watchedJobJson({ job, attempts, position }: WatchedJob) {
  const { startedAt } = job;
  const until = job.state === "running" ? Date.now() : job.finishedAt;
  return {
    ...jobJson(job),
    ...(position === undefined ? {} : { position }),
    ...elapsed(job.state === "queued" ? undefined : startedAt, until),
    tries: attempts.map((attempt) => ({
      id: attempt.id,
      startedAt: iso(attempt.startedAt),
      ...(attempt.finishedAt === undefined ? {} : { finishedAt: iso(attempt.finishedAt) }),
      ...elapsed(attempt.startedAt, attempt.finishedAt),
      ...(attempt.outcome === undefined ? {} : { outcome: attempt.outcome }),
      ...(attempt.failure === undefined ? {} : { failure: failureJson(attempt.failure) }),
      notes: attempt.notes,
    })),
  };
}

/** An event; its number is for `Last-Event-ID`. The facts of the probe are left out; the media file has them. */
export function eventJson({ sequence, at, event }: RecordedEvent) {
  if (event.type === "transcription.requested")
    return { id: sequence, at: iso(at), ...event, speech: briefOptions(event.speech) };
  const { facts: _facts, ...rest } = { facts: undefined, ...event };
  return { id: sequence, at: iso(at), ...rest };
}
