import type { MediaType } from "../media/media.ts";
import type { MediaListing } from "../app/list.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { formatMediaTime, formatMoment, formatSize } from "./format.ts";
import { interruptedHint, withInterrupted, type Interruptible } from "./interrupted.ts";
import { labelJson, mediaJson, type LabelJson, type MediaJson } from "./json.ts";
import { chosen, type Choice } from "./ls-order.ts";
import type { Format } from "./output.ts";
import { eachOf, printPages, printTable } from "./pages.ts";
import type { Cell, Column } from "./table.ts";

export interface FilterOptions {
  readonly startswith?: string;
  readonly mediaType?: MediaType;
  readonly label?: string;
  readonly limit?: number;
}

export interface ListOptions extends FilterOptions, Choice {
  readonly owner?: string;
  /** Also the owner, and when it was taken in and changed last. */
  readonly long?: boolean;
}

/** The filters of the command line as the application takes them. */
export function filterOf({ startswith, mediaType, label, limit }: FilterOptions): {
  startsWith?: string;
  type?: MediaType;
  label?: string;
  limit?: number;
} {
  return {
    ...(startswith !== undefined && { startsWith: startswith }),
    ...(mediaType !== undefined && { type: mediaType }),
    ...(label !== undefined && { label }),
    ...(limit !== undefined && { limit }),
  };
}

/** `{"media": ListedMediaJson[]}` with --json. */
export interface ListedMediaJson extends Interruptible<MediaJson> {
  /** The most confident first. */
  readonly labels: readonly LabelJson[];
  /** True when a draft engine made its transcript. */
  readonly draft: boolean;
}

export const stateFormats: Readonly<Record<string, Format>> = {
  ready: "green",
  succeeded: "green",
  running: "cyan",
  processing: "cyan",
  incomplete: "yellow",
  failed: "red",
  cancelled: "yellow",
  interrupted: "yellow",
};

export function stateCell(state: string, remark = ""): Cell {
  const format = stateFormats[state];
  const text = state + remark;
  return format === undefined ? text : { text, format };
}

const byConfidence = (listing: MediaListing): MediaListing["labels"] =>
  listing.labels.toSorted((a, b) => b.confidence - a.confidence);

const labelsShown = 4;

function row(listing: Interruptible<MediaListing>, long: boolean): Cell[] {
  const { media } = listing;
  const state = listing.interrupted === true ? "interrupted" : listing.state;
  const labels = byConfidence(listing);
  const more = labels.length > labelsShown ? [`+${labels.length - labelsShown}`] : [];
  const durationMs = media.facts?.durationMs;
  return [
    media.name,
    media.type ?? "",
    stateCell(state, listing.draft ? " (draft)" : ""),
    durationMs === undefined || media.type === "image" ? "" : formatMediaTime(durationMs),
    formatSize(media.sizeBytes),
    ...(long ? [media.owner, formatMoment(media.createdAt), formatMoment(media.updatedAt)] : []),
    [...labels.slice(0, labelsShown).map(({ name }) => name), ...more].join(", "),
  ];
}

function listedJson(listing: Interruptible<MediaListing>): ListedMediaJson {
  const labels = byConfidence(listing).map(labelJson);
  return {
    ...mediaJson(listing.media, listing.state),
    ...(listing.interrupted && { interrupted: true }),
    labels,
    draft: listing.draft,
  };
}

const columnsOf = (long: boolean): Column[] => [
  { title: "NAME", least: 20, cut: "middle" },
  { title: "TYPE", optional: 4 },
  { title: "STATE" },
  { title: "DURATION", align: "right", optional: 3 },
  { title: "SIZE", align: "right" },
  ...(long ? [{ title: "OWNER" }, { title: "TAKEN IN" }, { title: "CHANGED", optional: 1 }] : []),
  { title: "LABELS", least: 10, optional: 2 },
];

/** `dailies ls` */
export async function ls(
  { output, withDailies }: Context,
  { owner, state, sort, long = false, ...options }: ListOptions,
): Promise<number> {
  const { limit, ...filters } = filterOf(options);
  const filter = { ...filters, ...(owner !== undefined && { owner }) };
  const choice = {
    ...(state !== undefined && { state }),
    ...(sort !== undefined && { sort }),
    ...(limit !== undefined && { limit }),
  };
  await withDailies(async (dailies) => {
    const pages = withInterrupted(dailies, chosen(dailies.allMedia(filter), choice));
    if (output.mode !== "human") return printPages(output, "media", eachOf(pages, listedJson));
    let isInterrupted = false;
    const rows = eachOf(pages, (one) => {
      isInterrupted ||= one.interrupted === true;
      return row(one, long);
    });
    const hasRows = await printTable(output, columnsOf(long), rows);
    if (isInterrupted) output.note(interruptedHint);
    if (hasRows) return;
    const filtered = Object.keys({ ...filter, ...choice }).length > 0;
    output.note(filtered ? "Nothing matches." : "Nothing here yet: `dailies process FILE`.");
  });
  return exitCodes.done;
}
