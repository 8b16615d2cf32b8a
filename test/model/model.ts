import type { Change, Expectation, NewMedia, Write } from "../../src/catalog/catalog.ts";
import type { MediaEvent } from "../../src/media/event.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import {
  partOf,
  slotKinds,
  slotOf,
  type JobState,
  newJob,
  type NewJob,
  type SkipReason,
  type SlotKind,
} from "../../src/media/job.ts";
import { renamedOutput } from "../../src/media/keys.ts";
import type { MediaType, StoredObject } from "../../src/media/media.ts";
import type { Slots } from "../../src/queue/job-queue.ts";

/**
 * What the catalog should hold, in plain maps: no SQL, no indexes, nothing clever. The commands do
 * the same to it and to a real catalog, and after each of them the two must be equal.
 */

export interface ModelJob {
  readonly job: NewJob;
  /** What was known of the media when it was asked for. */
  readonly type: MediaType | undefined;
  readonly sequence: number;
  state: JobState;
  reason: SkipReason | undefined;
  current: boolean;
  attempts: number;
  deaths: number;
  cancelRequested: boolean;
  delayed: boolean;
  attempt: string | undefined;
}

export interface ModelMedia {
  readonly media: NewMedia;
  state: "processing" | "ready" | "failed";
  facts: MediaFacts | undefined;
  labels: readonly string[];
  /** The words that are searched, once it is indexed. */
  indexed: boolean;
}

/** What was made of a media that was removed a moment ago. */
interface Buried {
  readonly media: ModelMedia;
  readonly outputs: readonly StoredObject[];
  readonly jobs: readonly ModelJob[];
}

export interface Held {
  readonly attempt: string;
  readonly session: string;
  readonly kind: SlotKind;
  readonly job: NewJob;
}

export interface Model {
  readonly media: Map<string, ModelMedia>;
  readonly jobs: Map<string, ModelJob>;
  /** By bucket and key. */
  readonly objects: Map<string, { readonly object: StoredObject; readonly mediaVersion: string }>;
  /** Versions of bytes. */
  readonly trash: Set<string>;
  /** Those of the trash whose time has not come. */
  readonly kept: Set<string>;
  /** By version. */
  readonly tombstones: Map<string, Buried>;
  readonly events: MediaEvent[];
  readonly held: Map<string, Held>;
  paused: boolean;
  sequence: number;
}

export function createModel(): Model {
  return {
    media: new Map(),
    jobs: new Map(),
    objects: new Map(),
    trash: new Set(),
    kept: new Set(),
    tombstones: new Map(),
    events: [],
    held: new Map(),
    paused: false,
    sequence: 0,
  };
}

export function jobsOf(model: Model, version: string): ModelJob[] {
  return [...model.jobs.values()].filter(({ job }) => job.version === version);
}

export const isOpen = ({ state }: ModelJob): boolean => state === "queued" || state === "running";

function isMet(model: Model, expect: Expectation): boolean {
  if ((model.media.get(expect.name)?.media.version ?? null) !== expect.version) return false;
  if (expect.twin !== undefined) {
    const there = remainsOf(model, expect.twin.version)?.outputs.map(({ version }) => version);
    if (
      there?.toSorted().join() !==
      expect.twin.outputs
        .map((one) => one.version)
        .toSorted()
        .join()
    )
      return false;
  }
  if (expect.attempt === undefined) return true;
  return [...model.jobs.values()].some(
    ({ attempt, current, job }) =>
      attempt === expect.attempt && current && job.version === expect.version,
  );
}

function mediaOf(model: Model, version: string): ModelMedia | undefined {
  return [...model.media.values()].find(({ media }) => media.version === version);
}

/** Whether bytes are still there: a record's, or in the trash. */
function isKnown(model: Model, version: string): boolean {
  return model.trash.has(version) || model.kept.has(version) || isReferenced(model, version);
}

/** What there is to take over from a version: it is there, or was removed a moment ago. */
function remainsOf(model: Model, version: string): Buried | undefined {
  const media = mediaOf(model, version);
  if (media === undefined) {
    const buried = model.tombstones.get(version);
    return buried?.outputs.every((one) => isKnown(model, one.version)) ? buried : undefined;
  }
  const objects = [...model.objects.values()].filter((one) => one.mediaVersion === version);
  const outputs = objects.map(({ object }) => object).filter(({ bucket }) => bucket === "outputs");
  const isDone = ({ state, reason }: ModelJob) =>
    state === "succeeded" || (state === "skipped" && reason !== "audio_failed");
  const jobs = jobsOf(model, version)
    .filter((job) => job.current && isDone(job))
    .toSorted((a, b) => a.sequence - b.sequence);
  return { media, outputs, jobs };
}

/** Versions of the media of that owner with these bytes of which something is known, there or just removed. */
export function twinsOf(model: Model, sha256: string, owner: string): string[] {
  const buried = [...model.tombstones.keys()].flatMap(
    (version) => remainsOf(model, version)?.media ?? [],
  );
  return [...model.media.values(), ...buried]
    .filter(({ media, facts }) => media.sha256 === sha256 && media.owner === owner && facts)
    .map(({ media }) => media.version);
}

function adopt(model: Model, version: string, from: string): void {
  const media = mediaOf(model, version);
  const found = remainsOf(model, from);
  if (media === undefined || found === undefined) throw new Error("nothing to adopt");
  const { name } = media.media;
  const { facts, labels, indexed } = found.media;
  Object.assign(media, { facts, labels, indexed });
  for (const object of found.outputs) {
    const key = renamedOutput(object.key, found.media.media.name, name);
    if (key !== undefined) putObject(model, version, { ...object, key });
  }
  for (const { job, state, reason } of found.jobs) {
    const own = newJob({ name, version }, job.step, job.settings);
    setJob(model, own, "queued");
    Object.assign(model.jobs.get(own.id) ?? {}, { state, reason });
  }
  model.tombstones.delete(from);
}

/** Time enough goes by that nothing is kept any more for a rename. */
export function passTime(model: Model): void {
  model.tombstones.clear();
  for (const version of model.kept) model.trash.add(version);
  model.kept.clear();
}

function isReferenced(model: Model, version: string): boolean {
  return [...model.objects.values()].some(({ object }) => object.version === version);
}

function putObject(model: Model, mediaVersion: string, object: StoredObject): void {
  const key = `${object.bucket}/${object.key}`;
  const old = model.objects.get(key)?.object.version;
  model.objects.set(key, { object, mediaVersion });
  model.trash.delete(object.version);
  model.kept.delete(object.version);
  if (old !== undefined && !isReferenced(model, old)) model.trash.add(old);
}

function drop(model: Model, name: string, isKept: boolean): void {
  const version = model.media.get(name)?.media.version;
  if (version === undefined) return;
  const remains = remainsOf(model, version);
  if (isKept && remains?.media.facts !== undefined) model.tombstones.set(version, remains);
  const mine = [...model.objects].filter(([, { mediaVersion }]) => mediaVersion === version);
  for (const [key] of mine) model.objects.delete(key);
  for (const [, { object }] of mine)
    if (!isReferenced(model, object.version))
      (isKept ? model.kept : model.trash).add(object.version);
  for (const { job } of jobsOf(model, version)) model.jobs.delete(job.id);
  model.media.delete(name);
}

function replaceOthers(model: Model, job: NewJob): void {
  for (const other of jobsOf(model, job.version)) {
    if (partOf(other.job) !== partOf(job) || other.job.id === job.id || !other.current) continue;
    other.current = false;
    if (other.state === "running") other.cancelRequested = true;
    if (other.state === "queued") other.state = "cancelled";
  }
}

function setJob(model: Model, job: NewJob, state: "queued" | "skipped", reason?: SkipReason): void {
  const old = model.jobs.get(job.id);
  if (old === undefined) model.sequence += 1;
  model.jobs.set(job.id, {
    job,
    type: old === undefined ? model.media.get(job.name)?.facts?.type : old.type,
    sequence: old?.sequence ?? model.sequence,
    state,
    reason,
    current: true,
    attempts: 0,
    deaths: 0,
    cancelRequested: false,
    delayed: false,
    attempt: undefined,
  });
}

function reopen(model: Model, version: string): void {
  const media = mediaOf(model, version);
  if (media !== undefined) media.state = "processing";
}

function enqueue(model: Model, job: NewJob): void {
  const old = model.jobs.get(job.id);
  if (old?.current === true && old.state !== "skipped") return;
  replaceOthers(model, job);
  setJob(model, job, "queued");
  reopen(model, job.version);
}

/** A step is left out only if it is not under way and has not been done. */
function skip(model: Model, job: NewJob, reason: SkipReason): void {
  const kept: readonly JobState[] = ["queued", "running", "succeeded"];
  const rivals = jobsOf(model, job.version).filter((other) => partOf(other.job) === partOf(job));
  if (rivals.some(({ current, state }) => current && kept.includes(state))) return;
  replaceOthers(model, job);
  setJob(model, job, "skipped", reason);
}

function settle(model: Model, version: string): void {
  const found = mediaOf(model, version);
  const jobs = jobsOf(model, version).filter(({ current }) => current);
  if (found?.state !== "processing" || jobs.some(isOpen)) return;
  const failed = jobs
    .toSorted((a, b) => a.sequence - b.sequence)
    .filter(({ state }) => state === "failed" || state === "cancelled")
    .map(({ job }) => job.step);
  const subject = { name: found.media.name, version };
  found.state = failed.length === 0 ? "ready" : "failed";
  model.events.push(
    failed.length === 0
      ? { type: "media.ready", ...subject }
      : { type: "media.failed", failed: [...new Set(failed)], ...subject },
  );
}

function end(model: Model, attempt: string, state: JobState, delayed: boolean): void {
  model.held.delete(attempt);
  const found = [...model.jobs.values()].find((one) => one.attempt === attempt);
  if (found === undefined) return;
  Object.assign(found, { state, delayed, attempt: undefined, cancelRequested: false });
}

function change(model: Model, one: Change): void {
  switch (one.type) {
    case "putMedia": {
      drop(model, one.media.name, false);
      const fresh = { state: "processing", facts: undefined, labels: [], indexed: false } as const;
      model.media.set(one.media.name, { media: one.media, ...fresh });
      return putObject(model, one.media.version, one.source);
    }
    case "removeMedia":
      return drop(model, one.name, one.keepBytesMs > 0);
    case "adopt":
      return adopt(model, one.version, one.from);
    case "redo": {
      const job = model.jobs.get(one.jobId);
      if (job?.current !== true || isOpen(job)) return;
      if (one.waits === true) setJob(model, job.job, "skipped", "audio_failed");
      else setJob(model, job.job, "queued");
      return reopen(model, job.job.version);
    }
    case "setFacts": {
      const media = mediaOf(model, one.version);
      if (media !== undefined) media.facts = one.facts;
      return;
    }
    case "enqueue":
      return enqueue(model, one.job);
    case "skip":
      return skip(model, one.job, one.reason);
    case "retry": {
      const job = model.jobs.get(one.jobId);
      if (job?.current !== true || isOpen(job) || job.state === "succeeded") return;
      setJob(model, job.job, "queued");
      return reopen(model, job.job.version);
    }
    case "cancel": {
      const job = model.jobs.get(one.jobId);
      if (job?.state === "queued") job.state = "cancelled";
      if (job?.state === "running") job.cancelRequested = true;
      return;
    }
    case "finishJob": {
      const { state } = one.outcome;
      return end(
        model,
        one.attempt,
        state,
        state === "queued" && one.outcome.runAfter > Date.now(),
      );
    }
    case "putRendition":
      return putObject(model, one.version, one.rendition.object);
    case "putOutput":
      return putObject(model, one.version, one.object);
    case "putLabels": {
      const media = mediaOf(model, one.version);
      if (media !== undefined) media.labels = one.labels.map(({ name }) => name).toSorted();
      return;
    }
    case "putTranscript":
      return;
    case "index": {
      const media = mediaOf(model, one.version);
      if (media !== undefined) media.indexed = true;
      return;
    }
    case "event":
      return void model.events.push(one.event);
    case "settle":
      return settle(model, one.version);
  }
}

export function apply(model: Model, { expect, changes }: Write): "applied" | "superseded" {
  if (!isMet(model, expect)) return "superseded";
  for (const one of changes) change(model, one);
  return "applied";
}

/** The job that is to be handed out next; every claim lets in those that were delayed and are due. */
export function nextJob(model: Model, slots: Slots): ModelJob | undefined {
  if (model.paused) return undefined;
  const held = [...model.held.values()];
  const place = ({ job, type, sequence }: ModelJob) =>
    slotOf(job.step, type).priority * 1e6 + sequence;
  const waiting = [...model.jobs.values()]
    .filter(({ state, delayed }) => state === "queued" && !delayed)
    .toSorted((a, b) => place(a) - place(b));
  for (const kind of slotKinds) {
    const ofKind = waiting.filter(({ job, type }) => slotOf(job.step, type).kind === kind);
    const taken = held.filter((one) => one.kind === kind);
    const versions = new Set(taken.map(({ job }) => job.version));
    const sibling = ofKind.find(({ job }) => kind === "transcode" && versions.has(job.version));
    if (sibling !== undefined) return sibling;
    const used = kind === "transcode" ? versions.size : taken.length;
    if (used < slots[kind] && ofKind[0] !== undefined) return ofKind[0];
  }
  return undefined;
}

export function take(model: Model, job: ModelJob, attempt: string, session: string): void {
  Object.assign(job, { state: "running", attempt, attempts: job.attempts + 1 });
  job.cancelRequested = false;
  model.held.set(attempt, {
    attempt,
    session,
    kind: slotOf(job.job.step, job.type).kind,
    job: job.job,
  });
}

/** An execution ends without a result: handed back, it does not count; lost, its process died. */
export function putBack(model: Model, attempt: string, how: "handed_back" | "lost"): void {
  const job = [...model.jobs.values()].find((one) => one.attempt === attempt);
  const goesOn = job?.current === true && !job.cancelRequested;
  end(model, attempt, goesOn ? "queued" : "cancelled", false);
  if (job === undefined) return;
  if (how === "lost") job.deaths += 1;
  else job.attempts -= 1;
  settle(model, job.job.version);
}
