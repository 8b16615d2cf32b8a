import type { DatabaseSync } from "node:sqlite";
import { storedWords, wordsOfStored } from "../../../media/stored-words.ts";
import { parsed, statements, type Row, type Sql } from "../statements.ts";
import { indexRow } from "./index-row.ts";

/** Media files of one transaction: other processes wait for one piece, not for the whole. */
const pieceSize = 200;

interface Item {
  readonly type?: unknown;
  readonly alternatives?: readonly { readonly content?: string }[];
}

/** The words that a metadata record has as items, with their punctuation. */
function wordsOfItems(items: readonly Item[]): string[] {
  const words: string[] = [];
  for (const { type, alternatives } of items) {
    const content = alternatives?.[0]?.content ?? "";
    if (type !== "punctuation") words.push(content);
    else if (words.length > 0) words[words.length - 1] += content;
  }
  return words;
}

/**
 * Earlier versions kept words of scripts without spaces joined, and white space inside a word as `_`. The
 * words are read from the metadata record then. What has no items stays as it is.
 */
function restoreWords(sql: Sql, version: string): void {
  const row = sql(
    "SELECT text, length(timings) / 8 AS count FROM transcripts WHERE media_version = ?",
  ).get(version);
  const text = String(row?.["text"] ?? "");
  const isWhole = wordsOfStored(text).words.length === row?.["count"] && !text.includes("_");
  if (text === "" || isWhole) return;
  for (const { record } of sql("SELECT record FROM metadata WHERE media_version = ?").all(
    version,
  )) {
    const { items } = parsed<{ items?: readonly Item[] }>(record);
    const words = wordsOfItems(items ?? []);
    if (words.length !== row?.["count"]) continue;
    sql("UPDATE transcripts SET text = ? WHERE media_version = ?").run(storedWords(words), version);
    return;
  }
}

function indexAgain(sql: Sql, row: Row): void {
  const version = String(row["version"]);
  const labels = sql(
    "SELECT label FROM labels WHERE media_version = ? ORDER BY confidence DESC, label",
  ).all(version);
  restoreWords(sql, version);
  indexRow(sql, {
    id: Number(row["id"]),
    name: String(row["name"]),
    version,
    labels: labels.map(({ label }) => String(label)),
  });
}

/** Indexes the next media files that wait for it. */
function indexPiece(sql: Sql): void {
  const waiting = sql(
    `SELECT media_id, id, name, version FROM search_waiting LEFT JOIN media ON media.id = media_id
     ORDER BY media_id LIMIT ?`,
  ).all(pieceSize);
  for (const row of waiting) if (row["id"] !== null) indexAgain(sql, row);
  const last = waiting.at(-1)?.["media_id"];
  if (last !== undefined) sql("DELETE FROM search_waiting WHERE media_id <= ?").run(last);
}

/**
 * Indexes what an upgrade has left to be indexed anew, in pieces: a process that dies loses one piece, and
 * several processes share the work.
 * @param tell is called before each piece with how many media files wait
 */
export function reindex(
  database: DatabaseSync,
  inTransaction: (work: () => void) => void,
  tell: (waiting: number) => void,
): void {
  const sql = statements(database);
  const count = sql("SELECT count(*) AS count FROM search_waiting");
  for (;;) {
    const waiting = Number(count.get()?.["count"]);
    if (waiting === 0) return;
    tell(waiting);
    inTransaction(() => indexPiece(sql));
  }
}
