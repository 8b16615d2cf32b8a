import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { putText } from "../objects/stored.ts";
import type { StepWork } from "../queue/step.ts";
import type { Labeler, LabelRequest, LabelResult } from "./labeler.ts";
import { rekognitionJson } from "./rekognition-json.ts";
import { summarize } from "./timeline.ts";

/** The options of a job's settings, besides the engine. */
const optionsOf = ({ minConfidence, maxLabels }: JobSettings) => ({
  ...(typeof minConfidence === "number" && { minConfidence }),
  ...(typeof maxLabels === "number" && { maxLabels }),
});

function factsOf({ name, facts }: Media) {
  if (facts !== undefined) return facts;
  throw new MediaError("internal", `${name} is to be labelled but was never probed`);
}

/** The step `label`: the labels of a picture or a video, stored in Rekognition's shape. */
export function createLabelStep(parts: {
  /** The labeller that a job's settings name. */
  readonly labelerOf: (engine: unknown) => Labeler;
  readonly objects: ObjectStore;
}): StepWork<LabelRequest, LabelResult> {
  const { labelerOf, objects } = parts;
  return {
    engineOf: labelerOf,
    async requestOf({ job, media }) {
      const { name, version } = media;
      const source = { bucket: "uploads", key: name, version } as const;
      return { source, facts: factsOf(media), ...optionsOf(job.settings) };
    },
    async conclude({ media }, { labeling, notes }) {
      const { name, version } = media;
      const place = { bucket: "outputs", key: outputKey("labels", name) } as const;
      const json = JSON.stringify(rekognitionJson(labeling, factsOf(media)));
      const object = await putText(objects, place, json, "application/json");
      return {
        changes: [
          { type: "putOutput", version, object },
          { type: "putLabels", version, labels: summarize(labeling) },
        ],
        events: [{ type: "labels.created", name, version, labels: object.version }],
        notes,
      };
    },
  };
}
