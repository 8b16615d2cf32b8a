import { z } from "zod";

/** What the child may say: see `protocol.ts`. */

/** JSON writes what is no number, as a model may give, as null. */
const numbers = z.array(z.union([z.number(), z.null().transform(() => Number.NaN)])).readonly();

/** What was recognized in one piece of the recording, as the model says it. Times are s from its start. */
export const pieceSchema = z
  .object({
    startMs: z.number(),
    lengthMs: z.number(),
    text: z.string(),
    /** As the model names it: `en`, `<|zh|>`; empty when it does not say. */
    language: z.string(),
    tokens: z.array(z.string()).readonly(),
    /** One for each token, or none at all. */
    timestamps: numbers,
    durations: numbers,
    logProbs: numbers,
    /** Why its text was left out: the model repeated itself, or wrote more than anybody can say. */
    refused: z.enum(["repeats", "too fast", "invented"]).exactOptional(),
  })
  .readonly();

/** One piece's language, as its detector finds it: ISO 639-1, and how much sound that rests on. */
const languageVoteSchema = z.object({ code: z.string(), lengthMs: z.number() });

export const answerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), version: z.string() }),
  z.object({ type: z.literal("begun") }),
  z.object({
    type: z.literal("recognized"),
    pieces: z.array(pieceSchema).readonly(),
    /** All speech before this has been recognized. */
    untilMs: z.number(),
  }),
  z.object({
    type: z.literal("done"),
    pieces: z.array(pieceSchema).readonly(),
    languages: z.array(languageVoteSchema).readonly(),
  }),
]);

export type Answer = z.infer<typeof answerSchema>;
export type RecognizedPiece = z.infer<typeof pieceSchema>;
export type LanguageVote = z.infer<typeof languageVoteSchema>;
