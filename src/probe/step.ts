import type { MediaFacts } from "../media/facts.ts";
import type { JobSettings } from "../media/job.ts";
import type { TrackChoice } from "../media/tracks.ts";
import type { StepWork } from "../queue/step.ts";
import type { Prober, ProbeRequest } from "./prober.ts";

/** The tracks that a job's settings name. */
function choiceOf({ videoTrack, audioTrack }: JobSettings): TrackChoice {
  return {
    ...(typeof videoTrack === "number" && { videoTrack }),
    ...((typeof audioTrack === "number" || typeof audioTrack === "string") && { audioTrack }),
  };
}

/** The step that finds out what was uploaded. What is made of it follows from its event. */
export function createProbeStep(parts: {
  /** The prober that a job's settings name. */
  readonly proberOf: (engine: unknown) => Prober;
}): StepWork<ProbeRequest, MediaFacts> {
  return {
    engineOf: parts.proberOf,
    requestOf: async ({ job: { settings }, media: { name, version } }) => ({
      source: { bucket: "uploads", key: name, version },
      tracks: choiceOf(settings),
    }),
    conclude: async ({ media: { name, version } }, facts) => ({
      changes: [{ type: "setFacts", version, facts }],
      events: [{ type: "media.probed", name, version, facts }],
      notes: facts.warnings,
    }),
  };
}
