import { MediaError } from "../media/errors.ts";
import { largestPicture, type Limits } from "../media/limits.ts";

/** The refusal of a picture or frame of this size, or undefined when it is within the limit. */
export function pixelRefusal(
  width: number,
  height: number,
  limits: Pick<Limits, "maxPixels" | "maxPicturePixels">,
  isImage = false,
): MediaError | undefined {
  const bound = largestPicture(limits, isImage);
  if (width * height <= bound) return undefined;
  const most = `${(bound / 1e6).toLocaleString("en")} megapixels`;
  const message = `it is ${width}×${height} pixels large; the limit is ${most}`;
  return new MediaError("limit_pixels", message);
}

/** The same for a size that only the decoder knew, which refused it by `-max_pixels`. */
export function refusedPixels(
  stderr: string,
  limits: Pick<Limits, "maxPixels" | "maxPicturePixels">,
  isImage: boolean,
): MediaError | undefined {
  const size =
    /(?:Picture size )?(\d+)x(\d+) (?:exceeds specified max pixel count|is invalid)/.exec(stderr);
  return size === null
    ? undefined
    : pixelRefusal(Number(size[1]), Number(size[2]), limits, isImage);
}
