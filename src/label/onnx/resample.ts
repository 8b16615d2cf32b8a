/** A rectangle of a picture in its pixels; fractions of a pixel count. */
export interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** For each target pixel, which source pixels make it, and with what weight. */
interface Taps {
  readonly first: Int32Array;
  readonly count: number;
  /** `count` a target pixel; they add up to 1. */
  readonly weights: Float32Array;
}

/**
 * Triangles as wide as the shrinking, as Pillow's bilinear filter has them: every source pixel
 * counts, so that fine patterns do not turn into others.
 */
function tapsOf(start: number, length: number, target: number, limit: number): Taps {
  const scale = length / target;
  const reach = Math.max(1, scale);
  const count = Math.ceil(reach) * 2 + 1;
  const first = new Int32Array(target);
  const weights = new Float32Array(target * count);
  for (let at = 0; at < target; at += 1) {
    const centre = start + (at + 0.5) * scale;
    const from = Math.max(0, Math.min(limit - 1, Math.floor(centre - reach)));
    first[at] = from;
    let sum = 0;
    for (let tap = 0; tap < count; tap += 1) {
      const inside = from + tap < limit;
      const weight = inside ? Math.max(0, 1 - Math.abs(from + tap + 0.5 - centre) / reach) : 0;
      weights[at * count + tap] = weight;
      sum += weight;
    }
    if (sum === 0) weights[at * count] = 1;
    else for (let tap = 0; tap < count; tap += 1) weights[at * count + tap]! /= sum;
  }
  return { first, count, weights };
}

const isWhole = (start: number, length: number, target: number) =>
  length === target && Number.isInteger(start) && start >= 0;

/** The rectangle as it is: frames come in the size that the detector wants. */
function cut(pixels: Uint8Array, size: number, { left, top, width, height }: Rectangle) {
  const out = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const start = ((top + y) * size + left) * 3;
    out.set(pixels.subarray(start, start + width * 3), y * width * 3);
  }
  return out;
}

/**
 * A rectangle of a square picture of red, green and blue bytes, at another size: rows of three
 * values 0–255 a pixel. The parts of the rectangle that are outside repeat the edge.
 */
export function resample(
  pixels: Uint8Array,
  size: number,
  from: Rectangle,
  width: number,
  height: number,
): Float32Array {
  if (isWhole(from.left, from.width, width) && isWhole(from.top, from.height, height))
    return cut(pixels, size, from);
  const across = tapsOf(from.left, from.width, width, size);
  const down = tapsOf(from.top, from.height, height, size);
  const firstRow = down.first[0] ?? 0;
  const rows = Math.min(size, (down.first[height - 1] ?? 0) + down.count) - firstRow;
  const narrow = new Float32Array(rows * width * 3);
  for (let row = 0; row < rows; row += 1) {
    const source = (firstRow + row) * size * 3;
    for (let x = 0; x < width; x += 1) {
      const start = across.first[x] ?? 0;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let tap = 0; tap < across.count && start + tap < size; tap += 1) {
        const weight = across.weights[x * across.count + tap]!;
        const at = source + (start + tap) * 3;
        red += weight * pixels[at]!;
        green += weight * pixels[at + 1]!;
        blue += weight * pixels[at + 2]!;
      }
      const target = (row * width + x) * 3;
      narrow[target] = red;
      narrow[target + 1] = green;
      narrow[target + 2] = blue;
    }
  }
  const out = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    const start = (down.first[y] ?? 0) - firstRow;
    for (let tap = 0; tap < down.count && start + tap < rows; tap += 1) {
      const weight = down.weights[y * down.count + tap]!;
      if (weight === 0) continue;
      const source = (start + tap) * width * 3;
      const target = y * width * 3;
      for (let at = 0; at < width * 3; at += 1) out[target + at]! += weight * narrow[source + at]!;
    }
  }
  return out;
}
