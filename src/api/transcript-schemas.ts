import { z } from "@hono/zod-openapi";
import { confidence } from "./fields.ts";
import { labelSchema } from "./media-schemas.ts";

/** Schemas of transcripts and labels; the OpenAPI description is made from them. */

export const wordSchema = z.object({
  text: z.string(),
  startMs: z.int(),
  endMs: z.int(),
  confidence: confidence.optional(),
  punctuation: z.string().optional(),
  speaker: z.string().optional(),
  timing: z
    .enum(["doubtful", "estimated"])
    .optional()
    .openapi({ description: "How sure its times are; absent: as sure as the engine's" }),
});

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
    words: z.array(wordSchema),
    corrections: z.int().optional().openapi({ description: "How often people have corrected it" }),
  })
  .openapi("Transcript");

const speakerSchema = z.string().min(1).max(100);

export const editsSchema = z
  .strictObject({
    edits: z
      .array(
        z.strictObject({
          from: z.int().min(0).openapi({ description: "The first word, counted from 0" }),
          to: z.int().min(0).openapi({ description: "The first word behind them" }),
          text: z.string().max(50_000).optional().openapi({ description: "What is said instead" }),
          speaker: speakerSchema.optional(),
        }),
      )
      .max(1_000)
      .optional()
      .openapi({ description: "In the order of the words, without overlaps" }),
    speakers: z
      .record(z.string().max(100), speakerSchema)
      .optional()
      .openapi({ description: "New names of speakers, by those that they have" }),
  })
  .openapi("TranscriptEdits");

export const editedSchema = z
  .object({
    name: z.string(),
    aligned: z.int().openapi({ description: "New words whose times were found in the sound" }),
    estimated: z.int().openapi({ description: "New words whose times are estimates" }),
    words: z.int(),
  })
  .openapi("EditedTranscript");

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
