import type { TrackFacts } from "../media/tracks.ts";
import { known, numberOf, positiveOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import type { Loudness } from "./listen.ts";
import { hasFlag, languageOf, titleOf } from "./streams.ts";

export const indexOf = (stream: Json): number => numberOf(stream, "index") ?? 0;

/** Below both, a track has nothing that anybody could hear: −60 dB on average, −50 dB at its loudest. */
const silence = { levelDb: -60, peakDb: -50 };

/** Whether a track was listened to and nothing was heard. */
export function isSilent(
  stream: Json,
  loudness: ReadonlyMap<number, Loudness> | undefined,
): boolean {
  const heard = loudness?.get(indexOf(stream));
  if (heard === undefined) return false;
  const { levelsDb, peaksDb } = heard;
  return (
    Math.max(...levelsDb, -Infinity) < silence.levelDb &&
    Math.max(...peaksDb, -Infinity) < silence.peakDb
  );
}

const flag = (is: boolean): true | undefined => (is ? true : undefined);
/** The longest tag of a language (RFC 5646, 4.4.1) that is kept. */
const longestLanguage = 35;
/** So many tracks of a kind are listed: broadcasts have dozens, hostile files thousands. */
const mostOfKind = 100;

/** The tracks of one kind, numbered as people choose them. */
export function tracksOf(
  kind: TrackFacts["kind"],
  streams: readonly Json[],
  used?: Json,
  loudness?: ReadonlyMap<number, Loudness>,
): TrackFacts[] {
  return streams.slice(0, mostOfKind).map((stream, index) =>
    known({
      kind,
      number: index + 1,
      streamIndex: indexOf(stream),
      codec: textOf(stream, "codec_name"),
      language: languageOf(stream)?.slice(0, longestLanguage),
      title: titleOf(stream),
      width: kind === "video" ? positiveOf(stream, "width") : undefined,
      height: kind === "video" ? positiveOf(stream, "height") : undefined,
      channels: kind === "audio" ? positiveOf(stream, "channels") : undefined,
      isDefault: flag(hasFlag(stream, "default")),
      isForced: flag(hasFlag(stream, "forced")),
      isSilent: flag(kind === "audio" && isSilent(stream, loudness)),
      isUsed: flag(stream === used),
    }),
  );
}
