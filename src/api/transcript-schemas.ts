import { z } from "@hono/zod-openapi";
import { confidence } from "./fields.ts";
import { labelSchema } from "./media-schemas.ts";

/** Schemas of transcripts and labels; the OpenAPI description is made from them. */

export const transcriptSchema = z
  .object({
    name: z.string(),
    languageCode: z.string(),
    engine: z.object({
      name: z.string(),
      version: z.string(),
      model: z.string(),
      quality: z.literal("draft").optional(),
    }),
    text: z.string(),
    words: z.array(
      z.object({
        text: z.string(),
        startMs: z.int(),
        endMs: z.int(),
        confidence: confidence.optional(),
        punctuation: z.string().optional(),
        speaker: z.string().optional(),
      }),
    ),
  })
  .openapi("Transcript");

export const importedSchema = z
  .object({
    name: z.string(),
    format: z.enum(["transcribe", "whisper", "vtt", "srt"]),
    languageCode: z.string(),
    words: z.int(),
    estimated: z.int().openapi({ description: "Words whose times are estimates" }),
    earlier: z.string().optional(),
  })
  .openapi("ImportedTranscript");

export const timelineSchema = z
  .object({
    name: z.string(),
    engine: z.looseObject({ name: z.string(), version: z.string(), model: z.string() }),
    labels: z.array(
      labelSchema.extend({
        segments: z
          .array(z.object({ startMs: z.int(), endMs: z.int(), confidence }))
          .optional()
          .openapi({ description: "When it is seen, half-open; absent for a picture" }),
      }),
    ),
  })
  .openapi("LabelTimeline");

export const transcriptFormats = ["json", "srt", "vtt", "txt", "csv"] as const;

export const transcriptQuerySchema = z.strictObject({
  format: z
    .enum(transcriptFormats)
    .optional()
    .openapi({ description: "Default: what Accept asks for, else JSON" }),
});
