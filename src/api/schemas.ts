import { z } from "@hono/zod-openapi";
import type { MediaSort } from "../catalog/pages.ts";
import { steps, type JobState } from "../media/job.ts";
import { renditionNames } from "../media/media.ts";
import { speechEngines } from "../media/speech.ts";

/** The shapes of requests and answers; the OpenAPI description is made of them. */

export const mediaTypes = ["video", "audio", "image"] as const;
export const mediaStates = ["processing", "ready", "failed"] as const;
const mediaSorts = ["name", "createdAt", "updatedAt"] as const satisfies readonly MediaSort[];
export const jobStates = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "skipped",
] as const satisfies readonly JobState[];

const time = z.iso.datetime().openapi({ description: "UTC" });
const confidence = z.number().min(0).max(1);
const step = z.enum(steps);

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: "One of docs/errors.md" }),
    remedy: z.string(),
    errors: z
      .array(
        z.object({
          in: z.enum(["path", "query", "header", "body"]),
          field: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .openapi("Problem");

export const mediaFileSchema = z
  .object({
    name: z.string(),
    type: z.enum(mediaTypes).optional().openapi({ description: "Absent until it is known" }),
    labels: z.array(z.string()),
  })
  .openapi("MediaFile");

export const notFoundErrorSchema = z
  .object({ Code: z.literal("NotFoundError"), Message: z.string() })
  .openapi("NotFoundError");

export const labelSchema = z
  .object({ name: z.string(), confidence, parents: z.array(z.string()) })
  .openapi("Label");

export const mediaSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    owner: z.string(),
    state: z.enum(mediaStates),
    type: z.enum(mediaTypes).optional(),
    durationMs: z.int().optional(),
    width: z.int().optional(),
    height: z.int().optional(),
    sizeBytes: z.int(),
    sha256: z.string(),
    createdAt: time,
    updatedAt: time,
    labels: z.array(labelSchema),
  })
  .openapi("Media");

export const mediaPageSchema = z
  .object({
    items: z.array(mediaSchema),
    next: z
      .string()
      .optional()
      .openapi({ description: "`cursor` of the next page; absent on the last" }),
    total: z
      .object({
        count: z.int(),
        isExact: z.boolean().openapi({ description: "false: there are at least so many" }),
      })
      .optional()
      .openapi({ description: "On the first page: how many pass the filters" }),
  })
  .openapi("MediaPage");

export const outputSchema = z
  .object({
    key: z.string(),
    sizeBytes: z.int(),
    contentType: z.string(),
    sha256: z.string(),
  })
  .openapi("Output");

export const renditionSchema = z
  .object({
    rendition: z.enum(renditionNames),
    key: z.string(),
    sizeBytes: z.int(),
    contentType: z.string(),
    sha256: z.string(),
    width: z.int().optional(),
    height: z.int().optional(),
    durationMs: z.int().optional(),
    engine: z.string(),
    copied: z.boolean().openapi({ description: "Streams were taken over unchanged" }),
    href: z.string(),
  })
  .openapi("Rendition");

export const renditionsSchema = z.object({ items: z.array(renditionSchema) }).openapi("Renditions");

export const failureSchema = z
  .object({ code: z.string(), message: z.string(), remedy: z.string() })
  .openapi("Failure");

export const jobSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    version: z.string(),
    step,
    state: z.enum(jobStates),
    attempts: z.int(),
    settings: z.record(z.string(), z.unknown()),
    enqueuedAt: time,
    startedAt: time.optional(),
    finishedAt: time.optional(),
    runAfter: time.optional(),
    progress: z
      .object({
        fraction: z.number().optional(),
        speed: z.number().optional(),
        remainingMs: z.number().optional(),
      })
      .optional(),
    reason: z.string().optional(),
    failure: failureSchema.optional(),
  })
  .openapi("Job");

const attemptSchema = z
  .object({
    id: z.string(),
    startedAt: time,
    finishedAt: time.optional(),
    elapsedMs: z.int().optional(),
    outcome: z
      .enum(["queued", "succeeded", "failed", "cancelled", "skipped", "handed_back", "lost"])
      .optional()
      .openapi({ description: "Absent while it runs; `queued`: it is tried again" }),
    failure: failureSchema.optional(),
    notes: z.array(z.string()),
  })
  .openapi("Attempt");

export const watchedJobSchema = jobSchema
  .extend({
    position: z
      .int()
      .min(1)
      .optional()
      .openapi({ description: "Its likely place in line; 1 is next" }),
    elapsedMs: z.int().optional(),
    tries: z.array(attemptSchema),
  })
  .openapi("WatchedJob");

export const watchedJobsSchema = z
  .object({ items: z.array(watchedJobSchema) })
  .openapi("WatchedJobs");

export const jobPageSchema = z
  .object({ items: z.array(jobSchema), next: z.string().optional() })
  .openapi("JobPage");

export const detailsSchema = mediaSchema
  .extend({
    facts: z.record(z.string(), z.unknown()).optional(),
    renditions: z.array(renditionSchema),
    outputs: z.array(outputSchema),
    jobs: z.array(jobSchema),
  })
  .openapi("MediaDetails");

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

export const eventSchema = z
  .object({ id: z.int(), at: time, type: z.string(), name: z.string(), version: z.string() })
  .loose()
  .openapi("Event");

export const historySchema = z
  .object({ events: z.array(eventSchema), jobs: z.array(watchedJobSchema) })
  .openapi("History");

export const searchSchema = z
  .object({
    items: z.array(
      z.object({
        name: z.string(),
        type: z.enum(mediaTypes).optional(),
        score: z.number(),
        draft: z.boolean(),
        moments: z.array(z.object({ startMs: z.int(), endMs: z.int(), snippet: z.string() })),
      }),
    ),
  })
  .openapi("SearchHits");

export const metadataSchema = z
  .object({ JsonFile: z.string(), transcript: z.string() })
  .loose()
  .openapi("MetadataRecord");

export const openStepsSchema = z
  .object({ name: z.string(), openSteps: z.int() })
  .openapi("OpenSteps");

export const cancelledSchema = z
  .object({ name: z.string(), cancelledSteps: z.int() })
  .openapi("CancelledSteps");

export const putSchema = z
  .object({
    change: z.enum(["created", "replaced", "shared", "unchanged"]),
    media: mediaSchema,
  })
  .openapi("PutResult");

export const healthSchema = z
  .object({ status: z.enum(["ok", "unavailable"]), reasons: z.array(z.string()).optional() })
  .openapi("Health");

// what is asked

export const maxPage = 1_000;

export const limitSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, `must be a number from 1 to ${maxPage}`)
  .transform(Number)
  .refine((limit) => limit <= maxPage, `must be a number from 1 to ${maxPage}`)
  .openapi({ type: "integer", minimum: 1, maximum: maxPage });

const text = z.string().max(900, "is too long");

export const filterFields = {
  startsWith: text.optional().openapi({ description: "Names that begin so" }),
  type: z.enum(mediaTypes).optional(),
  label: text.optional().openapi({ description: "In any case; parents count" }),
};

export const mediaQuerySchema = z.strictObject({
  ...filterFields,
  owner: text.optional().openapi({ description: "Your own; another's media are not found" }),
  state: z.enum(mediaStates).optional(),
  createdFrom: time.optional(),
  createdBefore: time.optional(),
  sort: z
    .enum([...mediaSorts, ...mediaSorts.map((sort) => `-${sort}` as const)])
    .default("name")
    .openapi({ description: "With `-`: from the last to the first" }),
  cursor: z.string().max(4_096).optional(),
  limit: limitSchema.optional(),
});

export const jobQuerySchema = z.strictObject({
  state: z.enum(jobStates).optional(),
  step: step.optional(),
  cursor: z.string().max(64).optional(),
  limit: limitSchema.optional(),
});

export const searchQuerySchema = z.strictObject({
  q: z.string().min(1).max(900).openapi({ description: 'Words; all must be said. `"a phrase"`' }),
  ...filterFields,
  limit: limitSchema.optional(),
});

export const transcriptFormats = ["json", "srt", "vtt", "txt", "csv"] as const;

export const transcriptQuerySchema = z.strictObject({
  format: z
    .enum(transcriptFormats)
    .optional()
    .openapi({ description: "Default: what Accept asks for, else JSON" }),
});

export const downloadQuerySchema = z.strictObject({
  download: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`true`: to be saved as a file, not shown" }),
});

export const eventsQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, "must be an event's number")
    .transform(Number)
    .optional()
    .openapi({ type: "integer", description: "Replay what came after this event" }),
});

export const retryBodySchema = z.strictObject({ step: step.optional() });
const phraseSchema = z.strictObject({
  phrase: z.string().min(1).max(256),
  soundsLike: z.string().max(256).optional(),
  displayAs: z.string().max(256).optional(),
});

export const speechSchema = z
  .strictObject({
    language: z.string().max(35).optional().openapi({ example: "en-US" }),
    phrases: z.array(phraseSchema).max(1_000).optional(),
    speakers: z.union([z.literal("auto"), z.literal(false), z.int().min(1).max(30)]).optional(),
    identifyLanguage: z.boolean().optional(),
    languages: z.array(z.string().max(35)).min(1).max(50).optional(),
    engine: z.enum(speechEngines).optional(),
  })
  .openapi("SpeechWish", {
    description: "How it is to be heard from now on; what is left out stays as it was",
  });

export const reprocessBodySchema = z.strictObject({
  only: z.array(step).max(steps.length).optional(),
  speech: speechSchema.optional(),
});
