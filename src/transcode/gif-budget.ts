import type { PlannedGif, PlannedRendition } from "./plan.ts";

/** How far a GIF's figures have given way. */
interface Reduction {
  readonly colors: number;
  readonly frameRate: number;
  /** Of the planned width and height. */
  readonly scale: number;
}

/**
 * What gives way, step by step: the palette first, because it shows least. A GIF's clock counts hundredths
 * of a second, so that these rates are exact.
 */
const reductions: readonly Reduction[] = [
  { colors: 64, frameRate: 10, scale: 1 },
  { colors: 64, frameRate: 6.25, scale: 1 },
  { colors: 64, frameRate: 6.25, scale: 5 / 6 },
  { colors: 48, frameRate: 5, scale: 5 / 6 },
  { colors: 32, frameRate: 5, scale: 2 / 3 },
  { colors: 32, frameRate: 4, scale: 1 / 2 },
  { colors: 16, frameRate: 4, scale: 1 / 3 },
  { colors: 8, frameRate: 2, scale: 1 / 6 },
];

/** A GIF with less of everything, but never more of anything than was planned. */
function reduced(gif: PlannedGif, { colors, frameRate, scale }: Reduction): PlannedGif {
  const even = (length: number) => Math.max(2, 2 * Math.round((length * scale) / 2));
  const { width, height } = gif.picture;
  return {
    ...gif,
    colors: Math.min(gif.colors, colors),
    frameRate: Math.min(gif.frameRate, frameRate),
    picture: {
      ...gif.picture,
      width: Math.min(width, even(width)),
      height: Math.min(height, even(height)),
    },
  };
}

/** What a GIF costs, as a number to compare: its pixels, times the bits that a colour takes. */
function cost({ picture, frameRate, colors }: PlannedGif): number {
  return picture.width * picture.height * frameRate * Math.log2(colors);
}

/** A little less than what would just fit, because files do not shrink quite as their pixels do. */
const margin = 0.9;

/**
 * The plan to try next when the file has become larger than its budget: the first reduction that should be
 * small enough, judging by the size. Undefined when there is none that is smaller than what was tried.
 * @param planned as the profile asked for it
 * @param tried the plan that gave the file
 * @param sizeBytes of the file
 */
export function smallerGif(
  planned: PlannedGif,
  tried: PlannedGif,
  sizeBytes: number,
): PlannedGif | undefined {
  const smaller = reductions
    .map((reduction) => reduced(planned, reduction))
    .filter((gif) => cost(gif) < cost(tried));
  const wanted = cost(tried) * ((margin * planned.maxBytes) / sizeBytes);
  return smaller.find((gif) => cost(gif) <= wanted) ?? smaller.at(-1);
}

/** The GIF among planned renditions. */
export function gifOf(plans: readonly PlannedRendition[]): PlannedGif | undefined {
  return plans.find((plan): plan is PlannedGif => plan.rendition === "gif");
}
