import type { DatabaseSync } from "node:sqlite";
import { transaction } from "../open.ts";
import { surveySessions } from "../sessions.ts";
import { statements, type Row, type Sql } from "../statements.ts";
import type { Step } from "../../../media/job.ts";
import type { AcceptedAttempt, JobQueue } from "../../../queue/job-queue.ts";

/** The attempts whose process is gone, and the sessions that are. Accepted work goes on elsewhere. */
function survey(database: DatabaseSync, sql: Sql): { lost: string[]; dead: string[] } {
  const { living, dead } = surveySessions(database);
  const held = sql("SELECT attempt, session FROM held_slots WHERE external_id IS NULL").all();
  const lost = held.filter((row) => !living.has(String(row["session"])));
  return { lost: lost.map((row) => String(row["attempt"])), dead };
}

function acceptedOf(row: Row): AcceptedAttempt {
  return {
    attempt: String(row["attempt"]),
    engine: String(row["engine"]),
    externalId: String(row["external_id"]),
    step: row["step"] as Step,
    media: { name: String(row["name"]), version: String(row["version"]) },
    since: Number(row["accepted_at"]),
  };
}

export function pausedSince(sql: Sql): number | undefined {
  const since = sql("SELECT min(since) AS since FROM pauses").get()?.["since"];
  return typeof since === "number" ? since : undefined;
}

type Upkeep = Pick<
  JobQueue,
  "recover" | "forget" | "listAccepted" | "nextDueAt" | "pause" | "resume"
>;

/** What keeps a queue in order. `release` gives up an attempt, in the transaction that is under way. */
export function createUpkeep(
  database: DatabaseSync,
  release: (attempt: string, how: "loseAttempt") => void,
): Upkeep {
  const sql = statements(database);
  return {
    async recover() {
      const seen = survey(database, sql);
      if (seen.lost.length === 0) return { takenOver: 0, deadSessions: seen.dead };
      return transaction(database, () => {
        const { lost, dead } = survey(database, sql);
        for (const attempt of lost) release(attempt, "loseAttempt");
        return { takenOver: lost.length, deadSessions: dead };
      });
    },
    async forget(sessions) {
      if (sessions.length === 0) return;
      await transaction(database, () => {
        for (const gone of sessions) sql("DELETE FROM sessions WHERE session = ?").run(gone);
      });
    },
    async listAccepted() {
      return sql("SELECT * FROM held_slots WHERE external_id IS NOT NULL ORDER BY attempt")
        .all()
        .map(acceptedOf);
    },
    async nextDueAt() {
      const row = sql(
        "SELECT min(run_after) AS due FROM jobs WHERE state = 'queued' AND run_after IS NOT NULL",
      ).get();
      const due = row?.["due"];
      return typeof due === "number" ? due : undefined;
    },
    async pause() {
      await transaction(database, () => {
        if (pausedSince(sql) === undefined) sql("INSERT INTO pauses VALUES (?)").run(Date.now());
      });
    },
    async resume() {
      await transaction(database, () => sql("DELETE FROM pauses").run());
    },
  };
}
