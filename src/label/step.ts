import { finished } from "../media/engine.ts";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { StoredObject } from "../media/media.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { RunStep } from "../queue/step.ts";
import type { Labeler } from "./labeler.ts";
import { rekognitionJson } from "./rekognition-json.ts";
import { summarize } from "./timeline.ts";

/** What a job says about how to label, besides the engine. */
const optionsOf = ({ minConfidence, maxLabels }: JobSettings) => ({
  ...(typeof minConfidence === "number" && { minConfidence }),
  ...(typeof maxLabels === "number" && { maxLabels }),
});

/** The step `label`: what is to be seen in a picture or a video, stored in Rekognition's shape. */
export function createLabelStep(parts: {
  /** The labeller of the engine that a job's settings name. */
  labelerOf: (engine: unknown) => Labeler;
  objects: ObjectStore;
}): RunStep {
  const { labelerOf, objects } = parts;
  return async ({ job, media, newId, ...options }) => {
    const { name, version, facts } = media;
    if (!facts) throw new MediaError("internal", `${name} is to be labelled but was never probed`);
    const source = { bucket: "uploads", key: name, version } as const;
    const request = { jobId: job.id, source, facts, ...optionsOf(job.settings) };
    const labeler = labelerOf(job.settings["engine"]);
    const { labeling, notes } = finished(await labeler.start(request, options));

    const ref = { bucket: "outputs", key: outputKey("labels", name), version: newId() } as const;
    const json = Buffer.from(JSON.stringify(rekognitionJson(labeling, facts)));
    const stored = await objects.put(
      ref,
      (async function* () {
        yield json;
      })(),
    );
    const object: StoredObject = { ...ref, ...stored, contentType: "application/json" };
    return {
      changes: [
        { type: "putOutput", version, object },
        { type: "putLabels", version, labels: summarize(labeling) },
      ],
      events: [{ type: "labels.created", name, version, labels: ref.version }],
      notes,
    };
  };
}
