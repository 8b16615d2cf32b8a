import { z } from "zod";
import type { GroupCount } from "./clusters.ts";

/** What the child is started with, as JSON. Paths are absolute. */
export interface FinderSetup {
  /** sherpa's main file. */
  readonly package: string;
  /** Raw sound: 16 kHz, mono, 16 bit little-endian. */
  readonly sound: string;
  readonly embedding: string;
  /** Absent: nobody is heard beside another, and quiet voices less well. */
  readonly segmentation?: string;
  /** silero's file. Absent: the room's own gate finds the speech. */
  readonly voice?: string;
  readonly count: GroupCount;
}

/** What the child writes, a line each: how far it is, 0–1, and at last what it found. */
export const finderLineSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("progress"), fraction: z.number() }),
  z.object({
    type: z.literal("turns"),
    turns: z
      .array(
        z.object({ startMs: z.number(), endMs: z.number(), speaker: z.int().min(0).max(1_000) }),
      )
      .readonly(),
  }),
]);

export type FinderLine = z.infer<typeof finderLineSchema>;
