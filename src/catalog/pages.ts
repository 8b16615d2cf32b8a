import type { RecordedEvent } from "../media/event.ts";
import type { Job, JobState, SlotKind, Step } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, MediaType, ShownState } from "../media/media.ts";
import type { MediaFilter } from "./filters.ts";

/** A media as a list of names and labels wants it. */
export interface MediaBrief {
  readonly name: string;
  readonly type?: MediaType;
  /** Each once, the surest first. */
  readonly labels: readonly string[];
}

/** A media as a page has it: with its labels, the surest first, and of its facts what lists show. */
export interface ListedMedia extends Omit<Media, "facts" | "origin" | "state"> {
  /** See `outcomeOf`. */
  readonly state: ShownState;
  readonly durationMs?: number;
  /** In pixels, as it is displayed. */
  readonly width?: number;
  readonly height?: number;
  readonly labels: readonly LabelSummary[];
}

export const mediaSorts = ["name", "createdAt", "updatedAt"] as const;
export type MediaSort = (typeof mediaSorts)[number];

/**
 * A place in one list in one order. Only the store that gave it knows what it means: hand it back to the
 * same list as it came. A list throws MediaError `invalid_argument` for another list's.
 */
export type Cursor = string;

export interface MediaPageQuery extends Omit<MediaFilter, "after" | "owner" | "limit"> {
  readonly owner: string;
  readonly state?: ShownState;
  /** Milliseconds since 1970, UTC; half-open. */
  readonly createdFrom?: number;
  readonly createdBefore?: number;
  readonly sort: MediaSort;
  readonly descending: boolean;
  readonly after?: Cursor;
  readonly limit: number;
  /** Counts all that pass the filter, up to so many. Default: no count. */
  readonly countUpTo?: number;
}

export interface MediaPage {
  readonly media: readonly ListedMedia[];
  /** Where the next page begins; absent on the last. */
  readonly next?: Cursor;
  /** How many pass the filter; `countUpTo` when there are as many or more. */
  readonly count?: number;
}

/** Newest first. */
export interface JobPageQuery {
  readonly owner: string;
  readonly state?: JobState;
  readonly step?: Step;
  /** Behind this place of an earlier page. */
  readonly after?: Cursor;
  readonly limit: number;
}

export interface JobPage {
  readonly jobs: readonly Job[];
  readonly next?: Cursor;
}

/** How many jobs of a kind and a state there are, and since when the first of them waits or runs. */
export interface QueueCount {
  readonly kind: SlotKind;
  readonly state: "queued" | "running";
  readonly jobs: number;
  /** Milliseconds since 1970, UTC. */
  readonly since: number;
}

/** What a service asks of the catalog. Each answer is a page, found by an index. */
export interface Pages {
  /** One media of an owner; undefined when there is none, or it is another's. */
  getBrief(name: string, owner: string): Promise<MediaBrief | undefined>;
  /** By name, ascending. */
  listBriefs(filter: MediaFilter): Promise<readonly MediaBrief[]>;
  pageMedia(query: MediaPageQuery): Promise<MediaPage>;
  pageJobs(query: JobPageQuery): Promise<JobPage>;
  /** Of all owners, oldest first: for who looks after the library. */
  pageAllJobs(query: Omit<JobPageQuery, "owner">): Promise<JobPage>;
  countQueue(): Promise<readonly QueueCount[]>;
  /** Jobs that go before this one, as things stand; undefined when it does not wait in line. */
  jobsBefore(jobId: string): Promise<number | undefined>;
  /** The number of the last event; 0 when nothing has happened yet. */
  lastEvent(): Promise<number>;
  /** An owner's events after one, oldest first; without an owner those of all. */
  listEventsAfter(query: {
    readonly owner?: string;
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly RecordedEvent[]>;
}
