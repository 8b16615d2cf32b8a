/** One frame of a film, made small to be judged. */
export interface Still {
  /** From the start of the film. */
  readonly atMs: number;
  /** Rows of red, green and blue bytes. */
  readonly pixels: Uint8Array;
}

/** Something that was seen in the film, and how much it counts: how sure it is, times its edge. */
export interface Seen {
  readonly atMs: number;
  readonly weight: number;
}

export interface StillSize {
  readonly width: number;
  readonly height: number;
}

/** What can be told of one frame by itself. All but `lights` are 0–255. */
interface Look {
  readonly luma: Uint8Array;
  readonly mean: number;
  /** Standard deviation. */
  readonly contrast: number;
  /** Mean difference of neighbouring pixels: fine detail, which blur and fades take away. */
  readonly sharpness: number;
  /** How evenly all lights between black and white occur, 0–1 (entropy of the histogram). */
  readonly lights: number;
}

/** ITU-R BT.601's weights of red, green and blue, in 256ths. */
function lumaOf(pixels: Uint8Array): Uint8Array {
  const luma = new Uint8Array(Math.floor(pixels.length / 3));
  for (let at = 0; at < luma.length; at += 1)
    luma[at] = (77 * pixels[at * 3]! + 150 * pixels[at * 3 + 1]! + 29 * pixels[at * 3 + 2]!) >> 8;
  return luma;
}

function sharpnessOf(luma: Uint8Array, width: number): number {
  let sum = 0;
  for (let at = width; at < luma.length; at += 1)
    if (at % width > 0)
      sum += Math.abs(luma[at]! - luma[at - 1]!) + Math.abs(luma[at]! - luma[at - width]!);
  return sum / Math.max(1, luma.length);
}

function lookAt({ pixels }: Still, { width }: StillSize): Look {
  const luma = lumaOf(pixels);
  const bins = new Uint32Array(32);
  let [sum, squares] = [0, 0];
  for (const value of luma) {
    sum += value;
    squares += value * value;
    bins[value >> 3]! += 1;
  }
  const mean = sum / luma.length;
  const contrast = Math.sqrt(Math.max(0, squares / luma.length - mean * mean));
  const shares = [...bins].map((count) => count / luma.length).filter((share) => share > 0);
  const lights = -shares.reduce((total, share) => total + share * Math.log2(share), 0) / 5;
  return { luma, mean, contrast, sharpness: sharpnessOf(luma, width), lights };
}

/** Black, white, or of one colour: there is nothing to see. */
function isEmpty({ mean, contrast }: Look): boolean {
  return contrast < 4 || (mean < 16 && contrast < 12) || (mean > 240 && contrast < 12);
}

/** Of empty frames the least black and white; below the score of every other frame. */
function emptyScore({ mean, contrast }: Look): number {
  return (contrast + Math.min(mean, 255 - mean)) / 1000 - 1;
}

/** What most frames show at each pixel: in front of a camera that stands still, the background. */
function backgroundOf(looks: readonly Look[]): Uint8Array {
  const length = looks[0]?.luma.length ?? 0;
  const background = new Uint8Array(length);
  const values = new Uint8Array(looks.length);
  for (let at = 0; at < length; at += 1) {
    for (const [index, { luma }] of looks.entries()) values[index] = luma[at]!;
    background[at] = values.toSorted()[looks.length >> 1]!;
  }
  return background;
}

/** A pixel that differs by more is no longer the background. */
const noticeable = 24;

/**
 * How much of the picture stands before the background, 0–1, weighted by its place: what is in the
 * middle counts fully, what is cut at the edge a quarter.
 */
function foreground({ luma }: Look, background: Uint8Array, { width, height }: StillSize): number {
  let [sum, whole] = [0, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const off = Math.max(Math.abs((2 * x) / width - 1), Math.abs((2 * y) / height - 1));
      const weight = 1 - 0.75 * off;
      whole += weight;
      const at = y * width + x;
      if (Math.abs(luma[at]! - background[at]!) > noticeable) sum += weight;
    }
  return whole > 0 ? sum / whole : 0;
}

/** A thing that takes this part of the picture is large enough; more does not make a better picture. */
const largeEnough = 0.3;
/** The first and last part of a film, in which there are titles and fades. */
const margins = 0.03;

/** What each quality counts. What is seen counts only where the film was labelled. */
const weights = { sharpness: 1, foreground: 1.5, lights: 0.5, contrast: 0.5, seen: 1.5 };

/** How much is seen at that time: what is nearest, if it is near. */
function seenAt(atMs: number, seen: readonly Seen[], nearMs: number): number {
  const near = seen.filter((one) => Math.abs(one.atMs - atMs) <= nearMs);
  return Math.max(0, ...near.map(({ weight }) => weight));
}

/**
 * The sharpest frame with the most in it. A frame that is black, white or of one colour is taken only
 * when there is no other.
 * @param seen what labels and faces there are, with their times
 * @returns its place in the list; undefined when the list is empty
 */
export function bestStill(
  stills: readonly Still[],
  size: StillSize,
  seen: readonly Seen[] = [],
): number | undefined {
  const looks = stills.map((still) => lookAt(still, size));
  const full = looks.filter((look) => !isEmpty(look));
  const background = backgroundOf(looks);
  const sharpest = Math.max(1e-6, ...full.map(({ sharpness }) => sharpness));
  const endMs = stills.at(-1)?.atMs ?? 0;
  const spacingMs = endMs / Math.max(1, stills.length - 1);
  const most = Math.max(1e-6, ...seen.map(({ weight }) => weight));
  const scores = looks.map((look, index) => {
    const { atMs } = stills[index]!;
    if (isEmpty(look)) return emptyScore(look);
    const before = Math.min(1, foreground(look, background, size) / largeEnough);
    const isMargin = atMs < endMs * margins || atMs > endMs * (1 - margins);
    return (
      weights.sharpness * (look.sharpness / sharpest) +
      weights.foreground * before +
      weights.lights * look.lights +
      weights.contrast * Math.min(1, look.contrast / 64) +
      weights.seen * (seenAt(atMs, seen, spacingMs) / most) -
      (isMargin ? 0.3 : 0)
    );
  });
  const best = Math.max(...scores);
  return scores.length === 0 ? undefined : scores.indexOf(best);
}
