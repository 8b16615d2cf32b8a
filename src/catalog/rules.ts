import { MediaError } from "../media/errors.ts";
import type { Effect } from "./effect.ts";
import { currentJobs, isOpen, outputsOf, type MediaRecord } from "./record.ts";
import * as attempts from "./rules/attempts.ts";
import { draftOf, type Draft } from "./rules/draft.ts";
import * as jobs from "./rules/jobs.ts";
import * as media from "./rules/media.ts";
import * as outputs from "./rules/outputs.ts";
import { adopt, isTwinThere } from "./rules/twins.ts";
import type { Change, Expectation, Write } from "./write.ts";
import type { Media } from "../media/media.ts";

/** What one write and one record hold at most: DynamoDB's transactions and items set the pace. */
const most = { changes: 100, jobs: 1_000, objects: 1_000, labels: 2_000 };

/** Called when a run is over; its changes join the same write. `pipeline.ts` has the one that counts. */
export type WhenEnded = (record: MediaRecord) => readonly Change[];

export interface Circumstances {
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
  readonly whenEnded: WhenEnded;
  /** The record of `expect.twin`: there, or kept after its removal with all its bytes. */
  readonly twin?: MediaRecord | undefined;
}

/** What a write makes of a record. `superseded`: what it expects is not so, and nothing changes. */
export type Result =
  | { readonly state: "superseded" }
  | {
      readonly state: "applied";
      /** Undefined: the media file is gone, or never was. */
      readonly record: MediaRecord | undefined;
      readonly effects: readonly Effect[];
    };

function isMet(record: MediaRecord | undefined, expect: Expectation, twin?: MediaRecord): boolean {
  if ((record?.media.version ?? null) !== expect.version) return false;
  if (expect.twin !== undefined && !isTwinThere(twin, expect.twin)) return false;
  if (expect.output !== undefined && !isOutputThere(record, expect.output)) return false;
  return expect.attempt === undefined || attempts.isHeld(record, expect.attempt);
}

function isOutputThere(
  record: MediaRecord | undefined,
  { key, version }: NonNullable<Expectation["output"]>,
): boolean {
  const there = record && outputsOf(record).find((one) => one.key === key);
  return (there?.version ?? null) === version;
}

/** Carries out one change. False: what it is about is not so any more, and the write is superseded. */
function applyChange(draft: Draft, change: Change, twin: MediaRecord | undefined): boolean | void {
  switch (change.type) {
    case "putMedia":
      return media.putMedia(draft, change.media, change.source);
    case "noteFile":
      return media.noteFile(draft, change.version, change.file);
    case "removeMedia":
      return media.removeMedia(draft, change.name, change.keepBytesMs);
    case "event":
      return media.recordEvent(draft, change.event);
    case "endRun":
      return media.endRun(draft, change.version, change.state);
    case "notify":
      return media.notify(draft, change);
    case "enqueue":
      return jobs.enqueue(draft, change.job, change.request);
    case "skip":
      return jobs.skip(draft, change.job, change.reason);
    case "retry":
      return jobs.retry(draft, change.jobId, change.request);
    case "cancel":
      return jobs.cancel(draft, change.jobId);
    case "redo":
      return jobs.redo(draft, change);
    case "startJob":
      return attempts.startJob(draft, change);
    case "acceptJob":
      return attempts.acceptJob(draft, change);
    case "finishJob":
      return attempts.finishJob(draft, change.attempt, change.outcome);
    case "handBack":
      return attempts.release(draft, change.attempt, "handed_back");
    case "loseAttempt":
      return attempts.release(draft, change.attempt, "lost");
    case "setFacts":
      return outputs.setFacts(draft, change.version, change.facts);
    case "putRendition":
      return outputs.putRendition(draft, change.version, change.rendition);
    case "putOutput":
      return outputs.putObject(draft, change.version, change.object);
    case "dropOutput":
      return outputs.dropOutput(draft, change.version, change.key);
    case "putLabels":
      return outputs.putLabels(draft, change.version, change.labels);
    case "putTranscript":
      return outputs.putTranscript(draft, change.version, change);
    case "index":
      return outputs.index(draft, change.version);
    case "adopt":
      return adopt(draft, change.version, twin);
  }
}

/** Whether every current job has ended, and the end of the run is not recorded yet. */
function hasEnded(record: MediaRecord): boolean {
  if (record.media.state !== "processing") return false;
  const wanted = currentJobs(record);
  return wanted.length > 0 && !wanted.some(isOpen);
}

/** @throws MediaError `internal` when there are more changes than a write holds */
function checkWrite({ changes }: Write): void {
  if (changes.length > most.changes)
    throw new MediaError("internal", `a write of ${changes.length} changes; ${most.changes} fit`);
}

function checkSize({ name }: Media, what: keyof typeof most, { length }: readonly unknown[]): void {
  if (length > most[what])
    throw new MediaError("internal", `${name} would have ${length} ${what}; ${most[what]} fit`);
}

/** Only what the write has changed: what is stored may not even be loaded. */
function checkRecord(before: MediaRecord | undefined, after: MediaRecord): void {
  const { stored } = after;
  if (before?.jobs !== after.jobs) checkSize(after.media, "jobs", after.jobs);
  if (before?.stored === stored) return;
  checkSize(after.media, "objects", stored.objects);
  checkSize(after.media, "labels", stored.labels);
}

/**
 * What a write makes of the record of its media file, and what follows from it. Pure: every store
 * loads the record, calls this, and saves what comes back, all in one transaction.
 * @param record the one of `write.expect.name`; undefined when there is none
 * @throws MediaError `internal` when the write or the record would hold more than fits, or a change is
 * about another version
 */
export function applyWrite(
  record: MediaRecord | undefined,
  write: Write,
  { now, whenEnded, twin }: Circumstances,
): Result {
  checkWrite(write);
  if (!isMet(record, write.expect, twin)) return { state: "superseded" };
  const draft = draftOf(record, write.expect.name, now);
  for (const change of write.changes)
    if (applyChange(draft, change, twin) === false) return { state: "superseded" };
  if (draft.record !== undefined && hasEnded(draft.record))
    for (const change of whenEnded(draft.record)) applyChange(draft, change, twin);
  const { effects, record: next } = draft;
  if (next === undefined) return { state: "applied", record: undefined, effects };
  checkRecord(record, next);
  return { state: "applied", record: next, effects };
}
