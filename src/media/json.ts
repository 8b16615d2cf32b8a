import type { Job, JobFailure } from "./job.ts";
import type { LabelSummary } from "./label.ts";
import type { Media, ShownState } from "./media.ts";

/**
 * The shapes that programs get, from --json on the command line and from the service. Field names are
 * camelCase and contain their units, times are ISO 8601 in UTC, unknown values are left out.
 */

/** A media file without its results. */
export interface MediaJson {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  /** `cancelled`: some steps were, and none failed. */
  readonly state: ShownState;
  /** `video`, `audio` or `image`, once it is known. */
  readonly type?: Media["type"];
  readonly durationMs?: number;
  /** As displayed: turned, with square pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly origin?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What went wrong, and what to do. */
export interface FailureJson {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

/** One step for one version. */
export interface JobJson {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly step: Job["step"];
  readonly state: Job["state"];
  readonly attempts: number;
  readonly settings: Job["settings"];
  readonly enqueuedAt: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** The earliest time of the next attempt. */
  readonly runAfter?: string;
  /** How far it is: `fraction` 0–1, `speed` in media seconds per second, `remainingMs`. */
  readonly progress?: NonNullable<Job["progress"]>;
  /** Why it was skipped. */
  readonly reason?: NonNullable<Job["reason"]>;
  readonly failure?: FailureJson;
}

export interface LabelJson {
  readonly name: string;
  /** 0–1. */
  readonly confidence: number;
  readonly parents: readonly string[];
}

/** A time in ISO 8601. */
export function iso(at: number): string {
  return new Date(at).toISOString();
}

export function failureJson({ code, message, remedy }: JobFailure): FailureJson {
  return { code, message, remedy };
}

/** @param state of the media file, as people are told it: `outcomeOf` */
export function mediaJson(media: Media, state: ShownState): MediaJson {
  const { facts, type } = media;
  const durationMs = facts?.durationMs;
  return {
    name: media.name,
    version: media.version,
    owner: media.owner,
    state,
    ...(type !== undefined && { type }),
    ...(durationMs !== undefined && { durationMs }),
    ...(facts?.video && { width: facts.video.displayWidth, height: facts.video.displayHeight }),
    sizeBytes: media.sizeBytes,
    sha256: media.sha256,
    ...(media.origin !== undefined && { origin: media.origin }),
    createdAt: iso(media.createdAt),
    updatedAt: iso(media.updatedAt),
  };
}

export function jobJson(job: Job): JobJson {
  return {
    id: job.id,
    name: job.name,
    version: job.version,
    step: job.step,
    state: job.state,
    attempts: job.attempts,
    settings: job.settings,
    enqueuedAt: iso(job.enqueuedAt),
    ...(job.startedAt !== undefined && { startedAt: iso(job.startedAt) }),
    ...(job.finishedAt !== undefined && { finishedAt: iso(job.finishedAt) }),
    ...(job.runAfter !== undefined && { runAfter: iso(job.runAfter) }),
    ...(job.progress && { progress: job.progress }),
    ...(job.reason && { reason: job.reason }),
    ...(job.failure && { failure: failureJson(job.failure) }),
  };
}

export function labelJson({ name, confidence, parents }: LabelSummary): LabelJson {
  return { name, confidence, parents };
}
