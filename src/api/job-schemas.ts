import { z } from "@hono/zod-openapi";
import { jobStates, steps } from "../media/job.ts";
import { speechEngines } from "../media/speech.ts";
import { limitSchema, step, time } from "./fields.ts";

/** The shapes of what is asked and answered about jobs; the OpenAPI description is made of them. */

const failureSchema = z
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

const watchedJobSchema = jobSchema
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

const heardSoFarSchema = z.object({ untilMs: z.number(), text: z.string() }).openapi("HeardSoFar", {
  description:
    "What a transcription that is not done has heard before `untilMs`; the end of the text may still change",
});

export const watchedJobsSchema = z
  .object({
    items: z.array(
      watchedJobSchema.extend({ heardSoFar: heardSoFarSchema.optional() }).openapi("MediaJob"),
    ),
  })
  .openapi("WatchedJobs");

export const jobPageSchema = z
  .object({ items: z.array(jobSchema), next: z.string().optional() })
  .openapi("JobPage");

const eventSchema = z
  .object({ id: z.int(), at: time, type: z.string(), name: z.string(), version: z.string() })
  .loose()
  .openapi("Event");

export const historySchema = z
  .object({ events: z.array(eventSchema), jobs: z.array(watchedJobSchema) })
  .openapi("History");

export const openStepsSchema = z
  .object({ name: z.string(), openSteps: z.int() })
  .openapi("OpenSteps");

export const cancelledSchema = z
  .object({ name: z.string(), cancelledSteps: z.int() })
  .openapi("CancelledSteps");

export const jobQuerySchema = z.strictObject({
  state: z.enum(jobStates).optional(),
  step: step.optional(),
  cursor: z.string().max(64).optional(),
  limit: limitSchema.optional(),
});

export const retryBodySchema = z.strictObject({ step: step.optional() });

const phraseSchema = z.strictObject({
  phrase: z.string().min(1).max(256),
  soundsLike: z.string().max(256).optional(),
  displayAs: z.string().max(256).optional(),
});

const speakersSchema = z.int().min(1).max(30);
const speakerBoundsSchema = z.strictObject({
  min: speakersSchema.exactOptional(),
  max: speakersSchema.exactOptional(),
});

const speechSchema = z
  .strictObject({
    language: z.string().max(35).optional().openapi({ example: "en-US" }),
    phrases: z.array(phraseSchema).max(1_000).optional(),
    speakers: z
      .union([z.literal("auto"), z.literal(false), speakersSchema, speakerBoundsSchema])
      .optional(),
    channels: z.boolean().optional(),
    identifyLanguage: z.boolean().optional(),
    languages: z.array(z.string().max(35)).min(1).max(50).optional(),
    engine: z.enum(speechEngines).optional(),
    speechModel: z.string().min(1).max(64).optional(),
    videoTrack: z
      .union([z.int().min(1).max(10_000), z.literal("auto")])
      .optional()
      .openapi({ description: "The number of the video track that is shown" }),
    audioTrack: z
      .union([z.int().min(1).max(10_000), z.string().max(35)])
      .optional()
      .openapi({
        description:
          "The number or language of the sound track that is heard; `auto`: by what is in them",
      }),
  })
  .openapi("TranscriptionOptions", {
    description:
      "How speech is transcribed, and of which track, from now on; what is left out stays as it was",
  });

export const reprocessBodySchema = z.strictObject({
  only: z.array(step).max(steps.length).optional(),
  speech: speechSchema.optional(),
  posterAtMs: z
    .union([z.int().min(0), z.literal("best")])
    .optional()
    .openapi({
      description:
        "The time of a film that its poster is taken at, from now on; `best`: where its best frame is",
    }),
});
