import type { Word } from "../../media/transcript.ts";

/** A band of confidence, as readers see it. */
export interface Band {
  readonly id: "Certain" | "Likely" | "Doubtful" | "Poor" | "Unrated";
  /** For the legend and the chart. */
  readonly title: string;
  /** The least confidence (0–1) in it; absent where the engine gave none. */
  readonly least?: number;
}

/** From sure to unsure. A word belongs to the first band whose `least` it reaches. */
export const bands = [
  { id: "Certain", title: "90 % and more", least: 0.9 },
  { id: "Likely", title: "75 to 89 %", least: 0.75 },
  { id: "Doubtful", title: "50 to 74 %", least: 0.5 },
  { id: "Poor", title: "less than 50 %", least: 0 },
  { id: "Unrated", title: "not stated" },
] as const satisfies readonly Band[];

export type BandId = Band["id"];

export function bandOf({ confidence }: Pick<Word, "confidence">): BandId {
  if (confidence === undefined) return "Unrated";
  // A confidence that is shown as 90 % counts as 90 %.
  const shown = Math.round(confidence * 100) / 100;
  if (shown >= 0.9) return "Certain";
  if (shown >= 0.75) return "Likely";
  return shown >= 0.5 ? "Doubtful" : "Poor";
}

/** A transcript's confidence as a whole. */
export interface ConfidenceSummary {
  readonly words: number;
  /** The mean over the words that have a confidence, 0–1; absent when none has. */
  readonly mean?: number;
  readonly inBand: Readonly<Record<BandId, number>>;
}

export function summarize(words: readonly Word[]): ConfidenceSummary {
  const inBand = { Certain: 0, Likely: 0, Doubtful: 0, Poor: 0, Unrated: 0 };
  let [sum, rated] = [0, 0];
  for (const word of words) {
    inBand[bandOf(word)] += 1;
    if (word.confidence === undefined) continue;
    sum += word.confidence;
    rated += 1;
  }
  return { words: words.length, inBand, ...(rated === 0 ? {} : { mean: sum / rated }) };
}
