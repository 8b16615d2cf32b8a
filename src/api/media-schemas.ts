import { z } from "@hono/zod-openapi";
import type { MediaSort } from "../catalog/pages.ts";
import { mediaTypes, renditionNames, shownStates } from "../media/media.ts";
import { confidence, filterFields, limitSchema, text, time } from "./fields.ts";
import { jobSchema } from "./job-schemas.ts";

/** The shapes of what is asked and answered about media; the OpenAPI description is made of them. */

const mediaSorts = ["name", "createdAt", "updatedAt"] as const satisfies readonly MediaSort[];

export const labelSchema = z
  .object({ name: z.string(), confidence, parents: z.array(z.string()) })
  .openapi("Label");

const mediaSchema = z
  .object({
    name: z.string(),
    version: z.string(),
    owner: z.string(),
    state: z.enum(shownStates),
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

const outputSchema = z
  .object({
    key: z.string(),
    sizeBytes: z.int(),
    contentType: z.string(),
    sha256: z.string(),
  })
  .openapi("Output");

const renditionSchema = z
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

export const detailsSchema = mediaSchema
  .extend({
    facts: z.record(z.string(), z.unknown()).optional(),
    renditions: z.array(renditionSchema),
    outputs: z.array(outputSchema),
    jobs: z.array(jobSchema),
  })
  .openapi("MediaDetails");

export const putSchema = z
  .object({
    change: z.enum(["created", "replaced", "shared", "unchanged"]),
    media: mediaSchema,
  })
  .openapi("PutResult");

export const mediaQuerySchema = z.strictObject({
  ...filterFields,
  owner: text
    .optional()
    .openapi({ description: "Your own; another owner's media files are not found" }),
  state: z.enum(shownStates).optional(),
  createdFrom: time.optional(),
  createdBefore: time.optional(),
  sort: z
    .enum([...mediaSorts, ...mediaSorts.map((sort) => `-${sort}` as const)])
    .default("name")
    .openapi({ description: "With `-`: from the last to the first" }),
  cursor: z.string().max(4_096).optional(),
  limit: limitSchema.optional(),
});
