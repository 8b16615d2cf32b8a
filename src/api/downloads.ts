import { downloadHeadersSchema, downloadQuerySchema } from "./fields.ts";

/** What every operation takes that answers with an object's bytes, and how it may fail. */
export const downloads = {
  query: downloadQuerySchema,
  headers: downloadHeadersSchema,
  problems: [404, 412, 416],
};

/** Their answers: all of the bytes, the range asked for, or none. */
export const downloadAnswers = (what: string, types: readonly string[]) => ({
  200: { description: what, types, headers: { ETag: "Of these bytes" } },
  206: { description: "The part asked for", types, headers: { "Content-Range": "Which part" } },
  304: { description: "The client has it already" },
});
