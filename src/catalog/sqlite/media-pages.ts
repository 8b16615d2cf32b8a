import type { SQLInputValue } from "node:sqlite";
import { mediaOf } from "../../database/rows.ts";
import type { Row, Sql } from "../../database/statements.ts";
import { parsed } from "../../database/statements.ts";
import type { MediaType } from "../../media/media.ts";
import type { MediaFilter } from "../catalog.ts";
import type { MediaBrief, MediaPage, MediaPageQuery, MediaSort } from "../pages.ts";
import { mediaSource } from "./media-filter.ts";

function briefOf(row: Row): MediaBrief {
  const type = row["type"];
  return {
    name: String(row["name"]),
    ...(type === null ? {} : { type: type as MediaType }),
    labels: parsed(row["found"]),
  };
}

export function listBriefs(sql: Sql, filter: MediaFilter): MediaBrief[] {
  const { from, where, values, order } = mediaSource(filter);
  return sql(
    `SELECT media.name, media.type,
       (SELECT json_group_array(label) FROM (SELECT found.label FROM labels AS found
          WHERE found.media_version = media.version ORDER BY found.confidence DESC, found.label))
       AS found
     FROM ${from} WHERE ${where} ORDER BY ${order} LIMIT ?`,
  )
    .all(...values, filter.limit ?? -1)
    .map(briefOf);
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
function sourceOf(query: MediaPageQuery): { from: string; order: string } {
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

interface Conditions {
  readonly where: string;
  readonly values: readonly SQLInputValue[];
}

function conditionsOf(query: MediaPageQuery, nameColumn: string): Conditions {
  const { startsWith, label, type } = query;
  const byLabel = label !== undefined;
  const given: [string, SQLInputValue | undefined][] = [
    ["labels.label = ?", label],
    [`${byLabel ? "labels" : "media"}.type = ?`, type],
    ["media.owner = ?", query.owner],
    ["media.state = ?", query.state],
    ["media.created_at >= ?", query.createdFrom],
    ["media.created_at < ?", query.createdBefore],
    [`${nameColumn} >= ?`, startsWith === "" ? undefined : startsWith],
    [`${nameColumn} < ?`, startsWith ? `${startsWith}\u{10ffff}` : undefined],
  ];
  const used = given.filter(([, value]) => value !== undefined);
  return {
    where: used.map(([condition]) => condition).join(" AND "),
    values: used.map(([, value]) => value as SQLInputValue),
  };
}

/** What lies behind the place that the page before ended at. */
function behind({ sort, after, descending }: MediaPageQuery, order: string): Conditions {
  if (after === undefined) return { where: "", values: [] };
  const than = descending ? "<" : ">";
  return sort === "name"
    ? { where: ` AND ${order} ${than} ?`, values: [after.name] }
    : { where: ` AND (${order}, media.name) ${than} (?, ?)`, values: [after.value, after.name] };
}

export function pageMedia(sql: Sql, query: MediaPageQuery): MediaPage {
  const { sort, descending, limit, label, countUpTo } = query;
  const { from, order } = sourceOf(query);
  const { where, values } = conditionsOf(query, label === undefined ? "media.name" : "labels.name");
  const place = behind(query, order);
  const direction = descending ? "DESC" : "ASC";
  const tie = sort === "name" ? "" : `, media.name ${direction}`;
  const found = sql(
    `SELECT media.* FROM ${from} WHERE ${where}${place.where}
     ORDER BY ${order} ${direction}${tie} LIMIT ?`,
  )
    .all(...values, ...place.values, limit + 1)
    .map(mediaOf);
  const media = found.slice(0, limit);
  const last = found.length > limit ? media.at(-1) : undefined;
  const count =
    countUpTo === undefined
      ? undefined
      : sql(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${where} LIMIT ?)`).get(
          ...values,
          countUpTo,
        )?.["n"];
  return {
    media,
    ...(last === undefined ? {} : { next: { value: last[sort], name: last.name } }),
    ...(count === undefined ? {} : { count: Number(count) }),
  };
}
