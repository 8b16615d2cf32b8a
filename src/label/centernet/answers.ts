import { z } from "zod";
import { detectionSchema, mostRows } from "../detection.ts";

/** What the child may say: see `protocol.ts`. Corners are in pixels of the frame. */
export const answerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), tfjs: z.string(), modelSha256: z.string() }),
  z.object({
    type: z.literal("seen"),
    detections: z.array(detectionSchema).max(mostRows).readonly(),
  }),
]);

export type Answer = z.infer<typeof answerSchema>;
