import { MediaError } from "../../media/errors.ts";
import type { RenditionName } from "../../media/media.ts";
import type { PlannedRendition } from "../plan.ts";
import { type Output, pictureOf } from "./arguments.ts";
import { inspectOutput, type OutputFacts, type OutputFormat } from "./inspect.ts";
import type { Report } from "./progress.ts";

/** File formats and media types of the renditions. */
export const formats: Readonly<
  Record<RenditionName, { readonly format: OutputFormat; readonly contentType: string }>
> = {
  web: { format: "mp4", contentType: "video/mp4" },
  phone: { format: "mp4", contentType: "video/mp4" },
  audio: { format: "mp3", contentType: "audio/mpeg" },
  gif: { format: "gif", contentType: "image/gif" },
  poster: { format: "jpeg", contentType: "image/jpeg" },
};

/** An output in the work folder, whole and checked. */
export interface Made extends Output {
  readonly facts: OutputFacts;
}

/**
 * Checks the output in the work folder; undefined when the file is empty.
 * @throws MediaError `output_invalid` when it is not what was planned.
 */
export async function look({ plan, path }: Output, report: Report): Promise<Made | undefined> {
  const found = await inspectOutput(path, formats[plan.rendition].format);
  if (found === undefined) return undefined;
  const durationMs = durationOf(plan, found, report);
  if (durationMs === 0) return undefined;
  const picture = pictureOf(plan);
  if (picture && (found.width !== picture.width || found.height !== picture.height)) {
    const was = `${found.width}×${found.height} instead of ${picture.width}×${picture.height}`;
    throw new MediaError("output_invalid", `the ${plan.rendition} rendition is ${was}`);
  }
  return { plan, path, facts: durationMs === undefined ? found : { ...found, durationMs } };
}

/** How long an output plays; 0 when it is empty; undefined for a still. */
function durationOf(
  plan: PlannedRendition,
  found: OutputFacts,
  report: Report,
): number | undefined {
  switch (plan.rendition) {
    case "web":
    case "phone": {
      const isFilm = found.tracks?.some(
        ({ kind, durationMs }) => kind === "video" && durationMs > 0,
      );
      return isFilm === true ? found.durationMs : 0;
    }
    case "audio":
      // A constant rate: the time that ffmpeg reports is wrong when the source's clock was.
      return Math.round(((found.soundBytes ?? 0) * 8000) / plan.audio.bitRate);
    case "gif":
      return Math.round(((report.frames ?? 0) * 1000) / plan.frameRate);
    case "poster":
      return undefined;
  }
}
