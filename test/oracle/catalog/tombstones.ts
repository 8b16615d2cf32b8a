import { orNull, parsed, type Row, type Sql } from "../../../src/state/sqlite/statements.ts";

/** What was made of a media, as it lies in the tables; of jobs only what is done for good. */
export interface Kept {
  readonly facts: string | null;
  readonly isIndexed: boolean;
  readonly outputs: readonly Row[];
  readonly renditions: readonly Row[];
  readonly labels: readonly Row[];
  /** `timings` in base64. */
  readonly transcripts: readonly Row[];
  readonly metadata: readonly Row[];
  readonly jobs: readonly Row[];
}

function keptOf(sql: Sql, version: string): Kept {
  const media = sql("SELECT id, facts FROM media WHERE version = ?").get(version);
  const rows = (table: string, rest = ""): Row[] =>
    sql(`SELECT * FROM ${table} WHERE media_version = ?${rest}`).all(version);
  const id = orNull(media?.["id"]);
  return {
    facts: (media?.["facts"] ?? null) as string | null,
    isIndexed: sql("SELECT 1 FROM search WHERE rowid = ?").get(id) !== undefined,
    outputs: rows("objects", " AND bucket = 'outputs' ORDER BY key"),
    renditions: rows("renditions"),
    labels: rows("labels"),
    transcripts: rows("transcripts").map((row) => ({
      ...row,
      timings: Buffer.from(row["timings"] as Uint8Array).toString("base64"),
    })),
    metadata: rows("metadata"),
    jobs: sql(
      `SELECT step, part, settings, kind, priority, state, reason FROM jobs
       WHERE version = ? AND current = 1
         AND (state = 'succeeded' OR state = 'skipped' AND reason <> 'audio_failed') ORDER BY seq`,
    ).all(version),
  };
}

/** Keeps what was made of a media that is about to be removed, until its bytes may go. */
export function bury(sql: Sql, version: string, until: number, now: number): void {
  sql("DELETE FROM tombstones WHERE until <= ?").run(now);
  const media = sql("SELECT * FROM media WHERE version = ? AND facts IS NOT NULL").get(version);
  if (media === undefined || until <= now) return;
  sql("INSERT OR REPLACE INTO tombstones VALUES (?, ?, ?, ?, ?, ?)").run(
    version,
    orNull(media["name"]),
    orNull(media["owner"]),
    orNull(media["sha256"]),
    until,
    JSON.stringify(keptOf(sql, version)),
  );
}

/** What there is to take over from a version: it is there, or was removed a moment ago. */
export function remainsOf(sql: Sql, version: string, now: number) {
  const media = sql("SELECT name FROM media WHERE version = ?").get(version);
  if (media !== undefined) return { name: String(media["name"]), kept: keptOf(sql, version) };
  const buried = sql("SELECT name, kept FROM tombstones WHERE version = ? AND until > ?").get(
    version,
    now,
  );
  if (buried === undefined) return undefined;
  const kept = parsed<Kept>(buried["kept"]);
  // the trash may have been emptied meanwhile, whatever the clock says
  const isThere = kept.outputs.every(
    (row) =>
      sql(
        `SELECT 1 WHERE EXISTS (SELECT 1 FROM objects WHERE bucket = 'outputs' AND version = ?1)
           OR EXISTS (SELECT 1 FROM trash WHERE bucket = 'outputs' AND version = ?1)`,
      ).get(orNull(row["version"])) !== undefined,
  );
  return isThere ? { name: String(buried["name"]), kept } : undefined;
}
