/** A rectangle of a picture in its pixels; fractions of a pixel count. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** For each target pixel, which source pixels make it, and with what weight. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** The most that one has. */
  readonly most: number;
  /** `most` a target pixel; the first `count` of them add up to 1. */
  readonly weights: Float32Array;
}

/**
 * Triangles as wide as the shrinking, as Pillow's bilinear filter has them: every source pixel
 * counts, so that fine patterns do not turn into others.
 */
function tapsOf(start: number, length: number, target: number, limit: number): Taps {
  const scale = length / target;
  const reach = Math.max(1, scale);
  const most = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(target);
  const count = new Int32Array(target).fill(1);
  const weights = new Float32Array(target * most);
  for (let at = 0; at < target; at += 1) {
    const centre = start + (at + 0.5) * scale;
    const weightOf = (source: number) => Math.max(0, 1 - Math.abs(source + 0.5 - centre) / reach);
    // The first that counts; what is outside repeats the edge.
    const from = Math.max(0, Math.min(limit - 1, Math.floor(centre - reach + 0.5)));
    const until = Math.min(limit, from + most);
    let sum = 0;
    for (let source = from; source < until; source += 1) sum += weightOf(source);
    first[at] = from;
    if (sum === 0) weights[at * most] = 1;
    else
      for (let source = from; source < until && weightOf(source) > 0; source += 1) {
        count[at] = source - from + 1;
        weights[at * most + source - from] = weightOf(source) / sum;
      }
  }
  return { first, count, most, weights };
}

/** Makes of rows of three bytes a pixel, from `firstRow` on, rows that are as wide as the taps say. */
function narrow(pixels: Uint8Array, width: number, firstRow: number, taps: Taps, to: Float32Array) {
  const { first, count, most, weights } = taps;
  for (let row = firstRow, target = 0; target < to.length; row += 1)
    for (let x = 0; x < first.length; x += 1, target += 3) {
      const end = x * most + count[x]!;
      let source = (row * width + first[x]!) * 3;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = x * most; tap < end; tap += 1, source += 3) {
        const weight = weights[tap]!;
        red += weight * pixels[source]!;
        green += weight * pixels[source + 1]!;
        blue += weight * pixels[source + 2]!;
      }
      to[target] = red;
      to[target + 1] = green;
      to[target + 2] = blue;
    }
}

/** Adds up the rows of which one is made, from `firstRow` on, by their weights. */
function addUp(rows: Float32Array, firstRow: number, y: number, taps: Taps, to: Float32Array) {
  const { first, count, most, weights } = taps;
  const length = to.length;
  let source = (first[y]! - firstRow) * length;
  const weight = weights[y * most]!;
  for (let at = 0; at < length; at += 1) to[at] = weight * rows[source + at]!;
  for (let tap = 1; tap < count[y]!; tap += 1) {
    source += length;
    const more = weights[y * most + tap]!;
    for (let at = 0; at < length; at += 1) to[at]! += more * rows[source + at]!;
  }
}

/** Gives a row of a picture: three values 0–255 a pixel, overwritten by the next row's. */
export type Rows = (y: number) => Float32Array;

/**
 * Makes what takes a rectangle out of pictures of that size (rows of red, green and blue bytes) at
 * another size. The parts of the rectangle that are outside repeat the edge.
 */
export function createResampler(
  picture: Size,
  from: Rectangle,
  { width, height }: Size,
): (pixels: Uint8Array) => Rows {
  const across = tapsOf(from.left, from.width, width, picture.width);
  const down = tapsOf(from.top, from.height, height, picture.height);
  const firstRow = down.first[0] ?? 0;
  const rows = (down.first[height - 1] ?? 0) + (down.count[height - 1] ?? 0) - firstRow;
  const narrowed = new Float32Array(rows * width * 3);
  const row = new Float32Array(width * 3);
  return (pixels) => {
    narrow(pixels, picture.width, firstRow, across, narrowed);
    return (y) => {
      addUp(narrowed, firstRow, y, down, row);
      return row;
    };
  };
}

const isWhole = (start: number, length: number, target: number) =>
  length === target && Number.isInteger(start) && start >= 0;

/** Whether a rectangle is as large as it is wanted: its pixels are taken as they are. */
export const isCut = ({ left, top, width, height }: Rectangle, wanted: Size): boolean =>
  isWhole(left, width, wanted.width) && isWhole(top, height, wanted.height);

/** As `createResampler`, for a rectangle of which `isCut` is true. */
export function createCutter(
  picture: Size,
  { left, top, width }: Rectangle,
): (pixels: Uint8Array) => Rows {
  const row = new Float32Array(width * 3);
  return (pixels) => (y) => {
    const start = ((top + y) * picture.width + left) * 3;
    row.set(pixels.subarray(start, start + width * 3));
    return row;
  };
}
