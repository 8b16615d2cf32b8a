import { letterbox } from "../geometry.ts";
import type { Region } from "./protocol.ts";
import { createCutter, createResampler, isCut } from "./resample.ts";
import type { Rectangle, Rows, Size } from "./resample.ts";

/** The input format of a model. */
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
  /** It takes any size whose edges are whole multiples of this, too. */
  readonly stride?: number;
}

type Normal = Pick<Feeding, "mean" | "factor">;

const all = (value: number) => [value, value, value] as const;

/** Usual normalisations, by the names that a manifest's `normal` may give. */
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

/** Rows of red, green and blue bytes. */
export interface Picture extends Size {
  readonly pixels: Uint8Array;
}

/** The input of a model for a part of a picture. */
export interface Fed extends Size {
  /** Overwritten by the next picture's. */
  readonly values: Float32Array;
  /** Where in it the part lies; around it is the fill. */
  readonly within: Rectangle;
}

/**
 * The least width of a bar, in pixels: a network gives other results for a picture that ends at the edge
 * of its input than for one with a bar beside it.
 */
const leastBar = 16;

/**
 * How large the input is for a part of that shape, and where the part lies in it.
 * @param sparing whether the bars are made smaller by whole strides for a model that takes any size. The
 * picture keeps its place in the network's coarsest grid; otherwise small things would be seen differently
 */
export function placeOf(
  part: Size,
  { fill, stride, ...own }: Feeding,
  sparing = false,
): Omit<Fed, "values"> {
  const { width, height } = own;
  if (fill === undefined) return { width, height, within: { left: 0, top: 0, width, height } };
  const fit = letterbox(part.width, part.height, Math.min(width, height));
  const spared = (bar: number) =>
    stride === undefined || !sparing
      ? 0
      : Math.max(0, Math.floor((bar - leastBar) / stride) * stride);
  const [across, down] = [spared(fit.left), spared(fit.top)];
  return {
    width: width - 2 * across,
    height: height - 2 * down,
    within: { left: fit.left - across, top: fit.top - down, width: fit.width, height: fit.height },
  };
}

/** Writes a part of a picture into a model's input, in the model's format. */
function layOut(rows: Rows, isMirrored: boolean, feeding: Feeding, into: Fed): void {
  const { layout, order, mean, factor } = feeding;
  const { values, width, height, within } = into;
  // A place for each colour: planes lie behind each other, pixels have theirs side by side.
  const plane = layout === "planes" ? width * height : 1;
  const step = layout === "planes" ? 1 : 3;
  const [first, last] = order === "rgb" ? [0, 2] : [2, 0];
  const [offFirst, offMiddle, offLast] = mean;
  const [timesFirst, timesMiddle, timesLast] = factor;
  const direction = isMirrored ? -3 : 3;
  for (let y = 0; y < within.height; y += 1) {
    const row = rows(y);
    let source = isMirrored ? (within.width - 1) * 3 : 0;
    let at = ((within.top + y) * width + within.left) * step;
    for (let x = 0; x < within.width; x += 1, source += direction, at += step) {
      values[at] = (row[source + first]! - offFirst) * timesFirst;
      values[at + plane] = (row[source + 1]! - offMiddle) * timesMiddle;
      values[at + 2 * plane] = (row[source + last]! - offLast) * timesLast;
    }
  }
}

/** An input that contains only the fill. */
function blank(feeding: Feeding, { width, height }: Size): Float32Array {
  const { layout, mean, factor, fill = 0 } = feeding;
  const values = new Float32Array(width * height * 3);
  const colours = mean.map((off, colour) => (fill - off) * (factor[colour] ?? 1));
  for (const [colour, value] of colours.entries())
    if (layout === "planes")
      values.fill(value, colour * width * height, (colour + 1) * width * height);
    else for (let at = colour; at < values.length; at += 3) values[at] = value;
  return values;
}

/** Tables and memory for a part of pictures of one size. */
function setUp(picture: Size, part: Region, feeding: Feeding, sparing: boolean) {
  const from = {
    left: part.left * picture.width,
    top: part.top * picture.height,
    width: Math.max(1, part.width * picture.width),
    height: Math.max(1, part.height * picture.height),
  };
  const place = placeOf(from, feeding, sparing);
  // Frames come in the size that the detector wants.
  const see = isCut(from, place.within)
    ? createCutter(picture, from)
    : createResampler(picture, from, place.within);
  return { see, fed: { ...place, values: blank(feeding, place) } };
}

/** Turns parts of pictures into a model's input; with `sparing`, see `placeOf`. */
export type Feeder = (picture: Picture, part: Region, sparing?: boolean) => Fed;

/**
 * Makes a feeder. Usually the same part of each frame is needed: tables and memory of the last frame are
 * reused.
 */
export function createFeeder(feeding: Feeding): Feeder {
  let last: { readonly key: string; readonly made: ReturnType<typeof setUp> } | undefined;
  return (picture, part, sparing = false) => {
    const { left, top, width, height, mirrored = false } = part;
    const key = [picture.width, picture.height, left, top, width, height, sparing].join();
    if (last?.key !== key) last = { key, made: setUp(picture, part, feeding, sparing) };
    const { see, fed } = last.made;
    layOut(see(picture.pixels), mirrored, feeding, fed);
    return fed;
  };
}
