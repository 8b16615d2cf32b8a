import { MediaError } from "../../media/errors.ts";
import type { Effect } from "../effect.ts";
import type { JobRecord, MediaRecord } from "../record.ts";

/** A write under way: the record as the changes so far leave it, and what has followed from them. */
export interface Draft {
  record: MediaRecord | undefined;
  /** Of the record, also when a change of this write has removed it. */
  owner: string | undefined;
  readonly effects: Effect[];
  /** Of the media file that the write is about. */
  readonly name: string;
  /** Milliseconds since 1970, UTC. */
  readonly now: number;
}

export function draftOf(record: MediaRecord | undefined, name: string, now: number): Draft {
  return { record, owner: record?.media.owner, effects: [], name, now };
}

/** @throws MediaError `internal`: a write is about one media file */
export function checkName(draft: Draft, name: string): void {
  if (name !== draft.name)
    throw new MediaError("internal", `a change of ${name} in a write about ${draft.name}`);
}

/**
 * The record that a change is about.
 * @throws MediaError `internal` when the draft holds another version: a write is about one media file
 */
export function recordOf({ record }: Draft, version: string): MediaRecord {
  if (record?.media.version === version) return record;
  throw new MediaError("internal", `a change of version ${version} in a write about another`);
}

/** Puts a job in the place of the one with its id, or behind the others. */
export function putJob(draft: Draft, record: MediaRecord, job: JobRecord): void {
  const isThere = record.jobs.some(({ id }) => id === job.id);
  const jobs = isThere
    ? record.jobs.map((one) => (one.id === job.id ? job : one))
    : [...record.jobs, job];
  draft.record = { ...record, jobs };
}

/** The media file has something to do again. */
export function reopen(draft: Draft): void {
  const { record, now } = draft;
  if (record === undefined || record.media.state === "processing") return;
  draft.record = { ...record, media: { ...record.media, state: "processing", updatedAt: now } };
}
