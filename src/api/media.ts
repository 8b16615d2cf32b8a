import { z } from "@hono/zod-openapi";
import type { MediaPageQuery, MediaSort } from "../catalog/pages.ts";
import { MediaError } from "../media/errors.ts";
import { jobJson } from "../media/json.ts";
import { renditionNames } from "../media/media.ts";
import { sendObject } from "./bytes.ts";
import { pageAt } from "./cursor.ts";
import type { ApiApp, ApiContext, ApiOptions } from "./environment.ts";
import { listedJson, outputJson, pagedJson, renditionJson } from "./json.ts";
import { nameAt } from "./names.ts";
import { addOperation } from "./route.ts";
import {
  detailsSchema,
  mediaPageSchema,
  mediaQuerySchema,
  renditionsSchema,
} from "./media-schemas.ts";
import { downloadAnswers, downloads } from "./downloads.ts";

/** Where the name stands in `/v1/media/{name}`. */
export const nameSegment = 2;
const defaultLimit = 100;
/** Totals are counted up to here, and "at least" from here on. */
const countUpTo = 10_000;

const tag = "Media";

type MediaQuery = z.output<typeof mediaQuerySchema>;

function pageQuery(query: MediaQuery, owner: string): MediaPageQuery {
  const { startsWith, type, label, state, createdFrom, createdBefore, cursor } = query;
  const descending = query.sort.startsWith("-");
  const sort = query.sort.replace("-", "") as MediaSort;
  return {
    owner,
    sort,
    descending,
    limit: query.limit ?? defaultLimit,
    ...(startsWith === undefined ? {} : { startsWith }),
    ...(type === undefined ? {} : { type }),
    ...(label === undefined ? {} : { label }),
    ...(state === undefined ? {} : { state }),
    ...(createdFrom === undefined ? {} : { createdFrom: Date.parse(createdFrom) }),
    ...(createdBefore === undefined ? {} : { createdBefore: Date.parse(createdBefore) }),
    ...(cursor === undefined ? { countUpTo } : { after: cursor }),
  };
}

async function answerPage(
  c: ApiContext,
  { dailies }: ApiOptions,
  query: MediaQuery,
  owner: string,
): Promise<Response> {
  if (query.owner !== undefined && query.owner !== owner)
    return c.json({ items: [], total: { count: 0, isExact: true } });
  const asked = pageQuery(query, owner);
  const { media, next, count } = await pageAt(query.cursor, dailies.page(asked));
  return c.json({
    items: media.map(pagedJson),
    ...(next === undefined ? {} : { next }),
    ...(count === undefined ? {} : { total: { count, isExact: count < countUpTo } }),
  });
}

export function addMedia(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  const page = {
    query: mediaQuerySchema,
    answers: { 200: { description: "A page of media", json: mediaPageSchema } },
  };
  addOperation(
    app,
    "listMedia",
    {
      ...page,
      summary: "Your media",
      description:
        "A cursor holds its place while media files come and go. Sorted by updatedAt, one that " +
        "changes meanwhile moves, and may come twice or not at all.",
      tag,
    },
    (c, { caller, query }) => answerPage(c, options, query, caller.owner),
  );
  addOperation(
    app,
    "listUserMedia",
    { ...page, summary: "A user's media: their own", tag, problems: [404] },
    (c, { caller, query }) => {
      const user = nameAt(c, nameSegment, "user");
      if (user !== caller.owner) throw new MediaError("not_found", `there is no user ${user}`);
      return answerPage(c, options, query, user);
    },
  );
  addOperation(
    app,
    "getMedia",
    {
      summary: "One media, and what was made of it",
      tag,
      answers: { 200: { description: "The media", json: detailsSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const [labels, renditions, outputs, jobs] = await Promise.all([
        dailies.labelsOf(media),
        dailies.renditionsOf(media),
        dailies.outputsOf(media),
        dailies.jobsOf(media),
      ]);
      return c.json({
        ...listedJson(
          media,
          labels,
          jobs.map(({ job }) => job),
        ),
        ...(media.facts === undefined ? {} : { facts: media.facts }),
        renditions: renditions.map((one) => renditionJson(media, one)),
        outputs: outputs.map(outputJson),
        jobs: jobs.map(({ job }) => jobJson(job)),
      });
    },
  );
  addDownloads(app, options);
}

function addDownloads(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addOperation(
    app,
    "listRenditions",
    {
      summary: "What can be played or shown of it",
      tag,
      answers: { 200: { description: "The renditions", json: renditionsSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const renditions = await dailies.renditionsOf(media);
      return c.json({ items: renditions.map((one) => renditionJson(media, one)) });
    },
  );
  addOperation(
    app,
    "getRendition",
    {
      ...downloads,
      summary: "A rendition's bytes",
      description: "One range is answered with 206; of several the whole is given.",
      tag,
      params: z.object({ name: z.string(), rendition: z.enum(renditionNames) }),
      answers: downloadAnswers("The rendition", [
        "video/mp4",
        "audio/mpeg",
        "image/gif",
        "image/jpeg",
      ]),
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const wanted = nameAt(c, nameSegment + 2, "rendition");
      const renditions = await dailies.renditionsOf(media);
      const found = renditions.find(({ rendition }) => rendition === wanted);
      if (found !== undefined) return sendObject(c, options, found.object, media);
      throw new MediaError("not_found", `${JSON.stringify(media.name)} has no ${wanted}`);
    },
  );
  addOperation(
    app,
    "getSource",
    {
      ...downloads,
      summary: "The bytes that were put in",
      tag,
      answers: downloadAnswers("The bytes", ["application/octet-stream"]),
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      return sendObject(c, options, await dailies.sourceOf(media), media);
    },
  );
}
