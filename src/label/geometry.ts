import type { Box } from "../media/label.ts";

/** Where a picture lies inside the square that a detector gets, in the square's pixels. */
export interface Letterbox {
  readonly size: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Fits a picture of any shape into a square, centred, its proportions kept. */
export function letterbox(width: number, height: number, size: number): Letterbox {
  const scale = size / Math.max(width, height);
  const fitted = (length: number) => Math.min(size, Math.max(1, Math.round(length * scale)));
  const [inWidth, inHeight] = [fitted(width), fitted(height)];
  const left = Math.floor((size - inWidth) / 2);
  const top = Math.floor((size - inHeight) / 2);
  return { size, left, top, width: inWidth, height: inHeight };
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));

/** A box given by two corners in the square's pixels, in fractions of the picture; cut at its edges. */
export function unletterbox(
  corners: readonly [number, number, number, number],
  within: Letterbox,
): Box {
  const left = clamp((corners[0] - within.left) / within.width);
  const top = clamp((corners[1] - within.top) / within.height);
  const right = clamp((corners[2] - within.left) / within.width);
  const bottom = clamp((corners[3] - within.top) / within.height);
  return { left, top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/** The same box in the mirrored picture. */
export function mirrorBox(box: Box): Box {
  return { ...box, left: clamp(1 - box.left - box.width) };
}

function common(aStart: number, aLength: number, bStart: number, bLength: number): number {
  return Math.max(0, Math.min(aStart + aLength, bStart + bLength) - Math.max(aStart, bStart));
}

/** Intersection over union, 0–1: how much two boxes overlap. */
export function overlap(a: Box, b: Box): number {
  const shared =
    common(a.left, a.width, b.left, b.width) * common(a.top, a.height, b.top, b.height);
  const union = a.width * a.height + b.width * b.height - shared;
  return union > 0 ? shared / union : 0;
}

/** A picture of red, green and blue bytes in the middle of a square of that grey. */
export function squared(pixels: Uint8Array, within: Letterbox, grey: number): Uint8Array {
  const { size, left, top, width, height } = within;
  const square = new Uint8Array(size * size * 3).fill(grey);
  for (let y = 0; y < height; y += 1)
    square.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * size + left) * 3);
  return square;
}

/** The mirror image of a square picture of red, green and blue bytes. */
export function mirrorPixels(pixels: Uint8Array, size: number): Uint8Array {
  const mirrored = new Uint8Array(pixels.length);
  const rowBytes = size * 3;
  for (let start = 0; start < pixels.length; start += rowBytes)
    for (let at = 0; at < rowBytes; at += 3)
      for (let colour = 0; colour < 3; colour += 1)
        mirrored[start + rowBytes - 3 - at + colour] = pixels[start + at + colour] ?? 0;
  return mirrored;
}
