import { objectOf } from "../../../src/state/sqlite/rows.ts";
import { orNull, parsed, type Row, type Sql } from "../../../src/state/sqlite/statements.ts";
import { newJob, type JobSettings, type Step } from "../../../src/media/job.ts";
import { renamedOutput } from "../../../src/media/keys.ts";
import type { Twin } from "../catalog-port.ts";
import { indexMedia, putObject } from "./media-changes.ts";
import { remainsOf, type Kept } from "./tombstones.ts";

/**
 * Media with the same bytes share what was made of them: each has its own rows, which point at the
 * same stored bytes; those go when no row points at them any more.
 */

/** Whether there is still exactly this to be taken over. */
export function isTwinThere(sql: Sql, twin: Pick<Twin, "version" | "outputs">, now: number) {
  const found = remainsOf(sql, twin.version, now)?.kept.outputs.map((row) => row["version"]);
  const expected = twin.outputs.map(({ version }) => version);
  return found !== undefined && found.join() === expected.join();
}

function adoptJobs(sql: Sql, media: Subject, jobs: readonly Row[], now: number): void {
  for (const row of jobs) {
    const settings = parsed<JobSettings>(row["settings"]);
    const { id } = newJob(media, row["step"] as Step, settings);
    sql(
      `INSERT OR IGNORE INTO jobs (id, name, version, step, part, settings, kind, priority, state,
         reason, enqueued_at, finished_at, owner)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,
         (SELECT owner FROM media WHERE version = ?3))`,
    ).run(
      id,
      media.name,
      media.version,
      orNull(row["step"]),
      orNull(row["part"]),
      orNull(row["settings"]),
      orNull(row["kind"]),
      orNull(row["priority"]),
      orNull(row["state"]),
      orNull(row["reason"]),
      now,
      now,
    );
  }
}

function adoptText(sql: Sql, media: Subject, { transcripts, metadata }: Kept, from: string): void {
  const renamed = (key: Row[string] | undefined) =>
    renamedOutput(String(key), from, media.name) ?? String(key);
  for (const row of transcripts)
    sql("INSERT OR REPLACE INTO transcripts VALUES (?, ?, ?, ?, ?, ?)").run(
      media.version,
      orNull(row["text"]),
      Buffer.from(String(row["timings"]), "base64"),
      orNull(row["language_code"]),
      orNull(row["draft"]),
      renamed(row["json_file"]),
    );
  for (const row of metadata)
    sql("INSERT OR REPLACE INTO metadata VALUES (?1, ?2, ?3, json_set(?4, '$.JsonFile', ?2))").run(
      orNull(row["table_name"]),
      renamed(row["json_file"]),
      media.version,
      orNull(row["record"]),
    );
}

type Subject = { readonly name: string; readonly version: string };

/** Gives a media what was made of its twin: results and the jobs that made them, under its own name. */
export function adopt(sql: Sql, media: Subject, from: string, now: number): void {
  const remains = remainsOf(sql, from, now);
  if (remains === undefined) throw new Error(`${from} is not there to be adopted`); // isTwinThere said it is
  const { name, kept } = remains;
  sql(
    "UPDATE media SET facts = ?1, type = json_extract(?1, '$.type'), updated_at = ?2 WHERE version = ?3",
  ).run(kept.facts, now, media.version);
  for (const row of kept.outputs) {
    const object = objectOf(row);
    const key = renamedOutput(object.key, name, media.name);
    if (key !== undefined) putObject(sql, media.version, { ...object, key }, now);
  }
  for (const row of kept.renditions)
    sql("INSERT OR REPLACE INTO renditions VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
      media.version,
      orNull(row["rendition"]),
      renamedOutput(String(row["key"]), name, media.name) ?? orNull(row["key"]),
      orNull(row["width"]),
      orNull(row["height"]),
      orNull(row["duration_ms"]),
      orNull(row["engine"]),
      orNull(row["copied"]),
    );
  for (const row of kept.labels)
    sql(
      `INSERT OR REPLACE INTO labels (label, name, media_version, confidence, parents, type)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ).run(
      orNull(row["label"]),
      media.name,
      media.version,
      orNull(row["confidence"]),
      orNull(row["parents"]),
      orNull(row["type"]),
    );
  adoptText(sql, media, kept, name);
  adoptJobs(sql, media, kept.jobs, now);
  if (kept.isIndexed) indexMedia(sql, media.version);
  sql("DELETE FROM tombstones WHERE version = ?").run(from); // from now on this media is the twin
}
