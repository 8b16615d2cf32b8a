import { z } from "@hono/zod-openapi";
import { MediaError } from "../media/errors.ts";
import type { Media } from "../media/media.ts";
import { outputKey } from "../media/keys.ts";
import { transcriptText } from "../media/transcript.ts";
import { contentDisposition, fileNameOf } from "./bytes.ts";
import { representationOf } from "./conditions.ts";
import type { ApiApp, ApiContext, ApiOptions } from "./environment.ts";
import { conditionsSchema } from "./fields.ts";
import { nameSegment } from "./media.ts";
import { nameAt, rawPath } from "./names.ts";
import { wrongField } from "./problems.ts";
import { addOperation, wholeBody } from "./route.ts";
import {
  importedSchema,
  timelineSchema,
  transcriptFormats,
  transcriptQuerySchema,
  transcriptSchema,
} from "./transcript-schemas.ts";

type Format = (typeof transcriptFormats)[number];

const contentTypes: Readonly<Record<Format, string>> = {
  json: "application/json",
  srt: "application/x-subrip",
  vtt: "text/vtt",
  txt: "text/plain",
  csv: "text/csv",
};

interface Accepted {
  readonly type: string;
  readonly quality: number;
}

/** The types of an Accept header, the preferred first. */
function acceptedTypes(accept: string): Accepted[] {
  const types = accept.split(",").map((part): Accepted => {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    return { type, quality: quality === undefined ? 1 : Number(quality) || 0 };
  });
  return types.filter((type) => type.quality > 0).toSorted((a, b) => b.quality - a.quality);
}

/** @throws MediaError `not_acceptable` */
function accepted(accept: string | undefined): Format {
  if (accept === undefined || accept.trim() === "") return "json";
  for (const { type } of acceptedTypes(accept)) {
    const [group = "", kind = ""] = type.split("/");
    const format = transcriptFormats.find((one) => {
      const [ofGroup, ofKind] = contentTypes[one].split("/");
      return (group === "*" || group === ofGroup) && (kind === "*" || kind === ofKind);
    });
    if (format !== undefined) return format;
  }
  const types = Object.values(contentTypes).join(", ");
  throw new MediaError("not_acceptable", `a transcript comes as ${types}`);
}

async function answer(
  c: ApiContext,
  options: ApiOptions,
  media: Media,
  format: Format,
): Promise<Response> {
  const { dailies } = options;
  c.header("vary", "accept");
  if (format === "json") {
    const stored = await transcriptAt(options, media);
    if (stored !== undefined) c.header("etag", representationOf(stored.sha256, []).etag);
    const { languageCode, engine, words, corrections } = await dailies.transcriptOf(media);
    const text = transcriptText(words);
    return c.json({
      name: media.name,
      languageCode,
      engine,
      text,
      words,
      ...(corrections && { corrections }),
    });
  }
  const text = await dailies.export(media, format);
  const fileName = `${fileNameOf(media.name)}.${format}`;
  return c.body(text, 200, {
    "content-type": `${contentTypes[format]}; charset=utf-8`,
    "content-disposition": contentDisposition("inline", fileName),
    "x-content-type-options": "nosniff",
  });
}

const wordType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

async function answerDocument(
  c: ApiContext,
  { dailies }: ApiOptions,
  media: Media,
): Promise<Response> {
  const bytes = await dailies.exportDocument(media);
  return c.body(new Uint8Array(bytes), 200, {
    "content-type": wordType,
    "content-disposition": contentDisposition("attachment", `${fileNameOf(media.name)}.docx`),
    "x-content-type-options": "nosniff",
  });
}

const tag = "Transcripts and labels";

/** A transcript of twelve hours has about 25 MB. */
const largestBytes = 32 * 1024 ** 2;

/** The stored transcript, whose hash is the entity tag; undefined when there is none. */
export async function transcriptAt({ dailies }: ApiOptions, media: Media) {
  const key = outputKey("transcribe", media.name);
  return (await dailies.outputsOf(media)).find((one) => one.key === key);
}

function addPutTranscript(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  const thereOf = (c: ApiContext, owner: string) => dailies.find(nameAt(c, nameSegment), owner);
  addOperation(
    app,
    "putTranscript",
    {
      summary: "Take a transcript from elsewhere",
      description:
        "Amazon Transcribe's JSON, Whisper's JSON, WebVTT or SRT, told apart by content. Captions and search " +
        "follow. The transcript that was there is kept as an output (`earlier` is its key). Words without times " +
        "are found in the sound, where words can be aligned here, else they get estimates.",
      tag,
      query: z.strictObject({ language: z.string().optional() }),
      bytes: ["application/json", "text/vtt", "application/x-subrip", "text/plain"],
      headers: conditionsSchema,
      current: async (c, { owner }) => transcriptAt(options, await thereOf(c, owner)),
      isLong: true, // the words of a long recording are aligned
      answers: { 200: { description: "What was taken", json: importedSchema } },
      problems: [404, 409, 413],
    },
    async (c, { caller, query, expect }) => {
      const media = await thereOf(c, caller.owner);
      const file = await wholeBody(c, largestBytes);
      const expected = expect === undefined ? {} : { expect };
      return c.json(await dailies.importTranscript(media, file, { ...query, ...expected }));
    },
  );
}

export function addTranscripts(app: ApiApp, options: ApiOptions): void {
  const { dailies } = options;
  addPutTranscript(app, options);
  const answers = {
    200: {
      description: "The transcript",
      json: transcriptSchema,
      types: Object.values(contentTypes).filter((type) => type !== contentTypes.json),
    },
  };
  addOperation(
    app,
    "getTranscript",
    {
      summary: "What is said, as words with times, captions or text",
      tag,
      query: transcriptQuerySchema,
      headers: z.object({ accept: z.string().optional() }),
      answers,
      problems: [404, 406],
    },
    async (c, { caller, query }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      return answer(c, options, media, query.format ?? accepted(c.req.header("accept")));
    },
  );
  addOperation(
    app,
    "getTranscriptFile",
    {
      summary: "The same, by an ending: for a player's track",
      tag,
      params: z.object({ name: z.string(), format: z.enum([...transcriptFormats, "docx"]) }),
      answers: { 200: { ...answers[200], types: [...answers[200].types, wordType] } },
      problems: [404],
      isLong: true, // a Word document of hours takes seconds
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      const ending = rawPath(c).slice(rawPath(c).lastIndexOf(".") + 1);
      if (ending === "docx") return answerDocument(c, options, media);
      const format = transcriptFormats.find((one) => one === ending);
      if (format !== undefined) return answer(c, options, media, format);
      const message = `must be one of ${transcriptFormats.join(", ")}, docx`;
      throw wrongField({ in: "path", field: "format", message });
    },
  );
  addOperation(
    app,
    "getLabels",
    {
      summary: "What is seen, and when",
      tag,
      answers: { 200: { description: "The labels", json: timelineSchema } },
      problems: [404],
    },
    async (c, { caller }) => {
      const media = await dailies.find(nameAt(c, nameSegment), caller.owner);
      return c.json({ name: media.name, ...(await dailies.timelineOf(media)) });
    },
  );
}
