import type { Ratio } from "../media/facts.ts";
import type { Box } from "./profile.ts";

/** The largest even number that is not above `value`, at least 2: 4:2:0 colour needs pairs. */
function evenFloor(value: number): number {
  return Math.max(2, 2 * Math.floor(value / 2));
}

/** The nearest even number, not above `bound`. */
function evenNear(value: number, bound: number): number {
  return Math.min(Math.max(2, 2 * Math.round(value / 2)), evenFloor(bound));
}

/** The box, turned upright for an upright picture. */
export function boxFor(picture: Box, box: Box): Box {
  const stands = picture.height > picture.width;
  return stands === box.height > box.width || box.height === box.width
    ? box
    : { width: box.height, height: box.width };
}

/**
 * The size of a picture (square pixels) that fits the box: never larger than the source, of the same
 * shape, even in both directions. Only a side of one pixel grows: it becomes two.
 */
export function fitWithin(picture: Box, box: Box): Box {
  const turned = boxFor(picture, box);
  const scale = Math.min(1, turned.width / picture.width, turned.height / picture.height);
  return {
    width: evenNear(picture.width * scale, Math.min(picture.width, turned.width)),
    height: evenNear(picture.height * scale, Math.min(picture.height, turned.height)),
  };
}

/** The lowest rate that results from dropping frames evenly: the rate of film. */
const filmRate = 24;

/**
 * The rate to convert to, or undefined when frames keep their own times. A constant rate above the
 * maximum is divided evenly where film's 24 remain (60 → 30, 50 → 25: no judder), else cut to the
 * maximum. A variable rate becomes constant at the highest that it has; unknown counts as variable.
 */
export function cappedFrameRate(
  source: { readonly frameRate?: Ratio; readonly variableFrameRate: boolean },
  maxFrameRate: number,
): Ratio | undefined {
  const cap: Ratio = { num: maxFrameRate, den: 1 };
  if (source.frameRate === undefined) return cap;
  const { num, den } = source.frameRate;
  if (num / den <= maxFrameRate) return source.variableFrameRate ? source.frameRate : undefined;
  const divisor = Math.ceil(num / den / maxFrameRate);
  const even = !source.variableFrameRate && num / den / divisor >= filmRate;
  return even ? { num, den: den * divisor } : cap;
}
