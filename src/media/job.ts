import { createHash } from "node:crypto";
import type { ErrorCode } from "./errors.ts";
import type { Progress } from "./engine.ts";
import type { MediaType } from "./media.ts";

/** The stages that run as jobs. Planning is a pure function inside the probe (decision 0002). */
export const steps = [
  "probe",
  "audio",
  "poster",
  "gif",
  "video",
  "stream",
  "transcribe",
  "label",
  "index",
] as const;
export type Step = (typeof steps)[number];

/**
 * The kinds of slot that a running step occupies, in the order in which slots are filled. `light` work
 * does not wait for heavy work. Pictures have slots of their own, so they do not wait for films.
 */
export const slotKinds = ["light", "picture", "transcode", "speech", "vision"] as const;
export type SlotKind = (typeof slotKinds)[number];

/** What a step occupies, and its place in the queue: smaller first. */
export interface Slot {
  readonly kind: SlotKind;
  readonly priority: number;
}

/** Each step's kind of slot, and its place in the queue: smaller first. */
const stepSlots: Readonly<Record<Step, Slot>> = {
  index: { kind: "light", priority: 0 },
  probe: { kind: "light", priority: 1 },
  audio: { kind: "transcode", priority: 0 },
  poster: { kind: "transcode", priority: 1 },
  video: { kind: "transcode", priority: 2 },
  gif: { kind: "transcode", priority: 3 },
  stream: { kind: "transcode", priority: 4 },
  transcribe: { kind: "speech", priority: 0 },
  label: { kind: "vision", priority: 0 },
};

const pictureSlots: Partial<Readonly<Record<Step, Slot>>> = {
  poster: { kind: "picture", priority: 0 },
  label: { kind: "picture", priority: 1 },
};

/** The slot of a step for a media file of that type. */
export function slotOf(step: Step, type?: MediaType): Slot {
  return (type === "image" ? pictureSlots[step] : undefined) ?? stepSlots[step];
}

/** The priorities that jobs of a kind can have. */
export function prioritiesOf(kind: SlotKind): readonly number[] {
  const slots = [...Object.values(stepSlots), ...Object.values(pictureSlots)];
  return slots.filter((slot) => slot.kind === kind).map(({ priority }) => priority);
}

/** Why a step was left out. */
export const skipReasons = [
  "no_audio",
  "no_video",
  "no_cover_art",
  "is_image",
  "audio_failed",
  "imported",
  "not_in_profile",
] as const;
export type SkipReason = (typeof skipReasons)[number];

export const jobStates = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "skipped",
] as const;
export type JobState = (typeof jobStates)[number];

/** Everything that changes a step's result: engine, model, language, sizes … It must be JSON. */
export type JobSettings = Readonly<Record<string, unknown>>;

/** A job before it is enqueued: one step for one version with one set of settings. */
export interface NewJob {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly step: Step;
  readonly settings: JobSettings;
}

/** Which session asked, and for which steps. The jobs that follow from a job carry the same request. */
export interface JobRequest {
  readonly session: string;
  /** Only these steps and what they need. Default: all that fit the media. */
  readonly only?: readonly Step[];
  /** The time of a film that its poster is taken at. Default: where its best frame is. */
  readonly posterAtMs?: number;
  /** The profile of its renditions, as JSON. Default: that of the library. */
  readonly profile?: JobSettings;
}

/** A request for some steps includes the steps that they need. */
export function isWanted(step: Step, request: Pick<JobRequest, "only"> | undefined): boolean {
  const only = request?.only;
  return only === undefined || step === "probe" || step === "index" || only.includes(step);
}

/** Why a job failed, for people and for programs. */
export interface JobFailure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
}

/** What a media file that failed is called when nothing of it failed, but some of it was cancelled. */
export function outcomeOf<State extends string>(
  state: State,
  jobs: readonly Pick<Job, "state">[],
): State | "cancelled" {
  const isCancelled = jobs.some((job) => job.state === "cancelled");
  const isFailed = jobs.some((job) => job.state === "failed");
  return state === "failed" && isCancelled && !isFailed ? "cancelled" : state;
}

/** A job as the catalog knows it. */
export interface Job extends NewJob {
  readonly state: JobState;
  /** Executions so far. One that a shutdown returned to the queue does not count. */
  readonly attempts: number;
  readonly request?: JobRequest;
  readonly enqueuedAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** The next attempt does not begin before this time. */
  readonly runAfter?: number;
  readonly progress?: Progress;
  readonly reason?: SkipReason;
  readonly failure?: JobFailure;
}

/** JSON with sorted keys: equal settings give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** A job. Its id is a hash of version, step and settings, so the same request twice is one job. */
export function newJob(
  media: { readonly name: string; readonly version: string },
  step: Step,
  settings: JobSettings = {},
): NewJob {
  const identity = canonicalJson([media.version, step, settings]);
  const id = createHash("sha256").update(identity).digest("hex").slice(0, 32);
  return { id, name: media.name, version: media.version, step, settings };
}

/**
 * The part of a version's results that a job makes. A new job for the same part replaces the old one.
 * For most jobs the part is the step. The index is made once from the transcript and once from the labels.
 */
export function partOf(job: NewJob): string {
  const of = job.settings["of"];
  return typeof of === "string" ? `${job.step}:${of}` : job.step;
}
