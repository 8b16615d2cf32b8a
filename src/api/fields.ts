import { z } from "@hono/zod-openapi";
import { steps } from "../media/job.ts";
import { mediaTypes } from "../media/media.ts";

/** Fields that several requests and answers share. */

export const time = z.iso.datetime().openapi({ description: "UTC" });

export const confidence = z.number().min(0).max(1);

export const step = z.enum(steps);

export const text = z.string().max(900, "is too long");

const maxPage = 1_000;

export const limitSchema = z
  .string()
  .regex(/^[1-9]\d{0,3}$/, `must be a number from 1 to ${maxPage}`)
  .transform(Number)
  .refine((limit) => limit <= maxPage, `must be a number from 1 to ${maxPage}`)
  .openapi({ type: "integer", minimum: 1, maximum: maxPage });

export const filterFields = {
  startsWith: text.optional().openapi({ description: "Names that begin so" }),
  type: z.enum(mediaTypes).optional(),
  label: text.optional().openapi({ description: "In any case; parents count" }),
};

export const downloadQuerySchema = z.strictObject({
  download: z
    .enum(["true", "false"])
    .optional()
    .openapi({ description: "`true`: to be saved as a file, not shown" }),
});

const condition = z.string().optional();

/** Conditions of a request that changes something. */
export const conditionsSchema = z.object({
  "if-match": condition,
  "if-none-match": condition,
  "if-unmodified-since": condition,
});

/** What a request for bytes may ask. */
export const downloadHeadersSchema = conditionsSchema.extend({
  "if-modified-since": condition,
  "if-range": condition,
  range: z.string().optional(),
});
