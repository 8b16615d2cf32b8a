import { finished } from "../media/engine.ts";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { putText } from "../objects/stored.ts";
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
  return async ({ job, media, ...options }) => {
    const { name, version, facts } = media;
    if (!facts) throw new MediaError("internal", `${name} is to be labelled but was never probed`);
    const source = { bucket: "uploads", key: name, version } as const;
    const request = { jobId: job.id, source, facts, ...optionsOf(job.settings) };
    const labeler = labelerOf(job.settings["engine"]);
    const { labeling, notes } = finished(await labeler.start(request, options));

    const place = { bucket: "outputs", key: outputKey("labels", name) } as const;
    const json = JSON.stringify(rekognitionJson(labeling, facts));
    const object = await putText(objects, place, json, "application/json");
    return {
      changes: [
        { type: "putOutput", version, object },
        { type: "putLabels", version, labels: summarize(labeling) },
      ],
      events: [{ type: "labels.created", name, version, labels: object.version }],
      notes,
    };
  };
}
