import type { DatabaseSync } from "node:sqlite";
import { isDeepStrictEqual } from "node:util";
import type {
  LabelJob,
  LabelJobNotice,
  LabelJobs,
  LabelJobState,
} from "../../../label-jobs/label-jobs.ts";
import { recordPublished } from "../notify/messages.ts";
import { transaction } from "../open.ts";
import { parsed, statements, type Row, type Sql } from "../statements.ts";

function jobOf(row: Row): LabelJob {
  const endedAt = row["ended_at"];
  return {
    id: String(row["id"]),
    owner: String(row["owner"]),
    state: String(row["state"]) as LabelJobState,
    ...(typeof row["token"] === "string" && { token: row["token"] }),
    createdAt: Number(row["created_at"]),
    ...(typeof endedAt === "number" && { endedAt }),
    asked: parsed(row["asked"]),
    ...(typeof row["failure"] === "string" && { failure: row["failure"] }),
  };
}

function add(
  sql: Sql,
  { id, owner, token, createdAt, asked }: Parameters<LabelJobs["add"]>[0],
  most: number,
): LabelJob | "mismatch" | "full" {
  const known =
    token === undefined
      ? undefined
      : sql("SELECT * FROM label_jobs WHERE owner = ? AND token = ?").get(owner, token);
  if (known !== undefined) {
    const job = jobOf(known);
    const isSame = isDeepStrictEqual(job.asked, JSON.parse(JSON.stringify(asked)));
    return isSame ? job : "mismatch";
  }
  const busy = sql(
    "SELECT count(*) AS n FROM label_jobs WHERE owner = ? AND state = 'IN_PROGRESS'",
  ).get(owner);
  if (Number(busy?.["n"]) >= most) return "full";
  sql(
    `INSERT INTO label_jobs (id, owner, state, token, created_at, asked)
     VALUES (?, ?, 'IN_PROGRESS', ?, ?, ?)`,
  ).run(id, owner, token ?? null, createdAt, JSON.stringify(asked));
  return {
    id,
    owner,
    state: "IN_PROGRESS",
    createdAt,
    asked,
    ...(token !== undefined && { token }),
  };
}

function tell(sql: Sql, owner: string, { arn, published }: LabelJobNotice, now: number): void {
  const topic = sql("SELECT 1 FROM topics WHERE arn = ? AND owner = ?").get(arn, owner);
  if (topic !== undefined) recordPublished(sql, { arn, owner }, published, now);
}

/** Label jobs in the library's database. */
export function createSqliteLabelJobs(options: {
  readonly database: DatabaseSync;
  /** Default: the clock. */
  readonly now?: () => number;
}): LabelJobs {
  const { database, now = Date.now } = options;
  const sql = statements(database);
  const write = <T>(work: () => T) => transaction(database, work);
  return {
    add: (job, most) => write(() => add(sql, job, most)),
    async get(owner, id) {
      const row = sql("SELECT * FROM label_jobs WHERE id = ? AND owner = ?").get(id, owner);
      return row && jobOf(row);
    },
    async inProgress() {
      return sql("SELECT * FROM label_jobs WHERE state = 'IN_PROGRESS' ORDER BY created_at, id")
        .all()
        .map(jobOf);
    },
    end: (id, how, notice) =>
      write(() => {
        const row = sql("SELECT owner FROM label_jobs WHERE id = ? AND state = 'IN_PROGRESS'").get(
          id,
        );
        if (row === undefined) return false;
        const failure = "failure" in how ? how.failure : null;
        const state = failure === null ? "SUCCEEDED" : "FAILED";
        sql("UPDATE label_jobs SET state = ?, ended_at = ?, failure = ? WHERE id = ?").run(
          state,
          now(),
          failure,
          id,
        );
        if ("result" in how)
          sql("INSERT INTO label_results (job, result) VALUES (?, ?)").run(id, how.result);
        if (notice !== undefined) tell(sql, String(row["owner"]), notice, now());
        return true;
      }),
    async result(id) {
      const row = sql("SELECT result FROM label_results WHERE job = ?").get(id);
      return row?.["result"] instanceof Uint8Array ? row["result"] : undefined;
    },
    prune: (before) =>
      write(() => void sql("DELETE FROM label_jobs WHERE ended_at < ?").run(before)),
  };
}
