import type { Label } from "../../media/label.ts";
import type { Eye, Picture } from "../look.ts";
import { createSceneWatch } from "./change.ts";
import { isDoubtful } from "./doubtful.ts";
import { sizeOf } from "./kinds.ts";
import { labelsOf } from "./labels.ts";
import type { Looker } from "./looker.ts";
import { modelNames, revision } from "./models.ts";
import type { LabelModels } from "./models.ts";
import type { Look, Question, Region } from "./protocol.ts";
import {
  combineLooks,
  distinct,
  isJudged,
  judge,
  meanOf,
  regionOf,
  sightingsOf,
} from "./sightings.ts";

/**
 * Frames come in the detector's size. A still is decoded larger, so that small things in it
 * can be classified.
 */
function sizesOf({ detection }: LabelModels): Eye["sizes"] {
  const frame = Math.min(1280, Math.max(416, detection ? sizeOf(detection.manifest) : 0));
  return { frame, still: Math.max(640, frame) };
}

/** A still is analysed twice, as the detector was trained; a frame once, with smaller bars around it. */
const looks: Readonly<Record<"still" | "frame", readonly Look[]>> = {
  still: [{}, { mirrored: true }],
  frame: [{ sparing: true }],
};

/** The number of boxes that the classifier gets, the surest ones; each takes 5–10 ms. */
const mostJudged = { still: 5, frame: 3 } as const;

/** Only boxes between these scores are classified: others are too weak, or, if not doubtful, sure enough. */
const [worthALook, beyondDoubt] = [0.25, 0.85];

/** Of a box that the classifier did not get, because there are too many, or no classifier. */
const nothingSeen: ReadonlyMap<number, number> = new Map();

const whole: Region = { left: 0, top: 0, width: 1, height: 1 };

/** The square in the middle, which classifiers are trained on. */
function middle({ within: { width, height } }: Picture): Region {
  const side = Math.min(width, height);
  const [w, h] = [side / width, side / height];
  return { left: (1 - w) / 2, top: (1 - h) / 2, width: w, height: h };
}

/** The pictures that a classifier gets: a frame once; of a still the whole and its middle, both also mirrored. */
function partsOf(picture: Picture, kind: "still" | "frame"): Region[] {
  if (kind === "frame") return [whole];
  const parts = [whole, middle(picture)];
  return [...parts, ...parts.map((part) => ({ ...part, mirrored: true }))];
}

/** Labels pictures with the models of a child process: detector, classifier and tagger, as far as they are installed. */
export function createEye(looker: Looker, models: LabelModels, minConfidence?: number): Eye {
  const isNewScene = createSceneWatch();
  async function look(
    picture: Picture,
    kind: "still" | "frame",
    signal: AbortSignal,
  ): Promise<Label[]> {
    const { width, height } = picture.within;
    const isNew = kind === "still" || isNewScene(picture.pixels);
    const question: Question = {
      width,
      height,
      detect: models.detection ? looks[kind] : [],
      classify: isNew && models.classification ? partsOf(picture, kind) : [],
      tag: models.tagging !== undefined,
    };
    const { detections, classes, tags } = await looker.look(question, picture.pixels, signal);
    const [plain = [], mirrored] = detections;
    const seen = sightingsOf(plain);
    const found = mirrored === undefined ? seen : combineLooks(seen, sightingsOf(mirrored, true));

    const doubted = models.classification
      ? found
          .filter(
            ({ name, confidence }) =>
              confidence >= worthALook &&
              (confidence < beyondDoubt || isDoubtful(name)) &&
              isJudged(name),
          )
          .slice(0, mostJudged[kind])
      : [];
    const regions = doubted.map(({ box }) => regionOf(box));
    const closer =
      regions.length === 0
        ? []
        : (
            await looker.look(
              { ...question, detect: [], classify: regions, tag: false },
              undefined,
              signal,
            )
          ).classes;
    const judged = found.map((sighting) => {
      const seenCloser = closer[doubted.indexOf(sighting)];
      if (seenCloser) return judge(sighting, meanOf([seenCloser]), kind);
      return isDoubtful(sighting.name) ? judge(sighting, nothingSeen, kind) : sighting;
    });
    const findings = {
      sightings: distinct(judged),
      ...(classes.length > 0 && { classes: meanOf(classes) }),
      tags,
      tagNames: looker.tags,
    };
    return labelsOf(findings, kind, minConfidence);
  }
  const engine = {
    name: "onnx",
    version: `${revision} (${looker.runtime})`,
    model: modelNames(models),
  };
  return { sizes: sizesOf(models), engine, look };
}
