import { createHash, randomBytes } from "node:crypto";
import type { JobFailure, Step } from "../../../media/job.ts";
import type { MediaType } from "../../../media/media.ts";
import {
  everybody,
  type NoticeContent,
  type NoticeFailure,
  type Topic,
} from "../../../media/notice.ts";
import { orNull, parsed, type Row, type Sql } from "../statements.ts";

const most = { transcriptCharacters: 600, labels: 12, lines: 5, lineCharacters: 300 };

/** A fresh id for a message: it stays the same however often the message is sent. */
export function newMessageId(): string {
  return `msg_${randomBytes(16).toString("hex")}`;
}

/** Where things lie on this machine is nobody's concern who gets a message; a path's last part stays. */
const folders = /(?:file:)?\/(?:[^\s/:'"]+\/)+/g;

/** The end of what an engine printed at the last attempt at a job. */
function lastLines(sql: Sql, jobId: string): string[] {
  const row = sql(
    `SELECT details ->> '$.stderr' AS stderr FROM attempts
     WHERE job_id = ? AND failure IS NOT NULL ORDER BY id DESC LIMIT 1`,
  ).get(jobId);
  const text = typeof row?.["stderr"] === "string" ? row["stderr"].slice(-16_384) : "";
  return text
    .split(/[\r\n]+/)
    .map((line) => line.slice(-4096).replace(folders, "").trim().slice(0, most.lineCharacters))
    .filter((line) => line !== "")
    .slice(-most.lines);
}

function failuresOf(sql: Sql, jobs: readonly Row[]): NoticeFailure[] {
  return jobs
    .filter((job) => job["state"] === "failed" || job["state"] === "cancelled")
    .map((job) => {
      const { code, message, remedy }: JobFailure =
        typeof job["failure"] === "string"
          ? parsed(job["failure"])
          : {
              code: "cancelled",
              message: "somebody cancelled it",
              remedy: "`dailies retry NAME` does it after all.",
            };
      const lines = lastLines(sql, String(job["id"]));
      return { step: job["step"] as Step, code, message, remedy, lastLines: lines };
    });
}

function transcriptOf(sql: Sql, version: string): NoticeContent["transcript"] {
  const row = sql(
    `SELECT substr(text, 1, ?1) AS text, length(text) <= ?1 AS whole, language_code, draft
     FROM transcripts WHERE media_version = ?2`,
  ).get(most.transcriptCharacters, version);
  if (row === undefined || row["text"] === "") return undefined;
  return {
    text: String(row["text"]),
    whole: row["whole"] === 1,
    languageCode: String(row["language_code"]),
    draft: row["draft"] === 1,
  };
}

function contentOf(sql: Sql, media: Row, jobs: readonly Row[]): NoticeContent {
  const version = String(media["version"]);
  const labels = sql(
    "SELECT label FROM labels WHERE media_version = ? ORDER BY confidence DESC, label LIMIT ?",
  ).all(version, most.labels);
  const outputs = sql(
    `SELECT key, content_type, size_bytes FROM objects
     WHERE media_version = ? AND bucket = 'outputs' ORDER BY key`,
  ).all(version);
  const transcript = transcriptOf(sql, version);
  const failures = failuresOf(sql, jobs);
  return {
    name: String(media["name"]),
    version,
    owner: String(media["owner"]),
    ...(media["type"] !== null && { type: media["type"] as MediaType }),
    ...(typeof media["duration_ms"] === "number" && { durationMs: media["duration_ms"] }),
    sizeBytes: Number(media["size_bytes"]),
    outputs: outputs.map((row) => ({
      key: String(row["key"]),
      contentType: String(row["content_type"]),
      sizeBytes: Number(row["size_bytes"]),
    })),
    ...(labels.length > 0 && { labels: labels.map((row) => String(row["label"])) }),
    ...(transcript && { transcript }),
    ...(failures.length > 0 && { failures }),
  };
}

/** Which jobs an outcome came from, and how they ended. */
function runOf(jobs: readonly Row[]): string {
  const ends = jobs.map((job) => {
    const code = typeof job["failure"] === "string" ? parsed<JobFailure>(job["failure"]).code : "";
    return `${String(job["id"])} ${String(job["state"])} ${code}`;
  });
  return createHash("sha256").update(ends.toSorted().join("\n")).digest("hex").slice(0, 32);
}

/**
 * Puts a message about a media's outcome into the outbox, for everybody who has subscribed to it, in
 * the transaction that is under way. Nothing when the last message about this version came from the
 * same jobs with the same ends: that has been told.
 */
export function recordNotification(sql: Sql, version: string, topic: Topic, now: number): void {
  const media = sql(
    "SELECT *, facts ->> '$.durationMs' AS duration_ms FROM media WHERE version = ?",
  ).get(version);
  if (media === undefined) return;
  const jobs = sql("SELECT * FROM jobs WHERE version = ? AND current = 1 ORDER BY seq").all(
    version,
  );
  const run = runOf(jobs);
  const last = sql(
    "SELECT topic, run FROM notifications WHERE version = ? ORDER BY sequence DESC LIMIT 1",
  ).get(version);
  if (last?.["topic"] === topic && last["run"] === run) return;
  const id = newMessageId();
  const owner = String(media["owner"]);
  sql(
    `INSERT INTO notifications (id, at, topic, owner, name, version, run, content)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    id,
    now,
    topic,
    owner,
    orNull(media["name"]),
    version,
    run,
    JSON.stringify(contentOf(sql, media, jobs)),
  );
  addressTo(sql, id, topic, owner, now);
}

/**
 * A delivery of the message for each subscription to its topic: one a mailbox, though it may have
 * subscribed both to its own media and to everybody's. Returns how many are new or to be done again.
 * @param audience whose subscriptions: the media's owner's and everybody's, or these alone.
 */
export function addressTo(
  sql: Sql,
  notification: string,
  topic: Topic,
  owner: string,
  now: number,
  audience: string = everybody,
): number {
  const { changes } = sql(
    `INSERT INTO deliveries (notification, subscription, state, next_at)
     SELECT ?1, min(id), 'waiting', ?2 FROM subscriptions
     WHERE state = 'confirmed' AND topic = ?3 AND owner IN (?4, ?5)
     GROUP BY kind, address, CASE kind WHEN 'email' THEN '' ELSE owner END
     ON CONFLICT (notification, subscription) DO UPDATE SET
       state = 'waiting', attempts = 0, next_at = excluded.next_at, ended_at = NULL
     WHERE state IN ('delivered', 'dead')`,
  ).run(notification, now, topic, owner, audience);
  return Number(changes);
}
