import type { Sql } from "../statements.ts";
import type { Twin, TwinQuery } from "../../../catalog/catalog.ts";
import { outputsOf } from "../../../catalog/record.ts";
import type { Records } from "../record/records.ts";

/** A media file with these bytes of which something is known: one that is there, else one just removed. */
export function findTwin(
  sql: Sql,
  records: Records,
  { sha256, owner }: TwinQuery,
  now: number,
): Twin | undefined {
  const there = sql(
    `SELECT name, version FROM media WHERE sha256 = ? AND owner = ? AND facts IS NOT NULL
     ORDER BY state = 'ready' DESC, id DESC LIMIT 1`,
  ).all(sha256, owner);
  const kept = sql(
    `SELECT name, version FROM tombstones WHERE sha256 = ? AND owner = ? AND until > ?
     ORDER BY until DESC`,
  ).all(sha256, owner, now);
  for (const row of [...there, ...kept]) {
    const [name, version] = [String(row["name"]), String(row["version"])];
    const record = records.find({ name, version }, now);
    const facts = record?.media.facts;
    if (record === undefined || facts === undefined) continue;
    const { transcriptionOptions: speech } = record;
    const twin = { name, version, facts, outputs: outputsOf(record) };
    return speech === undefined ? twin : { ...twin, speech };
  }
  return undefined;
}
