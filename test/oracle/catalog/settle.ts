import type { MediaEvent } from "../../../src/media/event.ts";
import type { Step } from "../../../src/media/job.ts";
import { outcomeMessage } from "../../../src/notify/compose.ts";
import { recordMessage } from "../notify/messages.ts";
import { loadOutcome } from "../notify/outcome-record.ts";
import type { Sql } from "../../../src/state/sqlite/statements.ts";

export function recordEvent(sql: Sql, event: MediaEvent, now: number): void {
  // a removed media's last events are its owner's, too
  sql(
    `INSERT INTO events (at, name, version, event, owner)
     VALUES (?1, ?2, ?3, ?4, coalesce(
       (SELECT owner FROM media WHERE version = ?3),
       (SELECT owner FROM events WHERE name = ?2 ORDER BY sequence DESC LIMIT 1), 'local'))`,
  ).run(now, event.name, event.version, JSON.stringify(event));
}

/** When nothing is left to do for the version: ready, or failed with the steps that did, and word of it. */
export function finalizeMedia(sql: Sql, version: string, now: number): void {
  const media = sql("SELECT name FROM media WHERE version = ? AND state = 'processing'").get(
    version,
  );
  const jobs = sql(
    "SELECT step, state FROM jobs WHERE version = ? AND current = 1 ORDER BY seq",
  ).all(version);
  const open = jobs.some((job) => job["state"] === "queued" || job["state"] === "running");
  if (media === undefined || open) return;
  const failed = jobs
    .filter((job) => job["state"] === "failed" || job["state"] === "cancelled")
    .map((job) => job["step"] as Step);
  const state = failed.length === 0 ? "ready" : "failed";
  sql("UPDATE media SET state = ?, updated_at = ? WHERE version = ?").run(state, now, version);
  const subject = { name: String(media["name"]), version };
  recordEvent(
    sql,
    state === "ready"
      ? { type: "media.ready", ...subject }
      : { type: "media.failed", failed: [...new Set(failed)], ...subject },
    now,
  );
  const outcome = loadOutcome(sql, version);
  if (outcome !== undefined) recordMessage(sql, outcomeMessage(outcome), now);
}
