import type { MediaFilter } from "../catalog/catalog.ts";
import { outcomeOf } from "../media/job.ts";
import { spellingsOf } from "../media/keys.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, ShownState } from "../media/media.ts";
import type { Ports } from "./ports.ts";

/** One line of a list of media files. */
export interface MediaListing {
  readonly media: Media;
  readonly labels: readonly LabelSummary[];
  /** True when a draft engine made its transcript. */
  readonly draft: boolean;
  /** The media file's; `cancelled` where nothing failed but something was cancelled. */
  readonly state: ShownState;
}

async function stateOf(
  { catalog }: Pick<Ports, "catalog">,
  media: Media,
): Promise<MediaListing["state"]> {
  if (media.state !== "failed") return media.state;
  return outcomeOf(media.state, await catalog.listJobs({ media }));
}

/** What is listed whole is read so many at a time. */
const pageSize = 100;

/** By name, ascending. */
export async function list(
  { catalog }: Pick<Ports, "catalog">,
  filter: MediaFilter = {},
): Promise<readonly MediaListing[]> {
  const found = await catalog.listMedia(filter);
  return Promise.all(
    found.map(async (media) => ({
      media,
      labels: await catalog.getLabels(media),
      draft: await catalog.isDraft(media),
      state: await stateOf({ catalog }, media),
    })),
  );
}

/**
 * The same, a page at a time and no faster than it is taken: memory does not grow with the library. Names
 * that begin with another spelling of `startsWith` come behind those with its own.
 */
export async function* listAll(
  ports: Pick<Ports, "catalog">,
  { startsWith, ...filter }: MediaFilter = {},
): AsyncGenerator<readonly MediaListing[]> {
  if (startsWith === undefined) return yield* pagesOf(ports, filter);
  let { limit = Infinity } = filter;
  for (const spelling of spellingsOf(startsWith))
    for await (const page of pagesOf(ports, { ...filter, startsWith: spelling, limit })) {
      limit -= page.length;
      yield page;
    }
}

async function* pagesOf(
  ports: Pick<Ports, "catalog">,
  { after: start, limit = Infinity, ...filter }: MediaFilter,
): AsyncGenerator<readonly MediaListing[]> {
  let after = start;
  for (let left = limit; left > 0; left -= pageSize) {
    const place = after === undefined ? {} : { after };
    const wanted = Math.min(left, pageSize);
    const page = await list(ports, { ...filter, ...place, limit: wanted });
    if (page.length > 0) yield page;
    if (page.length < wanted) return;
    after = page.at(-1)?.media.name;
  }
}
