import { MediaError } from "./errors.ts";

/** The kinds of track that people choose among. */
export type ChosenKind = "video" | "audio";

/** One track of a file, as people choose it. Unknown is absent. */
export interface TrackFacts {
  readonly kind: ChosenKind | "subtitle";
  /** From 1, among the tracks of its kind that can be used. */
  readonly number: number;
  /** Index among all streams of the file. */
  readonly streamIndex: number;
  readonly codec?: string;
  /** BCP 47 or ISO 639 tag, as the file says. */
  readonly language?: string;
  readonly title?: string;
  readonly width?: number;
  readonly height?: number;
  readonly channels?: number;
  /** What the file says of it. */
  readonly isDefault?: true;
  readonly isForced?: true;
  /** It was listened to, and nothing was heard. */
  readonly isSilent?: true;
  /** The renditions and the transcript are made of it. */
  readonly isUsed?: true;
}

/** Subtitles that are pictures: there is no text to convert. */
const pictureSubtitles = new Set([
  "dvb_subtitle",
  "dvd_subtitle",
  "hdmv_pgs_subtitle",
  "xsub",
  "dvb_teletext",
]);
/** So many subtitle tracks of a file are kept. */
const mostSubtitles = 40;

/** Whether a subtitle track consists of text. */
export const isText = ({ kind, codec }: TrackFacts): boolean =>
  kind === "subtitle" && codec !== undefined && !pictureSubtitles.has(codec);

/** The subtitle tracks that are kept as captions. */
export const keptSubtitles = (tracks: readonly TrackFacts[] = []): readonly TrackFacts[] =>
  tracks.filter(isText).slice(0, mostSubtitles);

/** Which tracks people want. Absent: the choice is made by what is in them. */
export interface TrackChoice {
  /** Number of a video track, from 1. */
  readonly videoTrack?: number;
  /** Number of a sound track, from 1, or its language: `2`, `de`, `deu`, `de-AT`. */
  readonly audioTrack?: number | string;
}

/** A tag in its canonical form: `ger` and `deu` are `de`. Undefined for what is no tag. */
function canonical(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag.replaceAll("_", "-"));
  } catch {
    return undefined;
  }
}

/** Tags of ISO 639-2 that name no language that is spoken: undetermined, several, none, without a code. */
const noLanguage = new Set(["und", "mul", "zxx", "mis"]);

/**
 * The language that the file says is spoken in the sound that is used, in canonical form: `de` for `ger`.
 * Undefined where nothing is said, or the tracks that are used together say different languages.
 */
export function taggedLanguage(tracks: readonly TrackFacts[] = []): string | undefined {
  const used = tracks.filter(({ kind, isUsed }) => kind === "audio" && isUsed === true);
  const tags = used.map(({ language }) => language && canonical(language)?.toString());
  const [tag] = tags;
  if (!tag || tags.some((one) => one !== tag)) return undefined;
  return noLanguage.has(tag.split("-")[0] ?? "") ? undefined : tag;
}

/** Whether a track in one language is meant by another tag: the whole tag, or its language alone. */
function languageMatch(track: TrackFacts, wanted: Intl.Locale): "whole" | "language" | undefined {
  const own = track.language === undefined ? undefined : canonical(track.language);
  if (own === undefined || own.language !== wanted.language) return undefined;
  return own.toString() === wanted.toString() ? "whole" : "language";
}

/** `number 2 (deu, "Commentary")`. */
export function trackText(track: TrackFacts): string {
  const { language, title, codec, width, height, channels, isSilent } = track;
  const what = [
    language,
    title === undefined || title === "" ? undefined : JSON.stringify(title),
    codec,
    width === undefined ? undefined : `${width}×${height}`,
    channels === undefined ? undefined : `${channels} channel${channels === 1 ? "" : "s"}`,
    isSilent === true ? "silent" : undefined,
  ].filter((one) => one !== undefined);
  return `number ${track.number}${what.length === 0 ? "" : ` (${what.join(", ")})`}`;
}

const named: Readonly<Record<ChosenKind, { one: string; option: string }>> = {
  video: { one: "video track", option: "--video-track" },
  audio: { one: "sound track", option: "--audio-track" },
};
/** So many tracks are listed in an error. */
const mostListed = 20;

/**
 * The tracks that a wish means: one by its number, all of a language.
 * @param tracks of that kind
 * @throws MediaError `no_such_track`, which lists the tracks that there are
 */
export function wantedTracks(
  kind: ChosenKind,
  wish: number | string,
  tracks: readonly TrackFacts[],
): readonly TrackFacts[] {
  const wanted = typeof wish === "string" ? canonical(wish) : undefined;
  const found =
    typeof wish === "number"
      ? tracks.filter(({ number }) => number === wish)
      : tracks.filter((one) => wanted !== undefined && languageMatch(one, wanted));
  const whole = found.filter((one) => wanted && languageMatch(one, wanted) === "whole");
  if (found.length > 0) return whole.length > 0 ? whole : found;
  const { one, option } = named[kind];
  const wishText =
    typeof wish === "number" ? `${one} ${wish}` : `${one} in ${JSON.stringify(wish)}`;
  const list = tracks.slice(0, mostListed).map(trackText).join(", ");
  const message = `it has no ${wishText}; there is ${list === "" ? `no ${one}` : list}`;
  const remedy =
    tracks.length === 0
      ? `Leave out ${option}.`
      : `Give ${option} one of these numbers${kind === "audio" ? " or languages" : ""}, or \`auto\`.`;
  throw new MediaError("no_such_track", message, { remedy });
}

/** @throws MediaError `no_such_track` when a choice does not fit a file whose tracks are known */
export function checkChoice(
  { videoTrack, audioTrack }: TrackChoice,
  tracks: readonly TrackFacts[] | undefined,
): void {
  const ofKind = (kind: ChosenKind) => tracks?.filter((track) => track.kind === kind) ?? [];
  if (tracks === undefined) return;
  if (videoTrack !== undefined) wantedTracks("video", videoTrack, ofKind("video"));
  if (audioTrack !== undefined) wantedTracks("audio", audioTrack, ofKind("audio"));
}
