import type { SQLInputValue } from "node:sqlite";
import type { Row, Sql } from "../statements.ts";
import { orNull } from "../statements.ts";
import type { MediaType } from "../../../media/media.ts";
import type { MediaFilter } from "../../../catalog/catalog.ts";
import type { SearchHit, SearchQuery } from "../../../search/search.ts";
import { holdsAny, termsOf, type Term } from "../../../search/terms.ts";
import { matchExpression } from "../search/match.ts";
import { close, momentsOf, open } from "../search/moments.ts";
import { mediaSource } from "./media-filter.ts";

/** Rows that are ranked at the most: a word that is in every transcript must not cost a full sort. */
const maxRanked = 2_000;
/** Up to so many media that pass a filter are collected before searching. */
const maxCollected = 5_000;
/** How much a word in the name and in the labels counts against one that is said. */
const weights = "5.0, 3.0, 1.0, 1.0";

/** How long a search may take: with common words in a large library it would go on for minutes. */
export const searchDeadlineMs = 5_000;

interface Asked {
  readonly terms: readonly Term[];
  readonly match: string;
}

/** What of a hit the terms are in. */
function matchedIn(terms: readonly Term[], row: Row, isSaid: boolean): SearchHit["matched"] {
  const matched: SearchHit["matched"][number][] = isSaid ? ["words"] : [];
  if (holdsAny(String(row["names"]), terms)) matched.push("name");
  if (holdsAny(String(row["labels"]), terms)) matched.push("label");
  return matched;
}

function hitOf(sql: Sql, { terms, match }: Asked, row: Row): SearchHit {
  // FTS5 ignores a rowid that is not bound as an integer, and numbers of JavaScript are not
  const marked = sql(
    `SELECT name AS names, labels, highlight(search, 2, '${open}', '${close}') AS transcript,
       highlight(search, 3, '${open}', '${close}') AS compounds FROM search
     WHERE search MATCH ? AND rowid = CAST(? AS INTEGER)`,
  ).get(match, orNull(row["id"]));
  const { transcript = "", compounds = "" } = marked ?? {};
  const isSaid = [transcript, compounds].some((text) => String(text).includes(open));
  const kept = sql("SELECT text, timings, draft FROM transcripts WHERE media_version = ?").get(
    orNull(row["version"]),
  );
  const timings = kept?.["timings"];
  const texts = { transcript: String(transcript), compounds: String(compounds) };
  return {
    name: String(row["name"]),
    ...(row["type"] === null ? {} : { type: row["type"] as MediaType }),
    score: -Number(row["rank"]),
    matched: matchedIn(terms, marked ?? {}, isSaid),
    moments:
      isSaid && timings instanceof Uint8Array
        ? momentsOf(texts, String(kept?.["text"]), timings)
        : [],
    draft: kept?.["draft"] === 1,
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

/**
 * The media files that hold all the words, best first; at most `limit` (default 20).
 * @throws MediaError `invalid_argument` for too many words, `request_timeout` at the deadline
 */
export function searchMedia(
  sql: Sql,
  query: SearchQuery,
  deadlineMs: number = searchDeadlineMs,
): SearchHit[] {
  const terms = termsOf(query.words);
  const match = matchExpression(terms);
  if (match === undefined) return [];
  const endsAt = performance.now() + deadlineMs;
  const { words: _words, limit = 20, ...filter } = query;
  const { where, values } = filterCondition(sql, filter);
  // Of every eighth row number it is asked whether there is time left: asking takes as long as ranking a row.
  const best = sql(
    `SELECT * FROM (
       SELECT media.id, media.name, media.version, media.type, bm25(search, ${weights}) AS rank
       FROM search CROSS JOIN media ON media.id = search.rowid
       WHERE search MATCH ? ${where} AND (search.rowid & 7 OR in_time(?)) LIMIT ${maxRanked}
     ) ORDER BY rank, name LIMIT ?`,
  ).all(match, ...values, endsAt, limit);
  return best.map((row) => {
    sql("SELECT in_time(?)").get(endsAt);
    return hitOf(sql, { terms, match }, row);
  });
}
