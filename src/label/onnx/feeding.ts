import { letterbox } from "../geometry.ts";
import type { Region } from "./protocol.ts";
import { resample } from "./resample.ts";
import type { Rectangle } from "./resample.ts";

/** How a model wants its picture. */
export interface Feeding {
  readonly width: number;
  readonly height: number;
  /** Colours as planes, or beside each other in each pixel. */
  readonly layout: "planes" | "pixels";
  readonly order: "rgb" | "bgr";
  /** A value is (byte − mean) × factor, by colour in `order`. */
  readonly mean: readonly [number, number, number];
  readonly factor: readonly [number, number, number];
  /** Proportions kept, the rest filled with this byte; or stretched. */
  readonly fill?: number;
}

type Normal = Pick<Feeding, "mean" | "factor">;

const all = (value: number) => [value, value, value] as const;

/** The customs of those who train models, under names that a manifest's `normal` may give. */
export const normals = {
  /** Bytes as they are: YOLOX. */
  bytes: { mean: all(0), factor: all(1) },
  /** 0–1: D-FINE. */
  unit: { mean: all(0), factor: all(1 / 255) },
  /** −1–1: TensorFlow's MobileNet. */
  signed: { mean: all(127.5), factor: all(1 / 127.5) },
  /** EfficientNet-Lite: https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite */
  lite: { mean: all(127), factor: all(1 / 128) },
  /** torchvision's mean and deviation of ImageNet. */
  imagenet: {
    mean: [123.675, 116.28, 103.53],
    factor: [1 / 58.395, 1 / 57.12, 1 / 57.375],
  },
} as const satisfies Record<string, Normal>;
export type NormalName = keyof typeof normals;

/** A square picture of bytes, and where in it the picture itself lies. */
export interface Picture extends Rectangle {
  readonly pixels: Uint8Array;
  readonly size: number;
}

/** The values that a model is fed for a part of the picture. */
export function feed(picture: Picture, part: Region, feeding: Feeding): Float32Array {
  const { width, height, layout, order, mean, factor, fill } = feeding;
  const from = {
    left: picture.left + part.left * picture.width,
    top: picture.top + part.top * picture.height,
    width: Math.max(1, part.width * picture.width),
    height: Math.max(1, part.height * picture.height),
  };
  const into =
    fill === undefined
      ? { left: 0, top: 0, width, height }
      : letterbox(from.width, from.height, Math.min(width, height));
  const seen = resample(picture.pixels, picture.size, from, into.width, into.height);
  const values = new Float32Array(width * height * 3);
  // A place for each colour: planes lie behind each other, pixels have theirs side by side.
  const plane = layout === "planes" ? width * height : 1;
  const step = layout === "planes" ? 1 : 3;
  const [first, last] = order === "rgb" ? [0, 2] : [2, 0];
  const [offFirst, offMiddle, offLast] = mean;
  const [timesFirst, timesMiddle, timesLast] = factor;
  if (fill !== undefined && (into.width < width || into.height < height))
    for (let at = 0; at < width * height * step; at += step) {
      values[at] = (fill - offFirst) * timesFirst;
      values[at + plane] = (fill - offMiddle) * timesMiddle;
      values[at + 2 * plane] = (fill - offLast) * timesLast;
    }
  const direction = part.mirrored === true ? -3 : 3;
  for (let y = 0; y < into.height; y += 1) {
    let source = (y * into.width + (direction < 0 ? into.width - 1 : 0)) * 3;
    let at = ((into.top + y) * width + into.left) * step;
    for (let x = 0; x < into.width; x += 1, source += direction, at += step) {
      values[at] = (seen[source + first]! - offFirst) * timesFirst;
      values[at + plane] = (seen[source + 1]! - offMiddle) * timesMiddle;
      values[at + 2 * plane] = (seen[source + last]! - offLast) * timesLast;
    }
  }
  return values;
}
