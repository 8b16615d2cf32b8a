import type { DatabaseSync } from "node:sqlite";
import { recordsOf } from "../record/records.ts";
import { statements, type Sql } from "../statements.ts";
import type { WhenEnded } from "../../../catalog/rules.ts";
import { jobView, type MediaRecord } from "../../../catalog/record.ts";
import type { Claim, JobMessage } from "../../../queue/job-queue.ts";

export interface AttemptOptions {
  readonly database: DatabaseSync;
  readonly session: string;
  /** Makes the ids of attempts. */
  readonly newId: () => string;
  /** What follows when all jobs of a media file have ended. */
  readonly whenEnded: WhenEnded;
}

/** The media file that an attempt works on; undefined when its version is no more. */
function mediaOf(sql: Sql, attempt: string): { name: string; version: string } | undefined {
  const row = sql(
    `SELECT media.name, media.version FROM held_slots JOIN media USING (version) WHERE attempt = ?`,
  ).get(attempt);
  return row && { name: String(row["name"]), version: String(row["version"]) };
}

/** What a worker gets: the job, its media file, and the attempt that holds it. */
export function claimOf(record: MediaRecord | undefined, jobId: string, attempt: string): Claim {
  const job = record?.jobs.find(({ id }) => id === jobId);
  if (record === undefined || job === undefined) throw new Error(`job ${jobId} has no media file`);
  return { job: jobView(job), media: { ...record.media }, attempt, deaths: job.deaths };
}

/** Starts and gives up attempts, by the rules; within a transaction that the caller has begun. */
export function createAttempts({ database, session, newId, whenEnded }: AttemptOptions) {
  const sql = statements(database);
  const records = recordsOf(database);
  return {
    /** Begins a job; undefined when it is not queued any more. */
    start: ({ name, version, jobId }: JobMessage): Claim | undefined => {
      const attempt = newId();
      const { applied, record } = records.write(
        { expect: { name, version }, changes: [{ type: "startJob", jobId, attempt, session }] },
        { whenEnded, now: Date.now() },
      );
      return applied === "applied" ? claimOf(record, jobId, attempt) : undefined;
    },
    /** Frees the slot in any case; the job is given up if the attempt still holds it. */
    release: (attempt: string, how: "handBack" | "loseAttempt"): void => {
      const expect = mediaOf(sql, attempt);
      const write = expect && { expect, changes: [{ type: how, attempt }] };
      const result = write && records.write(write, { whenEnded, now: Date.now() });
      if (result?.applied !== "applied")
        sql("DELETE FROM held_slots WHERE attempt = ?").run(attempt);
    },
  };
}
