import type { SQLInputValue } from "node:sqlite";
import { jobOf, mediaOf } from "../rows.ts";
import type { Sql } from "../statements.ts";
import type { Job } from "../../../media/job.ts";
import type { Media } from "../../../media/media.ts";
import type { TranscriptFilter, JobFilter } from "../../../catalog/catalog.ts";
import type { SearchHit, SearchQuery } from "../../../search/search.ts";
import type { Cursor, Pages } from "../../../catalog/pages.ts";
import { jobPlaceOf, placeOf } from "./cursors.ts";
import { countQueue, pageAllJobs, pageJobs } from "./job-pages.ts";
import { mediaSource } from "./media-filter.ts";
import { listBriefs, pageMedia } from "./media-pages.ts";
import { searchMedia } from "./search.ts";

/** The reads that may take long on a large library; every other one is a look-up by key. */
export interface SlowReads extends Pick<
  Pages,
  "listBriefs" | "pageMedia" | "pageJobs" | "pageAllJobs" | "countQueue"
> {
  listMedia(filter: TranscriptFilter): Promise<readonly Media[]>;
  listJobs(filter: JobFilter): Promise<readonly Job[]>;
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
}

function listMedia(sql: Sql, filter: TranscriptFilter): Media[] {
  const { from, where, values, order } = mediaSource(filter);
  return sql(`SELECT media.* FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ?`)
    .all(...values, filter.limit ?? -1)
    .map(mediaOf);
}

/** A media has few jobs: where one is asked for, its jobs are looked through, not those of a state. */
function listJobs(sql: Sql, filter: JobFilter): Job[] {
  const { name, media, state, step, limit } = filter;
  const ofOne = name !== undefined || media !== undefined;
  const conditions: [string, SQLInputValue | undefined][] = [
    ["version = (SELECT version FROM media WHERE name = ?)", name],
    ["version = ?", media?.version],
    [ofOne ? "+state = ?" : "state = ?", state],
    ["step = ?", step],
  ];
  const given = conditions.flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  );
  const where = ["current = 1", ...given.map(({ condition }) => condition)].join(" AND ");
  const values = given.map(({ value }) => value);
  return sql(`SELECT * FROM jobs WHERE ${where} ORDER BY seq LIMIT ?`)
    .all(...values, limit ?? -1)
    .map(jobOf);
}

function jobPlace(after: Cursor | undefined): { after?: number } {
  return after === undefined ? {} : { after: jobPlaceOf(after) };
}

/** The slow reads on this thread: right for a command that asks once. */
export function createSlowReads(sql: Sql): SlowReads {
  return {
    listMedia: async (filter) => listMedia(sql, filter),
    listJobs: async (filter) => listJobs(sql, filter),
    search: async (query) => searchMedia(sql, query),
    listBriefs: async (filter) => listBriefs(sql, filter),
    pageMedia: async ({ after, ...query }) =>
      pageMedia(sql, {
        ...query,
        ...(after !== undefined && { after: placeOf(after, query.sort, query.descending) }),
      }),
    pageJobs: async ({ after, ...query }) => pageJobs(sql, { ...query, ...jobPlace(after) }),
    pageAllJobs: async ({ after, ...query }) => pageAllJobs(sql, { ...query, ...jobPlace(after) }),
    countQueue: async () => countQueue(sql),
  };
}
