import type { SQLInputValue } from "node:sqlite";
import type { MediaFacts } from "../../../media/facts.ts";
import type { Media } from "../../../media/media.ts";
import type { Slot, SlotKind } from "../../../media/job.ts";
import type { TranscriptionOptions } from "../../../media/speech.ts";
import {
  lastOutputLength,
  transcriptBeginning,
  type JobRecord,
  type MediaRecord,
  type Stored,
  type Told,
  type TranscriptRecord,
} from "../../../catalog/record.ts";
import { shownText } from "../../../media/stored-words.ts";
import { jobOf, labelOf, mediaOf, objectOf, renditionOf } from "../rows.ts";
import { orNull, parsed, type Row, type Sql } from "../statements.ts";

function runningOf(row: Row): JobRecord["running"] {
  if (row["attempt"] === null) return undefined;
  const externalId = row["external_id"];
  return {
    attempt: String(row["attempt"]),
    session: String(row["session"]),
    isCancelRequested: row["cancel_requested"] === 1,
    ...(typeof externalId === "string" && { externalId }),
  };
}

function jobRecordOf(row: Row, outputs: ReadonlyMap<string, string>): JobRecord {
  const { progress: _, ...job } = jobOf(row);
  const running = runningOf(row);
  const lastOutput = job.failure && outputs.get(job.id);
  const slot: Slot = { kind: row["kind"] as SlotKind, priority: Number(row["priority"]) };
  const rest = { slot, isCurrent: row["current"] === 1, deaths: Number(row["deaths"]) };
  return {
    ...job,
    ...rest,
    ...(running && { running }),
    ...(lastOutput !== undefined && { lastOutput }),
  };
}

/** What engines printed at each job's last attempt that failed. */
function lastOutputs(sql: Sql, version: string): Map<string, string> {
  const rows = sql(
    `SELECT job_id, substr(details ->> '$.stderr', -${lastOutputLength}) AS output FROM attempts
     WHERE version = ? AND failure IS NOT NULL ORDER BY id`,
  ).all(version);
  const outputs = new Map<string, string>();
  for (const row of rows) {
    const jobId = String(row["job_id"]);
    if (typeof row["output"] === "string") outputs.set(jobId, row["output"]);
    else outputs.delete(jobId);
  }
  return outputs;
}

function transcriptOf(sql: Sql, version: string): TranscriptRecord | undefined {
  // the joints between words may be as many as the other characters
  const row = sql(
    `SELECT substr(text, 1, 2 * ?1 + 1) AS beginning, length(text) > 2 * ?1 + 1 AS longer,
       language_code, draft, json_file FROM transcripts WHERE media_version = ?2`,
  ).get(transcriptBeginning, version);
  if (row === undefined) return undefined;
  const characters = Array.from(shownText(String(row["beginning"])));
  return {
    languageCode: String(row["language_code"]),
    draft: row["draft"] === 1,
    jsonFile: String(row["json_file"]),
    beginning: characters.slice(0, transcriptBeginning).join(""),
    whole: row["longer"] === 0 && characters.length <= transcriptBeginning,
  };
}

/** What is stored for a version; each part is loaded when it is first asked for. */
function storedOf(sql: Sql, id: SQLInputValue, version: string): Stored {
  const known: { -readonly [Part in keyof Stored]?: Stored[Part] } = {};
  return {
    get objects() {
      return (known.objects ??= sql("SELECT * FROM objects WHERE media_version = ?")
        .all(version)
        .map(objectOf));
    },
    get renditions() {
      return (known.renditions ??= sql(
        "SELECT * FROM renditions JOIN objects USING (media_version, key) WHERE media_version = ?",
      )
        .all(version)
        .map(renditionOf));
    },
    get labels() {
      return (known.labels ??= sql(
        "SELECT * FROM labels WHERE media_version = ? ORDER BY confidence DESC, label",
      )
        .all(version)
        .map(labelOf));
    },
    get transcript() {
      if (!("transcript" in known)) known.transcript = transcriptOf(sql, version);
      return known.transcript;
    },
    get isIndexed() {
      // FTS5 looks a rowid up only when it is an integer, and numbers of JavaScript are bound as others
      const found = sql("SELECT 1 FROM search WHERE rowid = CAST(? AS INTEGER)");
      return (known.isIndexed ??= found.get(id) !== undefined);
    },
  };
}

/** The columns of `media` that a record is loaded from; its facts are long, and few writes look at them. */
export const coreColumns = `id, name, version, owner, sha256, size_bytes, origin, type, state,
  created_at, updated_at, told, transcription_options`;

/** Facts that are loaded when they are first asked for. */
function factsOf(sql: Sql, id: SQLInputValue): Pick<Media, "facts"> {
  let facts: MediaFacts | undefined;
  return {
    get facts() {
      return (facts ??= parsed<MediaFacts>(
        sql("SELECT facts FROM media WHERE id = ?").get(id)?.["facts"],
      ));
    },
  };
}

/** The record of a row of `media` that has the `coreColumns`. */
export function loadRecord(sql: Sql, row: Row): MediaRecord {
  const id = orNull(row["id"]);
  const known = mediaOf(row);
  // its type is known exactly when its facts are
  const media = known.type === undefined ? known : Object.assign(factsOf(sql, id), known);
  const { version } = media;
  const jobs = sql("SELECT * FROM jobs WHERE version = ? ORDER BY seq").all(version);
  const hasFailures = jobs.some((job) => job["failure"] !== null);
  const outputs = hasFailures ? lastOutputs(sql, version) : new Map<string, string>();
  return {
    media,
    jobs: jobs.map((job) => jobRecordOf(job, outputs)),
    stored: storedOf(sql, id, version),
    ...(row["told"] !== null && { told: parsed<Told>(row["told"]) }),
    ...(row["transcription_options"] !== null && {
      transcriptionOptions: parsed<TranscriptionOptions>(row["transcription_options"]),
    }),
  };
}
