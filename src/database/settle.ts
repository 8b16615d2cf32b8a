import type { MediaEvent } from "../media/event.ts";
import type { Step } from "../media/job.ts";
import type { Sql } from "./statements.ts";

export function recordEvent(sql: Sql, event: MediaEvent, now: number): void {
  sql("INSERT INTO events (at, name, version, event) VALUES (?, ?, ?, ?)").run(
    now,
    event.name,
    event.version,
    JSON.stringify(event),
  );
}

/** When nothing is left to do for the version: ready, or failed with the steps that did. */
export function settleMedia(sql: Sql, version: string, now: number): void {
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
}
