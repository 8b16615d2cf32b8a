import { MediaError } from "../media/errors.ts";
import type { Limits } from "../media/limits.ts";

/** The refusal of a picture or frame of this size, or undefined when it is within the limit. */
export function pixelRefusal(
  width: number,
  height: number,
  limits: Pick<Limits, "maxPixels">,
): MediaError | undefined {
  if (width * height <= limits.maxPixels) return undefined;
  const most = `${(limits.maxPixels / 1e6).toLocaleString("en")} megapixels`;
  const message = `it is ${width}×${height} pixels large; the limit is ${most}`;
  return new MediaError("limit_pixels", message);
}

/** The same, when a decoder refused by `-max_pixels` before anybody else knew the size. */
export function refusedPixels(
  stderr: string,
  limits: Pick<Limits, "maxPixels">,
): MediaError | undefined {
  const size = /(\d+)x(\d+) exceeds specified max pixel count/.exec(stderr);
  return size === null ? undefined : pixelRefusal(Number(size[1]), Number(size[2]), limits);
}
