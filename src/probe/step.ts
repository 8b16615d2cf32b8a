import { withLocalFile } from "../objects/local-file.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { RunStep } from "../queue/step.ts";
import type { Probe } from "./probe.ts";

/** The step that finds out what was uploaded; what may be made of it follows from its event. */
export function createProbeStep(parts: { objects: ObjectStore; probe: Probe }): RunStep {
  const { objects, probe } = parts;
  return async ({ media, signal }) => {
    const { name, version } = media;
    const source = { bucket: "uploads", key: name, version } as const;
    const facts = await withLocalFile(objects, source, (path) => probe(path, { signal }));
    return {
      changes: [{ type: "setFacts", version, facts }],
      events: [{ type: "media.probed", name, version, facts }],
      notes: facts.warnings,
    };
  };
}
