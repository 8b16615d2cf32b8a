import type { SQLInputValue } from "node:sqlite";
import { jobOf, mediaOf } from "../../database/rows.ts";
import type { Sql } from "../../database/statements.ts";
import type { Job } from "../../media/job.ts";
import type { Media } from "../../media/media.ts";
import type { JobFilter, MediaFilter, SearchHit, SearchQuery } from "../catalog.ts";
import { mediaConditions, searchMedia } from "./search.ts";

/** The reads that may take long on a large library; every other one is a look-up by key. */
export interface SlowReads {
  listMedia(filter: MediaFilter): Promise<readonly Media[]>;
  listJobs(filter: JobFilter): Promise<readonly Job[]>;
  search(query: SearchQuery): Promise<readonly SearchHit[]>;
}

function listMedia(sql: Sql, filter: MediaFilter): Media[] {
  const { conditions, values } = mediaConditions(filter);
  if (filter.after !== undefined) {
    conditions.push("media.name > ?");
    values.push(filter.after);
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return sql(`SELECT * FROM media ${where} ORDER BY name LIMIT ?`)
    .all(...values, filter.limit ?? -1)
    .map(mediaOf);
}

function listJobs(sql: Sql, filter: JobFilter): Job[] {
  const conditions = ["current = 1"];
  const values: SQLInputValue[] = [];
  for (const column of ["name", "version", "state", "step"] as const) {
    const value = filter[column];
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(value);
  }
  return sql(`SELECT * FROM jobs WHERE ${conditions.join(" AND ")} ORDER BY seq LIMIT ?`)
    .all(...values, filter.limit ?? -1)
    .map(jobOf);
}

/** The slow reads on this thread: right for a command that asks once. */
export function createSlowReads(sql: Sql): SlowReads {
  return {
    listMedia: async (filter) => listMedia(sql, filter),
    listJobs: async (filter) => listJobs(sql, filter),
    search: async (query) => searchMedia(sql, query),
  };
}
