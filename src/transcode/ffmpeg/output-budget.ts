import type { Limits } from "../../media/limits.ts";
import type { PlannedRendition } from "../plan.ts";

/** What any run may write: room for a file whose length was stated too short. */
const freeBytes = 1024 ** 3;
/** How far over its planned bit rate a run may go. */
const allowance = 3;

/** The planned bits a second of one output; undefined where the source decides, or it has no rate. */
function bitRateOf(plan: PlannedRendition): number | undefined {
  switch (plan.rendition) {
    case "web":
    case "phone": {
      const { video, audio } = plan;
      if (video.copy || audio?.copy === true) return undefined;
      return video.maxBitRate + (audio?.bitRate ?? 0);
    }
    case "audio":
      return plan.audio.copy ? undefined : plan.audio.bitRate;
    case "gif":
    case "poster":
      return 0; // of a bounded length and size
  }
}

/**
 * How much a run may write: three times what its plan and the stated length come to, beside 1 GiB, and never
 * more than `limits.outputBytes`. A file that says it lasts a second and goes on for hours ends here.
 * @param durationMs absent where it is not known: then only the limit counts
 */
export function outputBudget(
  plans: readonly PlannedRendition[],
  durationMs: number | undefined,
  limits: Pick<Limits, "outputBytes">,
): number {
  const rates = plans.map(bitRateOf);
  if (durationMs === undefined || rates.includes(undefined)) return limits.outputBytes;
  const bitsPerSecond = rates.reduce<number>((sum, rate) => sum + (rate ?? 0), 0);
  const planned = (bitsPerSecond / 8) * (durationMs / 1000);
  return Math.min(limits.outputBytes, Math.ceil(freeBytes + allowance * planned));
}
