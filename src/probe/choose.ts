import { isText, wantedTracks, type TrackChoice, type TrackFacts } from "../media/tracks.ts";
import { soundRefusal } from "./budget.ts";
import { positiveOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import type { Loudness } from "./listen.ts";
import type { Measure } from "./measure.ts";
import type { Turn } from "./picture.ts";
import { indexOf, isSilent, tracksOf } from "./track-list.ts";
import { hasFlag, languageOf, streamDurationMs, titleOf } from "./streams.ts";

/** What was found out besides ffprobe's report; absent where nobody looked. */
export interface Evidence {
  /** How the file says that its picture is to be turned, where ffprobe does not see it. */
  readonly turn?: Turn | undefined;
  readonly measure?: Measure | undefined;
  readonly loudness?: ReadonlyMap<number, Loudness> | undefined;
}

/** The streams of a file, by use. */
export interface Streams {
  readonly video?: Json;
  readonly audio?: Json;
  readonly coverArt?: Json;
  /** All sound tracks that can be used. */
  readonly heard: readonly Json[];
  /** Video that would be shown if its codec or size were known. */
  readonly unreadable: readonly Json[];
  /** Sound whose rate or channels no recording has. */
  readonly unheard: readonly Json[];
  /** All that people can choose among, and the subtitles. */
  readonly tracks: readonly TrackFacts[];
  readonly warnings: readonly string[];
}

/** Codecs of still pictures that occur inside containers. */
export const stillCodecs = new Set([
  "png",
  "mjpeg",
  "bmp",
  "tiff",
  "webp",
  "gif",
  "ljpeg",
  "jpegls",
]);

/** Whether a stream shows pictures of its own, not a recording's cover or a preview. */
function isShown(stream: Json): boolean {
  return !hasFlag(stream, "attached_pic") && !hasFlag(stream, "timed_thumbnails");
}

function isReadable(stream: Json): boolean {
  return (
    textOf(stream, "codec_name") !== undefined &&
    positiveOf(stream, "width") !== undefined &&
    positiveOf(stream, "height") !== undefined
  );
}

function isHeard(stream: Json): boolean {
  const isStated = ["sample_rate", "channels"].every(
    (key) => positiveOf(stream, key) !== undefined,
  );
  return (
    textOf(stream, "codec_name") !== undefined && isStated && soundRefusal(stream) === undefined
  );
}

/** The streams of a kind that a choice is made among. */
export function candidates(all: readonly Json[]): { shown: Json[]; heard: Json[] } {
  const ofType = (type: string): Json[] => all.filter((one) => textOf(one, "codec_type") === type);
  return {
    shown: ofType("video").filter((one) => isShown(one) && isReadable(one)),
    heard: ofType("audio").filter(isHeard),
  };
}

/** The part of a list that fulfils a wish, or all of it when none does. */
function narrowed(list: readonly Json[], wish: (stream: Json) => boolean): readonly Json[] {
  const left = list.filter(wish);
  return left.length > 0 ? left : list;
}

/** Of equals the one marked as default, else the first: as players choose. */
function preferred(streams: readonly Json[]): Json | undefined {
  return streams.find((stream) => hasFlag(stream, "default")) ?? streams[0];
}

const areaOf = (stream: Json): number =>
  (positiveOf(stream, "width") ?? 0) * (positiveOf(stream, "height") ?? 0);

/** Lengths in ms; unknown counts as long. */
function lengthOf(stream: Json, { measure }: Evidence): number {
  const measured = measure?.streams.get(indexOf(stream));
  if (measured !== undefined) return measured.endMs - measured.startMs;
  return streamDurationMs(stream) ?? Infinity;
}

function isAsLong(stream: Json, all: readonly Json[], evidence: Evidence): boolean {
  const lengths = all.map((one) => lengthOf(one, evidence)).filter(Number.isFinite);
  return lengthOf(stream, evidence) * 2 >= Math.max(0, ...lengths);
}

/**
 * The film among several video streams: more than one picture, as long as the others, no series of
 * stills, and not a preview of less than a third of the others' size. Only then its flag counts.
 */
function chooseVideo(shown: readonly Json[], evidence: Evidence): Json | undefined {
  const frames = (one: Json): number =>
    positiveOf(one, "nb_frames") ?? evidence.measure?.streams.get(indexOf(one))?.packets ?? 2;
  let left = narrowed(shown, (one) => frames(one) > 1 && !hasFlag(one, "still_image"));
  left = narrowed(left, (one) => isAsLong(one, shown, evidence));
  left = narrowed(left, (one) => !stillCodecs.has(textOf(one, "codec_name") ?? ""));
  const largest = Math.max(0, ...left.map(areaOf));
  return preferred(narrowed(left, (one) => areaOf(one) * 3 > largest));
}

/** The sound among several tracks: not silent, no comment or description, as long as the others. */
function chooseAudio(heard: readonly Json[], evidence: Evidence): Json | undefined {
  let left = narrowed(heard, (one) => !isSilent(one, evidence.loudness));
  left = narrowed(left, (one) => !hasFlag(one, "comment") && !hasFlag(one, "visual_impaired"));
  return preferred(narrowed(left, (one) => isAsLong(one, heard, evidence)));
}

/** The part of some streams that people want. @throws MediaError `no_such_track` */
function wantedOf(
  kind: "video" | "audio",
  streams: readonly Json[],
  wish: number | string | undefined,
): readonly Json[] {
  if (wish === undefined) return streams;
  const numbers = new Set(
    wantedTracks(kind, wish, tracksOf(kind, streams)).map((one) => one.number),
  );
  return streams.filter((_, index) => numbers.has(index + 1));
}

/**
 * Chooses the picture and the sound that are used: those that people want, else by what is in them.
 * @throws MediaError `no_such_track` when there is none that people want
 */
export function chooseStreams(
  all: readonly Json[],
  evidence: Evidence = {},
  { videoTrack, audioTrack }: TrackChoice = {},
): Streams {
  const { shown, heard } = candidates(all);
  const ofType = (type: string): Json[] => all.filter((one) => textOf(one, "codec_type") === type);
  const [videos, audios] = [ofType("video"), ofType("audio")];
  const video = chooseVideo(wantedOf("video", shown, videoTrack), evidence);
  const audio = chooseAudio(wantedOf("audio", heard, audioTrack), evidence);
  const coverArt = videos.find((one) => hasFlag(one, "attached_pic") && isReadable(one));
  const unreadable = videos.filter((one) => isShown(one) && !isReadable(one));
  const unheard = audios.filter((one) => soundRefusal(one) !== undefined);
  const subtitles = tracksOf("subtitle", ofType("subtitle"));
  const warnings = [
    ...(unreadable.length > 0 ? ["a video stream that cannot be read is left out"] : []),
    ...(audios.length > heard.length ? ["a sound track that cannot be read is left out"] : []),
    ...pictureNote(subtitles),
    ...choiceNote("video streams", shown, video, sizeOf),
    ...choiceNote("sound tracks", heard, audio, (one) => soundOf(one, evidence)),
  ];
  return {
    ...(video === undefined ? {} : { video }),
    ...(audio === undefined ? {} : { audio }),
    ...(coverArt === undefined ? {} : { coverArt }),
    heard,
    unreadable,
    unheard,
    tracks: [
      ...tracksOf("video", shown, video),
      ...tracksOf("audio", heard, audio, evidence.loudness),
      ...subtitles,
    ],
    warnings,
  };
}

/** What is said of subtitles that have no text. */
function pictureNote(subtitles: readonly TrackFacts[]): string[] {
  const pictures = subtitles.filter((one) => !isText(one)).map(({ number }) => number);
  if (pictures.length === 0) return [];
  return [
    `subtitles that are pictures cannot be kept as text: number ${pictures.slice(0, 20).join(", ")}`,
  ];
}

const sizeOf = (stream: Json): string =>
  `${positiveOf(stream, "width")}×${positiveOf(stream, "height")}`;

function soundOf(stream: Json, evidence: Evidence): string {
  const what = [
    languageOf(stream),
    titleOf(stream),
    isSilent(stream, evidence.loudness) ? "silent" : "",
  ];
  return what.filter((one) => one !== undefined && one !== "").join(", ");
}

/** What was chosen and what was left: `it has 2 sound tracks; number 2 (deu) is used, not number 1 (silent)`. */
function choiceNote(
  kind: string,
  all: readonly Json[],
  chosen: Json | undefined,
  describe: (stream: Json) => string,
): string[] {
  if (chosen === undefined || all.length < 2) return [];
  const name = (stream: Json): string => {
    const what = describe(stream);
    return `number ${all.indexOf(stream) + 1}${what === "" ? "" : ` (${what})`}`;
  };
  const others = all.filter((one) => one !== chosen).map(name);
  return [`it has ${all.length} ${kind}; ${name(chosen)} is used, not ${others.join(", ")}`];
}

/** Whether a track's channels have no known places: more than two, and no word of where they belong. */
export function isDiscrete(stream: Json): boolean {
  return (
    (positiveOf(stream, "channels") ?? 0) > 2 && textOf(stream, "channel_layout") === undefined
  );
}

/** The factor by which channels without known places are added up, so that the sum does not clip. */
export function mixGainOf(stream: Json, { loudness }: Evidence): number {
  const channels = positiveOf(stream, "channels") ?? 1;
  const peaks = loudness?.get(indexOf(stream))?.peaksDb ?? [];
  const sum = peaks.reduce((total, db) => total + 10 ** (db / 20), 0);
  return sum > 0 ? Math.min(1, Math.floor(9800 / sum) / 10_000) : 1 / channels;
}

/** Whether ffprobe's report has too little to choose by, for want of a count or a length. */
export function lacksLengths(all: readonly Json[]): boolean {
  const { shown } = candidates(all);
  if (shown.length === 1) return streamDurationMs(shown[0] ?? {}) === undefined;
  return shown.some(
    (one) => positiveOf(one, "nb_frames") === undefined || streamDurationMs(one) === undefined,
  );
}

/** The tracks that must be listened to: all of several, and one whose channels are to be added up. */
export function unknownSounds(all: readonly Json[]): number[] {
  const { heard } = candidates(all);
  return heard.length > 1 || heard.some(isDiscrete) ? heard.map(indexOf) : [];
}
