import type { PlannedRendition } from "../plan.ts";
import { type PosterPlace, surveyFilm, type SurveyParts } from "./survey.ts";

/** A film's stated end is not always where its last frame is. */
const beforeEndMs = 500;

/** Where the poster of a film is taken: at the time that was asked for, else where its best frame is. */
export async function posterPlace(
  plans: readonly PlannedRendition[],
  parts: SurveyParts,
): Promise<PosterPlace | undefined> {
  const poster = plans.find((plan) => plan.rendition === "poster");
  if (poster?.choice === undefined) return undefined;
  const { candidates, atMs } = poster.choice;
  const { facts } = parts;
  if (atMs !== undefined) {
    const lastMs = Math.max(0, (facts.durationMs ?? Infinity) - beforeEndMs);
    return { atMs: Math.min(atMs, lastMs), keyframe: false };
  }
  return surveyFilm(poster, candidates, parts);
}
