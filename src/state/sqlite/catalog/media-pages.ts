import type { SQLInputValue } from "node:sqlite";
import { labelOf, mediaOf } from "../rows.ts";
import type { Row, Sql } from "../statements.ts";
import { parsed } from "../statements.ts";
import type { LabelSummary } from "../../../media/label.ts";
import type { MediaType, ShownState } from "../../../media/media.ts";
import type { MediaFilter } from "../../../catalog/catalog.ts";
import type {
  ListedMedia,
  MediaBrief,
  MediaPage,
  MediaPageQuery,
  MediaSort,
} from "../../../catalog/pages.ts";
import { mediaCursor, type Place } from "./cursors.ts";
import { isBehind, mediaSource } from "./media-filter.ts";

function briefOf(row: Row): MediaBrief {
  const type = row["type"];
  return {
    name: String(row["name"]),
    ...(type === null ? {} : { type: type as MediaType }),
    labels: parsed(row["found"]),
  };
}

const briefColumns = `media.name, media.type,
  (SELECT json_group_array(label) FROM (SELECT found.label FROM labels AS found
     WHERE found.media_version = media.version ORDER BY found.confidence DESC, found.label))
  AS found`;

/** A look-up by key: quick enough for the thread that answers. */
export function getBrief(sql: Sql, name: string, owner: string): MediaBrief | undefined {
  const found = sql(`SELECT ${briefColumns} FROM media WHERE name = ? AND owner = ?`);
  const row = found.get(name, owner);
  return row === undefined ? undefined : briefOf(row);
}

export function listBriefs(sql: Sql, filter: MediaFilter): MediaBrief[] {
  const { from, where, values, order } = mediaSource(filter);
  return sql(`SELECT ${briefColumns} FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ?`)
    .all(...values, filter.limit ?? -1)
    .map(briefOf);
}

/** A query whose cursor has been read. */
export interface PlacedQuery extends Omit<MediaPageQuery, "after"> {
  readonly after?: Place;
}

const columns: Readonly<Record<MediaSort, string>> = {
  name: "media.name",
  createdAt: "media.created_at",
  updatedAt: "media.updated_at",
};

const timeIndexes = {
  createdAt: "media INDEXED BY media_by_owner_and_created",
  updatedAt: "media INDEXED BY media_by_owner_and_updated",
} as const;

/**
 * Where a page is found. By name, each filter has its index. By time, an owner's media are walked in
 * the order of their times; what does not pass the filter is passed over. Few media of a label are
 * sorted, many are, too: there is no index of labels by time.
 */
function sourceOf(query: PlacedQuery): { from: string; order: string } {
  const { sort, type, label, state, owner, startsWith } = query;
  const filter = {
    owner,
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { label }),
    ...(startsWith === undefined ? {} : { startsWith }),
  };
  const { from, order } = mediaSource(filter);
  if (sort === "name")
    return state !== undefined && type === undefined && label === undefined
      ? { from: "media INDEXED BY media_by_owner_and_state", order }
      : { from, order };
  return { from: label === undefined ? timeIndexes[sort] : from, order: columns[sort] };
}

const hasJob = (state: "failed" | "cancelled"): string =>
  `EXISTS (SELECT 1 FROM jobs WHERE jobs.version = media.version AND jobs.current = 1
     AND jobs.state = '${state}')`;
/** `outcomeOf` for SQL: no job of the failed media file has failed, but one was cancelled. */
const isCancelled = `(media.state = 'failed' AND ${hasJob("cancelled")} AND NOT ${hasJob("failed")})`;

/** What a media file in a state passes; its index knows what is stored alone. */
function stateCondition(state: ShownState | undefined): string {
  if (state === "failed") return `media.state = ? AND NOT ${isCancelled}`;
  return state === "cancelled" ? `media.state = ? AND ${isCancelled}` : "media.state = ?";
}

interface Conditions {
  readonly where: string;
  readonly values: readonly SQLInputValue[];
}

/** @param isPage without the bound of the prefix that the place of the page stands for */
function conditionsOf(query: PlacedQuery, nameColumn: string, isPage: boolean): Conditions {
  const { startsWith, sort, descending, after, label, type } = query;
  const byLabel = label !== undefined;
  const prefix = startsWith || undefined;
  const prefixEnd = prefix && `${prefix}\u{10ffff}`;
  const isBounded = isPage && sort === "name" && isBehind(after?.name, startsWith);
  const given: [string, SQLInputValue | undefined][] = [
    ["labels.label = ?", label],
    [`${byLabel ? "labels" : "media"}.type = ?`, type],
    ["media.owner = ?", query.owner],
    [stateCondition(query.state), query.state === "cancelled" ? "failed" : query.state],
    ["media.created_at >= ?", query.createdFrom],
    ["media.created_at < ?", query.createdBefore],
    [`${nameColumn} >= ?`, isBounded && !descending ? undefined : prefix],
    [`${nameColumn} < ?`, isBounded && descending ? undefined : prefixEnd],
  ];
  const used = given.filter(([, value]) => value !== undefined);
  return {
    where: used.map(([condition]) => condition).join(" AND "),
    values: used.map(([, value]) => value as SQLInputValue),
  };
}

/** What lies behind the place that the page before ended at. */
function behind({ sort, after, descending }: PlacedQuery, order: string): Conditions {
  if (after === undefined) return { where: "", values: [] };
  const than = descending ? "<" : ">";
  return sort === "name"
    ? { where: ` AND ${order} ${than} ?`, values: [after.name] }
    : { where: ` AND (${order}, media.name) ${than} (?, ?)`, values: [after.value, after.name] };
}

/** The whole of the facts is long, and is not read for a list. */
const listedColumns = `media.name, media.version, media.owner, media.sha256, media.size_bytes,
  media.type, media.created_at, media.updated_at,
  iif(${isCancelled}, 'cancelled', media.state) AS state,
  media.facts ->> '$.durationMs' AS duration_ms,
  media.facts ->> '$.video.displayWidth' AS width, media.facts ->> '$.video.displayHeight' AS height`;

function listedOf(row: Row, labels: readonly LabelSummary[]): ListedMedia {
  const { duration_ms: durationMs, width, height } = row;
  return {
    ...mediaOf(row),
    state: row["state"] as ShownState,
    ...(typeof durationMs === "number" ? { durationMs } : {}),
    ...(typeof width === "number" && typeof height === "number" ? { width, height } : {}),
    labels,
  };
}

/** The labels of some versions, asked for at once. */
function labelsOf(sql: Sql, versions: readonly string[]): Map<string, LabelSummary[]> {
  const labels = new Map<string, LabelSummary[]>();
  if (versions.length === 0) return labels;
  const rows = sql(
    `SELECT * FROM labels WHERE media_version IN (SELECT value FROM json_each(?))
     ORDER BY confidence DESC, label`,
  ).all(JSON.stringify(versions));
  for (const row of rows) {
    const version = String(row["media_version"]);
    const before = labels.get(version);
    if (before === undefined) labels.set(version, [labelOf(row)]);
    else before.push(labelOf(row));
  }
  return labels;
}

export function pageMedia(sql: Sql, query: PlacedQuery): MediaPage {
  const { sort, descending, limit, label, countUpTo } = query;
  const { from, order } = sourceOf(query);
  const nameColumn = label === undefined ? "media.name" : "labels.name";
  const { where, values } = conditionsOf(query, nameColumn, true);
  const place = behind(query, order);
  const direction = descending ? "DESC" : "ASC";
  const tie = sort === "name" ? "" : `, media.name ${direction}`;
  const found = sql(
    `SELECT ${listedColumns} FROM ${from} WHERE ${where}${place.where}
     ORDER BY ${order} ${direction}${tie} LIMIT ?`,
  ).all(...values, ...place.values, limit + 1);
  const shown = found.slice(0, limit);
  const labels = labelsOf(
    sql,
    shown.map((row) => String(row["version"])),
  );
  const media = shown.map((row) => listedOf(row, labels.get(String(row["version"])) ?? []));
  const last = found.length > limit ? media.at(-1) : undefined;
  const all = conditionsOf(query, nameColumn, false);
  const count =
    countUpTo === undefined
      ? undefined
      : sql(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${all.where} LIMIT ?)`).get(
          ...all.values,
          countUpTo,
        )?.["n"];
  return {
    media,
    ...(last === undefined
      ? {}
      : { next: mediaCursor(sort, descending, { value: last[sort], name: last.name }) }),
    ...(count === undefined ? {} : { count: Number(count) }),
  };
}
