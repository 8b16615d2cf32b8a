import { join } from "node:path";
import { MediaError } from "../../media/errors.ts";
import { ffmpegInput } from "../../sandbox/ffmpeg-input.ts";
import type { Limits } from "../../media/limits.ts";
import type { PlannedPicture, PlannedRendition } from "../plan.ts";
import type { Watermark } from "../profile.ts";
import { stat } from "node:fs/promises";

/** A watermark's picture on the disk. */
export interface WatermarkFile extends Pick<Watermark, "sha256" | "format"> {
  readonly path: string;
}

/** How ffmpeg reads a picture of each format. */
const demuxers = { png: "png_pipe", jpeg: "jpeg_pipe", webp: "webp_pipe" } as const;

/**
 * The pictures of the watermarks that these renditions have, each once.
 * @param folder where they lie under their SHA-256
 * @throws MediaError `not_found` when one is not there
 */
export async function watermarkFiles(
  plans: readonly PlannedRendition[],
  folder: string | undefined,
): Promise<WatermarkFile[]> {
  const marks = plans.flatMap((plan) => ("video" in plan ? (plan.video.watermark ?? []) : []));
  const files = [...new Map(marks.map((mark) => [mark.sha256, mark])).values()].map(
    ({ sha256, format }) => ({ sha256, format, path: join(folder ?? "", sha256) }),
  );
  for (const { path } of files)
    if (folder === undefined || !(await stat(path).catch(() => undefined))?.isFile())
      throw new MediaError("not_found", "the picture of the watermark is not in this library", {
        remedy: "Run `dailies reprocess NAME --profile FILE` with the profile that names it.",
      });
  return files;
}

/** The arguments by which ffmpeg reads a watermark: as one picture of its own format. */
export function watermarkInput(
  { path, format }: WatermarkFile,
  { maxPicturePixels }: Pick<Limits, "maxPicturePixels">,
): string[] {
  return ffmpegInput({ path, container: demuxers[format], maxPixels: maxPicturePixels });
}

/** From the edge, as a part of the picture's width. */
const margin = 0.02;

/** Lays the picture of an input over a film. @param film the chain that gives the film's pictures */
export function watermarkGraph(
  film: string,
  input: number,
  { place, opacity, width }: Watermark,
  picture: Pick<PlannedPicture, "width" | "height">,
  label: string,
): string {
  const edge = Math.round(margin * picture.width);
  const x = place.endsWith("left") ? edge : `W-w-${edge}`;
  const y = place.startsWith("top") ? edge : `H-h-${edge}`;
  const at = place === "center" ? "(W-w)/2:(H-h)/2" : `${x}:${y}`;
  const wide = Math.max(2, Math.round(width * picture.width));
  // Never higher than the film, whatever its shape.
  const size = `scale=${wide}:${picture.height}:force_original_aspect_ratio=decrease:flags=lanczos`;
  const mark = `[${input}:0]format=rgba,${size},colorchannelmixer=aa=${opacity}[m${label}]`;
  return `${mark};${film}[f${label}];[f${label}][m${label}]overlay=${at}:format=yuv420[${label}]`;
}
