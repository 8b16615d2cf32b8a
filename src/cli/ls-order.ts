import type { MediaListing } from "../app/list.ts";
import type { PagesOf } from "./pages.ts";

/** What `ls --sort` sorts by; with `-` in front from the last to the first. */
export const sortKeys = ["name", "created", "updated", "size", "duration", "state"] as const;
type SortKey = (typeof sortKeys)[number];

export interface Choice {
  readonly state?: MediaListing["state"];
  /** A sort key, perhaps with `-` in front. Default: by name, as the pages come. */
  readonly sort?: string;
  readonly limit?: number;
}

type Figure = (listing: MediaListing) => string | number;

const figures: Readonly<Record<SortKey, Figure>> = {
  name: ({ media }) => media.name,
  created: ({ media }) => media.createdAt,
  updated: ({ media }) => media.updatedAt,
  size: ({ media }) => media.sizeBytes,
  duration: ({ media }) => media.facts?.durationMs ?? 0,
  state: ({ state }) => state,
};

/** Sorts a list that is whole in memory; equal ones stay by name. */
function sorted(all: readonly MediaListing[], sort: string): MediaListing[] {
  const key = sortKeys.find((one) => one === sort.replace(/^-/, "")) ?? "name";
  const figure = figures[key];
  const sign = sort.startsWith("-") ? -1 : 1;
  return all.toSorted((a, b) => {
    const [one, other] = [figure(a), figure(b)];
    return one === other ? 0 : one < other ? -sign : sign;
  });
}

/** The listings that are asked for, in that order. Only sorted ones are held in memory. */
export async function* chosen(
  pages: PagesOf<MediaListing>,
  { state, sort, limit = Infinity }: Choice,
): AsyncGenerator<readonly MediaListing[]> {
  const isChosen = (one: MediaListing): boolean => state === undefined || one.state === state;
  if (sort !== undefined) {
    const all: MediaListing[] = [];
    for await (const page of pages) all.push(...page.filter(isChosen));
    return yield sorted(all, sort).slice(0, limit);
  }
  let left = limit;
  for await (const page of pages) {
    const some = page.filter(isChosen).slice(0, left);
    left -= some.length;
    yield some;
    if (left <= 0) return;
  }
}
