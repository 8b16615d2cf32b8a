import type { ModelManifest } from "../../models/model-store.ts";
import type { Detection } from "../detection.ts";
import { normals } from "./feeding.ts";
import type { Fed, Feeding, NormalName } from "./feeding.ts";
import type { ModelFile, Scored } from "./protocol.ts";
import { lowestProbability, lowestScore } from "./protocol.ts";
import type { Size } from "./resample.ts";

/** The output of a model, as far as we read it. */
export interface Output {
  readonly name: string;
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** The model does not fit its manifest. The child answers with this instead of ending. */
export class NotOfItsKind extends Error {
  override readonly name = "NotOfItsKind";
}

/** How the kinds differ. A manifest's settings (`size`, `normal`) go first. */
const habits: Readonly<
  Record<
    string,
    { size: number; normal: NormalName; order?: "bgr"; fill?: number; stride?: number }
  >
> = {
  // https://github.com/Megvii-BaseDetection/YOLOX: BGR bytes on 114; convolutions all through
  yolox: { size: 416, normal: "bytes", order: "bgr", fill: 114, stride: 32 },
  // its processor stretches to 640 and divides by 255
  dfine: { size: 640, normal: "unit" },
  mobilenet: { size: 224, normal: "imagenet" },
  "efficientnet-lite": { size: 224, normal: "lite" },
  ram: { size: 384, normal: "imagenet" },
};

/** Edge of the square that a model gets, unless its file says otherwise. */
export function sizeOf({ kind, settings }: Pick<ModelManifest, "kind" | "settings">): number {
  return Number(settings?.["size"] ?? habits[kind]?.size ?? 0);
}

export const knownKinds: readonly string[] = Object.keys(habits);

/** Edges of pictures that models of a kind take are whole multiples of this; undefined: one size only. */
export const strideOf = (kind: string): number | undefined => habits[kind]?.stride;

/**
 * How a model is fed: by its kind, its settings, and the shape of its input.
 * @param classes how many outputs a classifier has: 1,001 are TensorFlow's, background first
 * @throws NotOfItsKind
 */
export function feedingOf(
  { kind, settings }: Pick<ModelFile, "kind" | "settings">,
  shape: readonly (number | string)[],
  classes?: number,
): Feeding {
  const habit = habits[kind];
  if (habit === undefined) throw new NotOfItsKind(`there is no kind ${kind}`);
  const known = shape.map((length) => (typeof length === "number" && length > 0 ? length : 0));
  const [, second = 0, third = 0, fourth = 0] = known;
  if (shape.length !== 4 || (second !== 3 && fourth !== 3))
    throw new NotOfItsKind(`its input is ${shape.join("×")}, and no picture`);
  const layout = second === 3 ? "planes" : "pixels";
  const wanted = sizeOf({ kind, settings });
  const height = (layout === "planes" ? third : second) || wanted;
  const width = (layout === "planes" ? fourth : third) || wanted;
  if (!(Math.max(width, height) <= 1280)) throw new NotOfItsKind("its input is too large");
  const { normal = kind === "mobilenet" && classes === 1001 ? "signed" : habit.normal } = settings;
  if (!(String(normal) in normals)) throw new NotOfItsKind(`it is to be fed as ${normal}`);
  const { order = "rgb", fill } = habit;
  const { mean, factor } = normals[normal as NormalName];
  return { width, height, layout, order, mean, factor, ...(fill !== undefined && { fill }) };
}

const wrongShape = ({ name, dims }: Output) =>
  new NotOfItsKind(`its output ${name} is ${dims.join("×")}`);

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const rounded = (value: number, steps = 1e4) => Math.round(value * steps) / steps;
const isBox = (values: readonly number[]) => values.every((value) => Number.isFinite(value));

/** The best class of a row of scores. */
function best(data: Float32Array, start: number, count: number): [index: number, score: number] {
  let [index, score] = [0, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < count; at += 1)
    if (data[start + at]! > score) [index, score] = [at, data[start + at]!];
  return [index, score];
}

/** How many cells YOLOX's three grids have on a picture of that size. */
export function yoloxRows({ width, height }: Size): number {
  return [8, 16, 32].reduce(
    (sum, stride) => sum + Math.floor(width / stride) * Math.floor(height / stride),
    0,
  );
}

/**
 * The rows of YOLOX do not name their cells: a row has the centre as an offset in its cell, the size as a
 * logarithm, the confidence that there is something, and that of each class. Strides of 8, 16 and 32.
 */
export function readYolox(output: Output, { width, height, within }: Omit<Fed, "values">) {
  const { data, dims } = output;
  const rows = yoloxRows({ width, height });
  const columns = dims.at(-1) ?? 0;
  if (dims.at(-2) !== rows || columns < 6 || data.length < rows * columns) throw wrongShape(output);
  const found: Detection[] = [];
  let row = 0;
  for (const stride of [8, 16, 32])
    for (let y = 0; y < Math.floor(height / stride); y += 1)
      for (let x = 0; x < Math.floor(width / stride); x += 1, row += 1) {
        const at = row * columns;
        const something = data[at + 4]!;
        if (!(something >= lowestScore)) continue;
        const [index, sureness] = best(data, at + 5, columns - 5);
        const score = something * sureness;
        if (!(score >= lowestScore)) continue;
        const [centreX, centreY] = [(data[at]! + x) * stride, (data[at + 1]! + y) * stride];
        const [w, h] = [Math.exp(data[at + 2]!) * stride, Math.exp(data[at + 3]!) * stride];
        const box = [
          (centreX - w / 2 - within.left) / within.width,
          (centreY - h / 2 - within.top) / within.height,
          (centreX + w / 2 - within.left) / within.width,
          (centreY + h / 2 - within.top) / within.height,
        ];
        if (isBox(box)) found.push(detection(box, score, index));
      }
  return separate(found);
}

const detection = (box: readonly number[], score: number, index: number): Detection => {
  const [left = 0, top = 0, right = 0, bottom = 0] = box.map((edge) => rounded(clamp(edge)));
  return [left, top, right, bottom, rounded(clamp(score)), index];
};

const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** D-FINE gives 300 boxes by centre and size, in fractions of the stretched picture, and a logit a class. */
export function readDfine(outputs: readonly Output[]): Detection[] {
  const logits = outputs.find(({ name }) => name.includes("logits")) ?? outputs[0];
  const boxes = outputs.find(({ name }) => name.includes("box")) ?? outputs[1];
  if (!logits || !boxes) throw new NotOfItsKind("it has no logits and boxes");
  const rows = boxes.dims.at(-2) ?? 0;
  const classes = logits.dims.at(-1) ?? 0;
  if (boxes.dims.at(-1) !== 4 || logits.dims.at(-2) !== rows) throw wrongShape(boxes);
  if (boxes.data.length < rows * 4 || logits.data.length < rows * classes) throw wrongShape(logits);
  const found: Detection[] = [];
  for (let row = 0; row < rows; row += 1) {
    const [index, logit] = best(logits.data, row * classes, classes);
    const score = sigmoid(logit);
    if (!(score >= lowestScore)) continue;
    const [x = 0, y = 0, w = 0, h = 0] = boxes.data.subarray(row * 4, row * 4 + 4);
    const box = [x - w / 2, y - h / 2, x + w / 2, y + h / 2];
    if (isBox(box)) found.push(detection(box, score, index));
  }
  return separate(found);
}

/** Boxes of one class that share more than this are the same thing. */
const sameThing = 0.45;
const mostDetections = 100;

function shared(a: Detection, b: Detection): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (one: Detection) => (one[2] - one[0]) * (one[3] - one[1]);
  const union = area(a) + area(b) - width * height;
  return union > 0 ? (width * height) / union : 0;
}

/** Keeps the surest of the boxes around one thing (non-maximum suppression), the surest first. */
function separate(found: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const one of found.toSorted((a, b) => b[4] - a[4])) {
    if (kept.length === mostDetections) break;
    if (one[2] <= one[0] || one[3] <= one[1]) continue;
    if (!kept.some((other) => other[5] === one[5] && shared(one, other) > sameThing))
      kept.push(one);
  }
  return kept;
}

/** Whether the values are probabilities already, and not logits. */
function isProbability(values: readonly number[]): boolean {
  const sum = values.reduce((total, value) => total + value, 0);
  return Math.abs(sum - 1) < 0.02 && values.every((value) => value >= -1e-6);
}

function softmax(values: readonly number[]): number[] {
  const top = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

const told = (values: readonly number[], least: number): Scored[] =>
  values.flatMap((value, index) => (value >= least ? [[index, rounded(value, 1e6)] as const] : []));

/** The probabilities of ImageNet's thousand classes; a background before them is left out. */
export function readClasses(output: Output): Scored[] {
  const values = [...output.data];
  if (values.length !== 1000 && values.length !== 1001) throw wrongShape(output);
  if (!values.every(Number.isFinite)) throw new NotOfItsKind("it gives what is no number");
  const probabilities = isProbability(values) ? values : softmax(values);
  return told(probabilities.slice(-1000), lowestProbability);
}

/** How sure each tag is; logits are made into probabilities one by one. */
export function readTags(output: Output, count: number): Scored[] {
  const values = [...output.data];
  if (values.length !== count)
    throw new NotOfItsKind(`it has ${values.length} tags, and ${count} names for them`);
  if (!values.every(Number.isFinite)) throw new NotOfItsKind("it gives what is no number");
  const areSure = values.every((value) => value >= 0 && value <= 1);
  return told(areSure ? values : values.map(sigmoid), lowestScore);
}
