import type { SQLInputValue } from "node:sqlite";
import type { Row, Sql } from "../../database/statements.ts";
import { orNull } from "../../database/statements.ts";
import type { MediaType } from "../../media/media.ts";
import type { SearchHit, SearchQuery } from "../catalog.ts";

/** Rows that are ranked at the most: a word that is in every transcript must not cost a full sort. */
const maxRanked = 2_000;
const maxMoments = 5;
/** Words shown on either side of a found one. */
const context = 6;
/** How much a word in the name and in the labels counts against one that is said. */
const weights = "5.0, 3.0, 1.0";

const open = "\u0002";
const close = "\u0003";

/** What a person typed as an FTS5 query: every word must be there; "quoted words" as a phrase. */
export function matchExpression(typed: string): string | undefined {
  const terms = typed.match(/"[^"]*"|[^\s"]+/g) ?? [];
  const quoted = terms
    .map((term) => term.replaceAll('"', "").trim())
    .filter((term) => /[\p{L}\p{N}]/u.test(term))
    .map((term) => `"${term}"`);
  return quoted.length === 0 ? undefined : quoted.join(" ");
}

/** The condition on a media row that filters ask for; with the values it needs. */
export function mediaConditions(filter: {
  startsWith?: string;
  type?: MediaType;
  label?: string;
  owner?: string;
}): { conditions: string[]; values: SQLInputValue[] } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, ...added: SQLInputValue[]) => {
    conditions.push(condition);
    values.push(...added);
  };
  if (filter.startsWith !== undefined && filter.startsWith !== "")
    add("media.name >= ? AND media.name < ?", filter.startsWith, `${filter.startsWith}\u{10ffff}`);
  if (filter.type !== undefined) add("media.type = ?", filter.type);
  if (filter.owner !== undefined) add("media.owner = ?", filter.owner);
  if (filter.label !== undefined)
    add(
      "EXISTS (SELECT 1 FROM labels WHERE labels.label = ? AND labels.name = media.name)",
      filter.label,
    );
  return { conditions, values };
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
  const marked = sql(
    `SELECT highlight(search, 2, '${open}', '${close}') AS marked, timings, draft
     FROM search
     JOIN media ON media.id = search.rowid
     LEFT JOIN transcripts ON transcripts.media_version = media.version
     WHERE search MATCH ? AND search.rowid = ?`,
  ).get(match, orNull(row["id"]));
  const timings = marked?.["timings"];
  return {
    name: String(row["name"]),
    ...(row["type"] === null ? {} : { type: row["type"] as MediaType }),
    score: -Number(row["rank"]),
    moments: timings instanceof Uint8Array ? momentsOf(String(marked?.["marked"]), timings) : [],
    draft: marked?.["draft"] === 1,
  };
}

/** The media that hold all the words, best first; at most `limit` (default 20). */
export function searchMedia(sql: Sql, query: SearchQuery): SearchHit[] {
  const match = matchExpression(query.words);
  if (match === undefined) return [];
  const { conditions, values } = mediaConditions(query);
  const rows = sql(
    `SELECT id, name, type, rank FROM (
       SELECT media.id, media.name, media.type, bm25(search, ${weights}) AS rank
       FROM search JOIN media ON media.id = search.rowid
       WHERE ${["search MATCH ?", ...conditions].join(" AND ")} LIMIT ${maxRanked})
     ORDER BY rank, name LIMIT ?`,
  ).all(match, ...values, query.limit ?? 20);
  return rows.map((row) => hitOf(sql, match, row));
}
