import { MediaError } from "../media/errors.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { TrackChoice } from "../media/tracks.ts";
import type { Limits } from "../media/limits.ts";
import type { Report } from "./ffprobe.ts";
import { chooseStreams, isDiscrete, mixGainOf, stillCodecs } from "./choose.ts";
import type { Evidence, Streams } from "./choose.ts";
import { memoryRefusal, profileRefusal, soundRefusal } from "./budget.ts";
import { known, listOf, millisecondsOf, numberOf, objectOf, positiveOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import { pixelRefusal, refusedPixels } from "./pixels.ts";
import type { Sniffed } from "./sniff.ts";
import { indexOf } from "./track-list.ts";
import { audioFacts, coverArtFacts, videoFacts } from "./streams.ts";

/** One picture in a container: a GIF with one frame, a PNG in an MP4. */
function isStill(video: Json, streams: Streams): boolean {
  if (streams.audio !== undefined || !stillCodecs.has(textOf(video, "codec_name") ?? ""))
    return false;
  return numberOf(video, "nb_frames") === 1;
}

/** The error for a file without a usable picture or sound. */
function refuseEmpty(
  report: Report,
  streams: Streams,
  { limits, sniffed }: { limits: Limits; sniffed: Sniffed },
): never {
  const details = { stderr: report.messages.join("\n") };
  const tooLarge = refusedPixels(details.stderr, limits, sniffed.kind === "picture");
  if (tooLarge !== undefined) throw tooLarge;
  const unheard = streams.unheard.map(soundRefusal).find((error) => error !== undefined);
  if (unheard !== undefined) throw unheard;
  const codec = streams.unreadable.map((one) => textOf(one, "codec_tag_string")).at(0);
  if (streams.unreadable.some((one) => textOf(one, "codec_name") === undefined))
    throw new MediaError("unsupported_media", `its video codec ${codec} is not known`, { details });
  const unsupported = /\b(?:not supported|unsupported|not implemented)\b/i.test(details.stderr);
  if (streams.unreadable.length > 0 && unsupported)
    throw new MediaError("unsupported_media", "this ffmpeg cannot read its pictures", { details });
  if (streams.unreadable.length > 0)
    throw new MediaError("damaged_media", "its pictures cannot be read", { details });
  throw new MediaError("unsupported_media", "there is no video, sound or picture in it");
}

/** Decoders report what they could not decode; nothing else is reported at this level. */
function damageOf(report: Report): string[] {
  const broken = report.messages.some((line) => line.includes("[error]"));
  return broken ? ["the picture is damaged; what can be read of it is used"] : [];
}

/**
 * Turns ffprobe's report into facts. Unknown lengths are absent.
 * @throws MediaError `limit_pixels`, `damaged_media` or `unsupported_media` when there is no
 * picture or sound that can be used, `no_such_track` when there is none that people want.
 */
export function readFacts(
  report: Report,
  sniffed: Sniffed,
  limits: Limits,
  evidence: Evidence = {},
  choice: TrackChoice = {},
): MediaFacts {
  const format = objectOf(report.json, "format");
  // A picture has nothing to choose among.
  const wanted = sniffed.kind === "picture" ? {} : choice;
  const streams = chooseStreams(listOf(report.json, "streams"), evidence, wanted);
  const { video, audio, coverArt, heard: tracks } = streams;
  if (video === undefined && audio === undefined) refuseEmpty(report, streams, { limits, sniffed });
  const isImage = video !== undefined && (sniffed.kind === "picture" || isStill(video, streams));
  const index = video === undefined ? undefined : numberOf(video, "index");
  const frames = listOf(report.json, "frames");
  const frame = frames.find((one) => numberOf(one, "stream_index") === index);
  const profile = profileRefusal(frames);
  if (profile !== undefined) throw profile;
  if (sniffed.kind === "picture" && frame === undefined)
    throw (
      memoryRefusal(report.messages.join("\n"), limits) ??
      new MediaError("damaged_media", `there is no whole picture in this ${sniffed.name} file`, {
        details: { stderr: report.messages.join("\n") },
      })
    );
  const measured = (one: Json) => evidence.measure?.streams.get(indexOf(one));
  const shown =
    video === undefined
      ? undefined
      : videoFacts(video, frame, isImage, { measured: measured(video), turn: evidence.turn });
  const heard =
    audio === undefined || isImage
      ? undefined
      : audioFacts(audio, {
          measured: measured(audio),
          fileStart: numberOf(format, "start_time"),
          withPicture: shown !== undefined,
          mixGain: isDiscrete(audio) ? mixGainOf(audio, evidence) : undefined,
        });
  const { width = 0, height = 0 } = shown?.video ?? {};
  const tooLarge = pixelRefusal(width, height, limits, isImage);
  if (tooLarge !== undefined) throw tooLarge;
  const lengths = [shown?.video.durationMs, heard?.durationMs].filter((one) => one !== undefined);
  const longest = lengths.length > 0 ? Math.max(...lengths) : undefined;
  return known({
    type: isImage
      ? ("image" as const)
      : shown === undefined
        ? ("audio" as const)
        : ("video" as const),
    container: textOf(format, "format_name") ?? "",
    containerLongName: textOf(format, "format_long_name") ?? "",
    durationMs: isImage
      ? undefined
      : (evidence.measure?.durationMs ?? millisecondsOf(format, "duration") ?? longest),
    bitRate: isImage ? undefined : positiveOf(format, "bit_rate"),
    video: shown?.video,
    audio: heard,
    audioTracks: isImage ? 0 : tracks.length,
    tracks: isImage ? undefined : streams.tracks,
    coverArt: coverArt === undefined ? undefined : coverArtFacts(coverArt),
    warnings: [
      ...streams.warnings,
      ...(shown?.warnings ?? []),
      ...(sniffed.kind === "picture" ? damageOf(report) : []),
    ],
  });
}
