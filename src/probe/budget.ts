import { lackedMemory } from "../sandbox/endings.ts";
import { MediaError } from "../media/errors.ts";
import type { MediaFacts, Ratio } from "../media/facts.ts";
import type { Limits } from "../media/limits.ts";
import { listOf, numberOf, positiveOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";

/**
 * What a file may ask for. A few bytes can name figures that take days and gigabytes to work off; these
 * rules refuse them by what the probe found, before anything is decoded at length.
 */

const figure = (value: number): string => value.toLocaleString("en", { maximumFractionDigits: 0 });

/** Sound outside of these rates is not for ears. */
const sampleRatesHz = { least: 1000, most: 768_000 };

/** ffmpeg handles no more. */
const mostChannels = 64;
/** Channels that do not say where they belong: field recorders and stage boxes have up to 32. */
const mostDiscreteChannels = 32;

/** Why a sound track cannot be used: for its sample rate, or for its channels. */
export function soundRefusal(stream: Json): MediaError | undefined {
  const rate = positiveOf(stream, "sample_rate");
  if (rate !== undefined && (rate < sampleRatesHz.least || rate > sampleRatesHz.most)) {
    const range = `${figure(sampleRatesHz.least)} to ${figure(sampleRatesHz.most)}`;
    return new MediaError("limit_rate", `its sound has ${figure(rate)} Hz; the limit is ${range}`);
  }
  const channels = positiveOf(stream, "channels") ?? 0;
  const isKnown = textOf(stream, "channel_layout") !== undefined;
  if (channels <= (isKnown ? mostChannels : mostDiscreteChannels)) return undefined;
  const message = `its sound has ${figure(channels)} channels, and does not say what for`;
  return new MediaError("limit_channels", message);
}

/** The largest colour profile that a JPEG can carry, 255 pieces of 64 KiB. */
const largestProfileBytes = 16 * 1024 ** 2;

/** The refusal of a picture that unfolds something huge beside its pixels, such as a colour profile. */
export function profileRefusal(frames: readonly Json[]): MediaError | undefined {
  const sizes = frames.flatMap((frame) =>
    listOf(frame, "side_data_list").map((data) => numberOf(data, "size") ?? 0),
  );
  const largest = Math.max(0, ...sizes);
  if (largest <= largestProfileBytes) return undefined;
  const message = `it carries a colour profile of ${figure(largest / 1024 ** 2)} MiB`;
  return new MediaError("limit_memory", message, {
    remedy: "Save it again without its colour profile.",
  });
}

/** ffmpeg's own bound on the number of streams. */
export function streamsRefusal(stderr: string): MediaError | undefined {
  const most = /Number of streams exceeds max_streams parameter \((\d+)\)/.exec(stderr)?.[1];
  return most === undefined
    ? undefined
    : new MediaError("limit_streams", `it has more than ${figure(Number(most))} streams`);
}

/** The refusal of a file whose probe ended for want of memory, although ffprobe left with 0. */
export function memoryRefusal(stderr: string, limits: Limits): MediaError | undefined {
  if (!lackedMemory(stderr)) return undefined;
  const message = `its probe needed more than ${figure(limits.memoryBytes / 1024 ** 2)} MiB of memory`;
  return new MediaError("limit_memory", message);
}

/** Pixels of all frames that any file may have: half a minute of 1080p. */
const freePixels = 1e9;
/** A frame costs something however small it is. */
const leastFramePixels = 4096;

const perSecond = (rate: Ratio | undefined): number | undefined =>
  rate === undefined ? undefined : rate.num / rate.den;

/** How many frames the shown stream has: as its index counts them, else by its rate and length. */
function frameCount(stream: Json, { video, durationMs }: MediaFacts): number {
  const counted = positiveOf(stream, "nb_frames");
  if (counted !== undefined) return counted;
  const rate = perSecond(video?.averageFrameRate) ?? perSecond(video?.frameRate) ?? 0;
  return ((video?.durationMs ?? durationMs ?? 0) / 1000) * rate;
}

/**
 * The refusal of a film or animation with far more pixels than a file of its size can show. A still
 * lecture in 4K, the most that a real encoder saves, is below 400,000 pixels a byte.
 * @param streams of ffprobe's report
 */
export function workRefusal(
  streams: readonly Json[],
  facts: MediaFacts,
  sizeBytes: number,
  { maxPixelsPerByte }: Pick<Limits, "maxPixelsPerByte">,
): MediaError | undefined {
  const { video } = facts;
  if (video === undefined || facts.type === "image") return undefined;
  const stream = streams.find((one) => numberOf(one, "index") === video.streamIndex) ?? {};
  const frames = frameCount(stream, facts);
  const pixels = frames * Math.max(leastFramePixels, video.width * video.height);
  if (pixels <= freePixels + maxPixelsPerByte * sizeBytes) return undefined;
  const message =
    `its ${figure(frames)} frames of ${video.width}×${video.height} are far more ` +
    `than ${figure(sizeBytes)} bytes can show`;
  return new MediaError("limit_work", message);
}
