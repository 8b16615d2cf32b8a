import type { JobFailure } from "../../../src/media/job.ts";
import {
  transcriptCharacters,
  type OutcomeJob,
  type OutcomeRecord,
} from "../../../src/notify/compose.ts";
import { parsed, type Row, type Sql } from "../../../src/state/sqlite/statements.ts";

function jobOf(sql: Sql, row: Row): OutcomeJob {
  const last = sql(
    `SELECT substr(details ->> '$.stderr', -16384) AS output FROM attempts
     WHERE job_id = ? AND failure IS NOT NULL ORDER BY id DESC LIMIT 1`,
  ).get(String(row["id"]));
  const output = last?.["output"];
  return {
    id: String(row["id"]),
    step: row["step"] as OutcomeJob["step"],
    state: row["state"] as OutcomeJob["state"],
    ...(typeof row["failure"] === "string" && { failure: parsed<JobFailure>(row["failure"]) }),
    ...(typeof output === "string" && row["failure"] !== null && { lastOutput: output }),
  };
}

function transcriptOf(sql: Sql, version: string): OutcomeRecord["transcript"] {
  const row = sql(
    `SELECT substr(text, 1, ?1) AS text, length(text) <= ?1 AS whole, language_code, draft
     FROM transcripts WHERE media_version = ?2`,
  ).get(transcriptCharacters, version);
  if (row === undefined) return undefined;
  return {
    beginning: String(row["text"]),
    whole: row["whole"] === 1,
    languageCode: String(row["language_code"]),
    draft: row["draft"] === 1,
  };
}

/** What a message says of a version is composed from this; undefined when there is no such version. */
export function loadOutcome(sql: Sql, version: string): OutcomeRecord | undefined {
  const media = sql("SELECT * FROM media WHERE version = ?").get(version);
  if (media === undefined) return undefined;
  const jobs = sql("SELECT * FROM jobs WHERE version = ? AND current = 1 ORDER BY seq");
  const outputs = sql(
    "SELECT key, content_type, size_bytes FROM objects WHERE media_version = ? AND bucket = 'outputs'",
  );
  const labels = sql("SELECT label, confidence FROM labels WHERE media_version = ?");
  const transcript = transcriptOf(sql, version);
  return {
    media: {
      name: String(media["name"]),
      version,
      owner: String(media["owner"]),
      sizeBytes: Number(media["size_bytes"]),
      ...(media["type"] !== null && { type: media["type"] as "video" | "audio" | "image" }),
      ...(media["facts"] !== null && { facts: parsed(media["facts"]) }),
    },
    jobs: jobs.all(version).map((row) => jobOf(sql, row)),
    outputs: outputs.all(version).map((row) => ({
      key: String(row["key"]),
      contentType: String(row["content_type"]),
      sizeBytes: Number(row["size_bytes"]),
    })),
    labels: labels.all(version).map((row) => ({
      name: String(row["label"]),
      confidence: Number(row["confidence"]),
    })),
    ...(transcript && { transcript }),
  };
}
