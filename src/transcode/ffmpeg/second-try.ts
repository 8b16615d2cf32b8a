import { MediaError } from "../../media/errors.ts";
import { wasKilled } from "../../sandbox/endings.ts";
import type { PlannedRendition } from "../plan.ts";

/** Whether reading the source in another way may help. It does not help an ffmpeg that was killed. */
export function isSourcesFault(error: unknown): boolean {
  if (wasKilled(error)) return false;
  const code = error instanceof MediaError ? error.code : undefined;
  return code === "damaged_media" || code === "engine_failed" || code === "output_invalid";
}

/** The same rendition with every stream encoded. */
export function encoded(plan: PlannedRendition): PlannedRendition {
  switch (plan.rendition) {
    case "web":
    case "phone": {
      const video = { ...plan.video, copy: false };
      if (plan.audio === undefined) return { ...plan, video };
      return { ...plan, video, audio: { ...plan.audio, copy: false } };
    }
    case "audio":
      return { ...plan, audio: { ...plan.audio, copy: false } };
    case "gif":
    case "poster":
      return plan;
  }
}
