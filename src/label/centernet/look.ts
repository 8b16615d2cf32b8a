import type { Label } from "../../media/label.ts";
import { mirrorPixels, squared } from "../geometry.ts";
import type { Eye, Picture } from "../look.ts";
import { combineLooks, labelsOf, sightingsOf, thresholdOf } from "./detections.ts";
import type { Sighting } from "./detections.ts";
import type { Detector } from "./detector.ts";
import { modelPackage } from "./install.ts";
import { frameSize } from "./protocol.ts";

/** Must rise when the same bytes would get other labels: thresholds, sampling, names. */
export const revision = 3;

/** The labels of the detections that are sure enough. */
function told(
  sightings: readonly Sighting[],
  kind: "frame" | "still",
  minConfidence: number | undefined,
): Label[] {
  return labelsOf(
    sightings.filter(
      ({ name, confidence }) => confidence >= thresholdOf(name, kind, minConfidence),
    ),
  );
}

/** The grey around a picture that is not square. */
const grey = 128;

/** Labels pictures with CenterNet. A still is analysed twice, once mirrored. */
export function createEye(detector: Detector, minConfidence: number | undefined): Eye {
  async function sight(pixels: Uint8Array, { within }: Picture, signal: AbortSignal) {
    return sightingsOf(await detector.detect(pixels, signal), within);
  }
  const { name, version } = modelPackage;
  return {
    sizes: { still: frameSize, frame: frameSize },
    engine: {
      name: "centernet",
      version: `${revision} (tfjs ${detector.tfjs})`,
      model: `centernet-coco80 ${detector.modelSha256.slice(0, 12)} (${name} ${version})`,
    },
    async look(picture, kind, signal) {
      const square = squared(picture.pixels, picture.within, grey);
      const plain = await sight(square, picture, signal);
      if (kind === "frame") return told(plain, kind, minConfidence);
      const mirrored = await sight(mirrorPixels(square, frameSize), picture, signal);
      return told(combineLooks(plain, mirrored), kind, minConfidence);
    },
  };
}
