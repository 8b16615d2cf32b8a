import type { DatabaseSync } from "node:sqlite";
import {
  mayBegin,
  type Busy,
  type TranscriptionJob,
  type Transcriptions,
} from "../../../transcriptions/transcriptions.ts";
import { createGroupCommit, type Commit } from "../group-commit.ts";
import { statements, type Sql } from "../statements.ts";
import { jobOf } from "./rows.ts";
import { createVocabularies } from "./vocabularies.ts";

interface Parts {
  readonly sql: Sql;
  readonly commit: Commit;
  readonly now: () => number;
}

function find({ sql }: Parts, owner: string, name: string): TranscriptionJob | undefined {
  const row = sql("SELECT * FROM transcription_jobs WHERE owner = ? AND name = ?").get(owner, name);
  return row === undefined ? undefined : jobOf(row);
}

function busyOf({ sql }: Parts, owner: string): Busy {
  const row = sql(
    `SELECT count(*) AS every, coalesce(sum(was_queued), 0) AS queued FROM transcription_jobs
       WHERE owner = ? AND state = 'IN_PROGRESS'`,
  ).get(owner);
  return { all: Number(row?.["every"]), queued: Number(row?.["queued"]) };
}

function waitingOf({ sql }: Parts, owner: string): number {
  const row = sql(
    "SELECT count(*) AS every FROM transcription_jobs WHERE owner = ? AND state = 'QUEUED'",
  ).get(owner);
  return Number(row?.["every"]);
}

function add(parts: Parts): Transcriptions["add"] {
  return (job, { slots, queue, mayWait }) =>
    parts.commit(() => {
      const { id, owner, name, createdAt, asked } = job;
      if (find(parts, owner, name) !== undefined) return "taken";
      const waiting = waitingOf(parts, owner);
      // who may wait does not overtake those who wait
      const begins = busyOf(parts, owner).all < slots && (waiting === 0 || !mayWait);
      if (!begins && (!mayWait || waiting >= queue)) return "full";
      parts
        .sql(
          `INSERT INTO transcription_jobs (id, owner, name, state, was_queued, created_at, started_at, asked)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          id,
          owner,
          name,
          begins ? "IN_PROGRESS" : "QUEUED",
          begins ? 0 : 1,
          createdAt,
          begins ? createdAt : null,
          JSON.stringify(asked),
        );
      const added = find(parts, owner, name);
      if (added === undefined) throw new Error("the job that was just added is not there");
      return added;
    });
}

function beginQueued(parts: Parts): Transcriptions["beginQueued"] {
  const { sql, commit, now } = parts;
  return ({ slots }) =>
    commit(() => {
      let begun = 0;
      const owners = sql(
        "SELECT DISTINCT owner FROM transcription_jobs WHERE state = 'QUEUED'",
      ).all();
      for (const { owner } of owners) {
        while (mayBegin(busyOf(parts, String(owner)), slots)) {
          const next = sql(
            `SELECT id FROM transcription_jobs WHERE owner = ? AND state = 'QUEUED'
               ORDER BY created_at, id LIMIT 1`,
          ).get(String(owner));
          if (next === undefined) break;
          sql(
            "UPDATE transcription_jobs SET state = 'IN_PROGRESS', started_at = ? WHERE id = ?",
          ).run(now(), String(next["id"]));
          begun += 1;
        }
      }
      return begun;
    });
}

function list({ sql }: Parts): Transcriptions["list"] {
  return async (owner, { state, contains, after, limit }) => {
    const where = ["owner = ?"];
    const values: (string | number)[] = [owner];
    if (state !== undefined) {
      where.push("state = ?");
      values.push(state);
    }
    if (contains !== undefined) {
      where.push("instr(lower(name), ?) > 0");
      values.push(contains.toLowerCase());
    }
    if (after !== undefined) {
      where.push("(created_at, id) < (?, ?)");
      values.push(after.createdAt, after.id);
    }
    return sql(
      `SELECT * FROM transcription_jobs WHERE ${where.join(" AND ")}
         ORDER BY created_at DESC, id DESC LIMIT ?`,
    )
      .all(...values, limit)
      .map(jobOf);
  };
}

/** Transcription jobs in the library's database. */
export function createSqliteTranscriptions({
  database,
  now = Date.now,
}: {
  readonly database: DatabaseSync;
  readonly now?: () => number;
}): Transcriptions {
  const sql = statements(database);
  const commit = createGroupCommit(database);
  const parts: Parts = { sql, commit, now };
  return {
    add: add(parts),
    get: async (owner, name) => find(parts, owner, name),
    list: list(parts),
    inProgress: async () =>
      sql("SELECT * FROM transcription_jobs WHERE state = 'IN_PROGRESS' ORDER BY created_at, id")
        .all()
        .map(jobOf),
    beginQueued: beginQueued(parts),
    end: (id, how) =>
      commit(() => {
        const made = "made" in how ? JSON.stringify(how.made) : null;
        const failure = "failure" in how ? how.failure : null;
        const state = made === null ? "FAILED" : "COMPLETED";
        const { changes } = sql(
          `UPDATE transcription_jobs SET state = ?, ended_at = ?, made = ?, failure = ?
             WHERE id = ? AND state = 'IN_PROGRESS'`,
        ).run(state, now(), made, failure, id);
        return changes > 0;
      }),
    remove: (owner, name) =>
      commit(() => {
        const existing = find(parts, owner, name);
        sql("DELETE FROM transcription_jobs WHERE owner = ? AND name = ?").run(owner, name);
        return existing;
      }),
    ...createVocabularies({ sql, commit }),
  };
}
