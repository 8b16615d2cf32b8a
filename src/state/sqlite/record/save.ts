import type { Rendition, StoredObject } from "../../../media/media.ts";
import type { JobRecord, MediaRecord } from "../../../catalog/record.ts";
import type { LabelSummary } from "../../../media/label.ts";
import { orNull, type Sql } from "../statements.ts";
import { insertJob, insertMedia, updateJob, updateMedia } from "./columns.ts";

/** A record and the number of its row. */
export interface Saved {
  readonly id: number;
  readonly record: MediaRecord;
}

/**
 * Writes the jobs that differ. Rows are in the order of the record: a job that left it and came back in
 * the same write gets a new row behind the others.
 */
function saveJobs(sql: Sql, before: readonly JobRecord[], { jobs, media }: MediaRecord): void {
  if (jobs === before) return;
  const remove = (id: string) => sql("DELETE FROM jobs WHERE id = ?").run(id);
  for (const { id } of before) if (!jobs.some((job) => job.id === id)) remove(id);
  let place = -1;
  for (const job of jobs) {
    const found = before.findIndex(({ id }) => id === job.id);
    const old = before[found];
    if (old !== undefined && found > place) {
      if (old !== job) updateJob(sql, old, job);
      place = found;
    } else {
      if (old !== undefined) remove(job.id);
      insertJob(sql, job, media.owner);
      place = before.length;
    }
  }
}

function saveObjects(
  sql: Sql,
  before: readonly StoredObject[],
  { stored: { objects }, media }: MediaRecord,
  now: number,
): void {
  if (objects === before) return;
  const isAt = (one: StoredObject) => (other: StoredObject) =>
    one.bucket === other.bucket && one.key === other.key;
  for (const old of before)
    if (!objects.some(isAt(old)))
      sql("DELETE FROM objects WHERE bucket = ? AND key = ?").run(old.bucket, old.key);
  for (const object of objects)
    if (!before.includes(object))
      sql("INSERT OR REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
        object.bucket,
        object.key,
        object.version,
        object.sha256,
        object.sizeBytes,
        object.contentType,
        media.version,
        now,
      );
}

function saveRenditions(
  sql: Sql,
  before: readonly Rendition[],
  { stored: { renditions }, media }: MediaRecord,
): void {
  if (renditions === before) return;
  for (const rendition of renditions)
    if (!before.includes(rendition))
      sql("INSERT OR REPLACE INTO renditions VALUES (?, ?, ?, ?, ?, ?, ?, ?)").run(
        media.version,
        rendition.rendition,
        rendition.object.key,
        orNull(rendition.width),
        orNull(rendition.height),
        orNull(rendition.durationMs),
        rendition.engine,
        rendition.copied ? 1 : 0,
      );
}

function saveLabels(
  sql: Sql,
  before: readonly LabelSummary[],
  { stored: { labels }, media }: MediaRecord,
): void {
  if (labels === before) return;
  const { name, version, type } = media;
  if (before.length > 0) sql("DELETE FROM labels WHERE media_version = ?").run(version);
  for (const label of labels)
    sql(
      `INSERT OR REPLACE INTO labels (label, name, media_version, confidence, parents, type)
       VALUES (?, ?, ?, ?, ?, ?)`,
    ).run(label.name, name, version, label.confidence, JSON.stringify(label.parents), orNull(type));
}

function saveStored(
  sql: Sql,
  before: MediaRecord | undefined,
  after: MediaRecord,
  now: number,
): void {
  const { version, type } = after.media;
  if (before !== undefined && before.media.type !== type)
    sql("UPDATE labels SET type = ? WHERE media_version = ?").run(orNull(type), version);
  if (before?.stored === after.stored) return;
  saveObjects(sql, before?.stored.objects ?? [], after, now);
  saveRenditions(sql, before?.stored.renditions ?? [], after);
  saveLabels(sql, before?.stored.labels ?? [], after);
}

/** Everything that is kept about a version. */
function deleteRecord(sql: Sql, { id, record }: Saved): void {
  const { version } = record.media;
  sql("DELETE FROM search WHERE rowid = ?").run(id);
  for (const table of ["objects", "renditions", "labels", "transcripts", "metadata"])
    sql(`DELETE FROM ${table} WHERE media_version = ?`).run(version);
  for (const table of ["jobs", "attempts"])
    sql(`DELETE FROM ${table} WHERE version = ?`).run(version);
  sql("DELETE FROM media WHERE id = ?").run(id);
}

/** Writes the rows in which a record differs from the one that was loaded. Returns the row's number. */
export function saveRecord(
  sql: Sql,
  loaded: Saved | undefined,
  after: MediaRecord | undefined,
  now: number,
): number | undefined {
  const isSame = loaded?.record.media.version === after?.media.version;
  if (loaded !== undefined && !isSame) deleteRecord(sql, loaded);
  if (after === undefined) return undefined;
  const before = isSame ? loaded : undefined;
  const id = before?.id ?? insertMedia(sql, after);
  if (before !== undefined) updateMedia(sql, id, before.record, after);
  saveJobs(sql, before?.record.jobs ?? [], after);
  saveStored(sql, before?.record, after, now);
  return id;
}
