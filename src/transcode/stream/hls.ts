import { framesPerSecond, ratesOf, variantRates } from "./rates.ts";
import type {
  CaptionTrack,
  Fragment,
  FragmentIndex,
  SoundTrack,
  StreamSet,
  VideoRung,
} from "./stream-set.ts";

/** HLS playlists (RFC 8216 and its second edition) as pure functions: the same input gives the same bytes. */

/** The names of playlists: a pure function of what they list. */
export const playlistName = (uri: string): string => `${uri.replace(/\.[^./]*$/, "")}.m3u8`;
export const iframeListName = (uri: string): string =>
  `${uri.replace(/\.[^./]*$/, "")}-iframes.m3u8`;

/** A quoted string cannot hold quotes or line ends (RFC 8216, 4.2). */
const quoted = (text: string): string => `"${text.replaceAll(/["\r\n]/g, "'")}"`;

const attributes = (list: readonly (readonly [string, string | undefined])[]): string =>
  list.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`])).join(",");

const lines = (...parts: readonly (string | readonly string[])[]): string =>
  `${parts.flat().join("\n")}\n`;

const secondsOf = (duration: number, timescale: number): string =>
  (duration / timescale).toFixed(6);

function head({ fragments, timescale }: FragmentIndex): string[] {
  const longest = Math.max(0, ...fragments.map(({ duration }) => duration));
  return [
    "#EXTM3U",
    "#EXT-X-VERSION:7",
    `#EXT-X-TARGETDURATION:${Math.max(1, Math.round(longest / timescale))}`,
    "#EXT-X-MEDIA-SEQUENCE:0",
  ];
}

const map = (uri: string, { initBytes }: FragmentIndex): string =>
  `#EXT-X-MAP:URI=${quoted(uri)},BYTERANGE="${initBytes}@0"`;

function segment(uri: string, timescale: number, one: Fragment, sizeBytes: number): string[] {
  return [
    `#EXTINF:${secondsOf(one.duration, timescale)},`,
    `#EXT-X-BYTERANGE:${sizeBytes}@${one.offset}`,
    uri,
  ];
}

/**
 * The segments of a rung or a sound track.
 * @param isWhole a film that is still being made has no end yet, and may only grow
 */
export function mediaPlaylist(uri: string, index: FragmentIndex, isWhole = true): string {
  const segments = index.fragments.flatMap((one) =>
    segment(uri, index.timescale, one, one.sizeBytes),
  );
  return lines(
    head(index),
    `#EXT-X-PLAYLIST-TYPE:${isWhole ? "VOD" : "EVENT"}`,
    "#EXT-X-INDEPENDENT-SEGMENTS",
    map(uri, index),
    segments,
    isWhole ? ["#EXT-X-ENDLIST"] : [],
  );
}

/** The keyframes of a rung, for winding; undefined where the index does not know them. */
export function iframePlaylist(uri: string, index: FragmentIndex): string | undefined {
  const known = index.fragments.every(({ keyframeBytes }) => keyframeBytes !== undefined);
  if (!known || index.fragments.length === 0) return undefined;
  const segments = index.fragments.flatMap((one) =>
    segment(uri, index.timescale, one, one.keyframeBytes ?? 0),
  );
  return lines(
    head(index),
    "#EXT-X-PLAYLIST-TYPE:VOD",
    "#EXT-X-I-FRAMES-ONLY",
    map(uri, index),
    segments,
    "#EXT-X-ENDLIST",
  );
}

/** The captions of one language, as one segment. */
export function captionPlaylist({ uri }: CaptionTrack, durationMs: number): string {
  const seconds = durationMs / 1000;
  return lines(
    ["#EXTM3U", "#EXT-X-VERSION:7", `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(seconds))}`],
    ["#EXT-X-MEDIA-SEQUENCE:0", "#EXT-X-PLAYLIST-TYPE:VOD"],
    [`#EXTINF:${seconds.toFixed(6)},`, uri, "#EXT-X-ENDLIST"],
  );
}

const yes = (value: boolean): string => (value ? "YES" : "NO");

function soundLine(sound: SoundTrack): string {
  return `#EXT-X-MEDIA:${attributes([
    ["TYPE", "AUDIO"],
    ["GROUP-ID", quoted("audio")],
    ["NAME", quoted(sound.name)],
    ["LANGUAGE", sound.language === undefined ? undefined : quoted(sound.language)],
    ["DEFAULT", yes(sound.isDefault)],
    ["AUTOSELECT", "YES"],
    ["CHANNELS", quoted(String(sound.channels))],
    ["URI", quoted(playlistName(sound.uri))],
  ])}`;
}

function captionLine(caption: CaptionTrack): string {
  return `#EXT-X-MEDIA:${attributes([
    ["TYPE", "SUBTITLES"],
    ["GROUP-ID", quoted("captions")],
    ["NAME", quoted(caption.name)],
    ["LANGUAGE", quoted(caption.language)],
    ["DEFAULT", yes(caption.isDefault)],
    ["AUTOSELECT", "YES"],
    ["FORCED", yes(caption.isForced)],
    ["URI", quoted(playlistName(caption.uri))],
  ])}`;
}

function variant(set: StreamSet, rung: VideoRung | undefined): string[] {
  const { peak, average } = variantRates(rung, set);
  const sounds = [...new Set(set.sounds.map(({ codecs }) => codecs))];
  const codecs = [...(rung === undefined ? [] : [rung.codecs]), ...sounds];
  const [first] = set.sounds;
  const uri = rung?.uri ?? first?.uri ?? "";
  const line = attributes([
    ["BANDWIDTH", String(peak)],
    ["AVERAGE-BANDWIDTH", String(average)],
    ["CODECS", quoted(codecs.join(","))],
    ["RESOLUTION", rung && `${rung.width}x${rung.height}`],
    ["FRAME-RATE", rung && framesPerSecond(rung.frameRate)],
    ["AUDIO", set.sounds.length > 0 ? quoted("audio") : undefined],
    ["SUBTITLES", set.captions.length > 0 ? quoted("captions") : undefined],
  ]);
  return [`#EXT-X-STREAM-INF:${line}`, playlistName(uri)];
}

/** A rung's rates as its keyframes alone have them. */
function iframeVariant(rung: VideoRung): string[] {
  if (iframePlaylist(rung.uri, rung.index) === undefined) return [];
  const fragments = rung.index.fragments.map((one) => {
    return { ...one, sizeBytes: one.keyframeBytes ?? 0 };
  });
  const { peak, average } = ratesOf({ ...rung.index, fragments });
  return [
    `#EXT-X-I-FRAME-STREAM-INF:${attributes([
      ["BANDWIDTH", String(peak)],
      ["AVERAGE-BANDWIDTH", String(average)],
      ["CODECS", quoted(rung.codecs)],
      ["RESOLUTION", `${rung.width}x${rung.height}`],
      ["URI", quoted(iframeListName(rung.uri))],
    ])}`,
  ];
}

/** Names within a group differ (RFC 8216, 4.3.4.1): a second "Voice" becomes "Voice 2". */
function distinctNames<Track extends { readonly name: string }>(tracks: readonly Track[]): Track[] {
  const taken = new Set<string>();
  return tracks.map((track) => {
    let name = track.name;
    for (let count = 2; taken.has(name); count += 1) name = `${track.name} ${count}`;
    taken.add(name);
    return { ...track, name };
  });
}

/**
 * The list of all rungs, sound tracks and captions. The sound alone is a variant of its own, for
 * connections that carry no picture.
 */
export function masterPlaylist(set: StreamSet): string {
  return lines(
    ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"],
    distinctNames(set.sounds).map(soundLine),
    distinctNames(set.captions).map(captionLine),
    set.rungs.flatMap((rung) => variant(set, rung)),
    set.sounds.length > 0 ? variant(set, undefined) : [],
    set.rungs.flatMap(iframeVariant),
  );
}
