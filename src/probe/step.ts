import type { MediaFacts } from "../media/facts.ts";
import type { StepWork } from "../queue/step.ts";
import type { Prober, ProbeRequest } from "./prober.ts";

/** The step that finds out what was uploaded. What is made of it follows from its event. */
export function createProbeStep(parts: {
  /** The prober that a job's settings name. */
  readonly proberOf: (engine: unknown) => Prober;
}): StepWork<ProbeRequest, MediaFacts> {
  return {
    engineOf: parts.proberOf,
    requestOf: async ({ media: { name, version } }) => ({
      source: { bucket: "uploads", key: name, version },
    }),
    conclude: async ({ media: { name, version } }, facts) => ({
      changes: [{ type: "setFacts", version, facts }],
      events: [{ type: "media.probed", name, version, facts }],
      notes: facts.warnings,
    }),
  };
}
