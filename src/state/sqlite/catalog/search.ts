import type { SQLInputValue } from "node:sqlite";
import type { Row, Sql } from "../statements.ts";
import { orNull } from "../statements.ts";
import type { MediaType } from "../../../media/media.ts";
import type { MediaFilter } from "../../../catalog/catalog.ts";
import { MediaError } from "../../../media/errors.ts";
import type { SearchHit, SearchQuery } from "../../../search/search.ts";
import { mediaSource } from "./media-filter.ts";

/** Rows that are ranked at the most: a word that is in every transcript must not cost a full sort. */
const maxRanked = 2_000;
/** Up to so many media that pass a filter are collected before searching. */
const maxCollected = 5_000;
const maxMoments = 5;
/** Words shown on either side of a found one. */
const context = 6;
/** How much a word in the name and in the labels counts against one that is said. */
const weights = "5.0, 3.0, 1.0";

const open = "\u0002";
const close = "\u0003";

/** Different words and phrases of one search; each of them is looked up and ranked by itself. */
const maxTerms = 32;
/** How long a search may take: with common words in a large library it would go on for minutes. */
export const searchDeadlineMs = 5_000;

/**
 * What a person typed as an FTS5 query: every word must be there; "quoted words" as a phrase. What is said
 * twice counts once.
 * @throws MediaError `invalid_argument` when there are too many different words
 */
export function matchExpression(typed: string): string | undefined {
  // a NUL would end the expression in the middle of a quotation
  const terms = typed.replaceAll("\0", " ").match(/"[^"]*"|[^\s"]+/g) ?? [];
  const quoted = terms
    .map((term) => term.replaceAll('"', "").trim())
    .filter((term) => /[\p{L}\p{N}]/u.test(term))
    .map((term) => `"${term}"`);
  const different = new Map(quoted.map((term) => [term.toLowerCase(), term]));
  if (different.size > maxTerms)
    throw new MediaError(
      "invalid_argument",
      `a search takes ${maxTerms} different words at most, not ${different.size}`,
      { remedy: "Leave out the common ones." },
    );
  return different.size === 0 ? undefined : [...different.values()].join(" ");
}

/** Finds the places of the marked words in a marked text, as word numbers. */
function markedWords(marked: string): { words: string[]; found: number[] } {
  const words = marked.split(" ");
  const found: number[] = [];
  let inside = false;
  for (const [index, word] of words.entries()) {
    if (inside || word.includes(open)) found.push(index);
    inside = word.lastIndexOf(open) > word.lastIndexOf(close) || (inside && !word.includes(close));
  }
  return { words, found };
}

function momentsOf(marked: string, timings: Uint8Array): SearchHit["moments"] {
  const { words, found } = markedWords(marked);
  const view = new DataView(timings.buffer, timings.byteOffset, timings.byteLength);
  const moments: SearchHit["moments"][number][] = [];
  let shownUntil = -1;
  for (const index of found) {
    if (index <= shownUntil || moments.length === maxMoments || index * 8 + 8 > view.byteLength)
      continue;
    const last = Math.min(words.length, index + context + 1);
    shownUntil = last - 1;
    const snippet = words.slice(Math.max(0, index - context), last).join(" ");
    moments.push({
      startMs: view.getUint32(index * 8, true),
      endMs: view.getUint32(index * 8 + 4, true),
      snippet: snippet.replaceAll(open, "[").replaceAll(close, "]"),
    });
  }
  return moments;
}

function hitOf(sql: Sql, match: string, row: Row): SearchHit {
  // FTS5 ignores a rowid that is not bound as an integer, and numbers of JavaScript are not
  const marked = sql(
    `SELECT highlight(search, 2, '${open}', '${close}') AS marked FROM search
     WHERE search MATCH ? AND rowid = CAST(? AS INTEGER)`,
  ).get(match, orNull(row["id"]));
  const transcript = sql("SELECT timings, draft FROM transcripts WHERE media_version = ?").get(
    orNull(row["version"]),
  );
  const timings = transcript?.["timings"];
  return {
    name: String(row["name"]),
    ...(row["type"] === null ? {} : { type: row["type"] as MediaType }),
    score: -Number(row["rank"]),
    moments: timings instanceof Uint8Array ? momentsOf(String(marked?.["marked"]), timings) : [],
    draft: transcript?.["draft"] === 1,
  };
}

/**
 * The condition on found rows that a filter asks for. Where few media pass, they are collected first
 * and the words looked up against them; where many do, enough of the found rows soon turn out to pass.
 */
function filterCondition(
  sql: Sql,
  filter: MediaFilter,
): { where: string; values: SQLInputValue[] } {
  const { startsWith, type, label, owner } = filter;
  if (!startsWith && type === undefined && label === undefined && owner === undefined)
    return { where: "", values: [] };
  const { from, where, values } = mediaSource(filter);
  const ids = `SELECT media.id FROM ${from} WHERE ${where} LIMIT ${maxCollected + 1}`;
  const count = sql(`SELECT count(*) AS count FROM (${ids})`).get(...values);
  // "+": looked up in the collected ids; else SQLite would search once for each of them
  if (Number(count?.["count"]) <= maxCollected)
    return { where: `AND +search.rowid IN (${ids})`, values: [...values] };
  const conditions: [string, SQLInputValue | undefined][] = [
    ["media.name >= ?", startsWith === "" ? undefined : startsWith],
    ["media.name < ?", startsWith ? `${startsWith}\u{10ffff}` : undefined],
    ["+media.type = ?", type],
    ["+media.owner = ?", owner],
    ["EXISTS (SELECT 1 FROM labels WHERE label = ? AND labels.name = media.name)", label],
  ];
  const given = conditions.flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  );
  return {
    where: given.map(({ condition }) => `AND ${condition}`).join(" "),
    values: given.map(({ value }) => value),
  };
}

/** Says when the time is up; to be called between rows. */
function createDeadline(deadlineMs: number): () => void {
  const endsAt = performance.now() + deadlineMs;
  return () => {
    if (performance.now() < endsAt) return;
    throw new MediaError("request_timeout", `the search took longer than ${deadlineMs} ms`, {
      remedy: "Search for fewer words, or for rarer ones.",
    });
  };
}

/** Best first. */
function byRank(a: Row, b: Row): number {
  const difference = Number(a["rank"]) - Number(b["rank"]);
  if (difference !== 0) return difference;
  return String(a["name"]) < String(b["name"]) ? -1 : 1;
}

/**
 * The media files that hold all the words, best first; at most `limit` (default 20).
 * @throws MediaError `invalid_argument` for too many words, `request_timeout` at the deadline
 */
export function searchMedia(
  sql: Sql,
  query: SearchQuery,
  deadlineMs: number = searchDeadlineMs,
): SearchHit[] {
  const match = matchExpression(query.words);
  if (match === undefined) return [];
  const check = createDeadline(deadlineMs);
  const { words: _words, limit = 20, ...filter } = query;
  const { where, values } = filterCondition(sql, filter);
  // Row by row, not sorted by SQLite: nothing interrupts it within a statement.
  const found = sql(
    `SELECT media.id, media.name, media.version, media.type, bm25(search, ${weights}) AS rank
     FROM search CROSS JOIN media ON media.id = search.rowid
     WHERE search MATCH ? ${where} LIMIT ${maxRanked}`,
  ).iterate(match, ...values);
  const rows: Row[] = [];
  for (const row of found) {
    check();
    rows.push(row);
  }
  const best = rows.toSorted(byRank).slice(0, limit);
  return best.map((row) => {
    check();
    return hitOf(sql, match, row);
  });
}
