import { createHash } from "node:crypto";
import { MediaError } from "./errors.ts";

/**
 * The endings of media files in keys. The list is frozen: output keys depend on it, so a new ending
 * would move the outputs of media files that are already stored.
 */
export const mediaExtensions: readonly string[] = Object.freeze(
  (
    "mp4 m4v mov mkv webm avi flv wmv asf ts m2ts mts mpg mpeg 3gp 3g2 ogv mxf " +
    "mp3 wav flac ogg oga opus m4a aac amr aiff aif caf wma w64 " +
    "jpg jpeg png webp gif bmp tif tiff avif heic heif"
  ).split(" "),
);

const endings = new Set(mediaExtensions);

/** The extension of a key or path, lower case, without the dot; undefined when there is none. */
export function extensionOf(key: string): string | undefined {
  const dot = key.lastIndexOf(".");
  return dot > key.lastIndexOf("/") ? key.slice(dot + 1).toLowerCase() : undefined;
}

/** Whether a key has the ending of a media file, in any case. */
export function hasMediaExtension(key: string): boolean {
  return endings.has(extensionOf(key) ?? "");
}

/**
 * NAME, from which output keys are made. No two keys share one (a property test tries).
 * `talk.mp4` → `talk`; `talk.mov` → `talk.mov`; `talk` → `talk.media`.
 */
export function stemOf(key: string): string {
  if (key.endsWith(".mp4")) {
    const stem = key.slice(0, -".mp4".length);
    if (!hasMediaExtension(stem) && !stem.endsWith(".media")) return stem;
  }
  return hasMediaExtension(key) ? key : `${key}.media`;
}

/**
 * The ways in which a name may be spelled that look the same: as it is, composed (NFC) and decomposed (NFD,
 * as macOS writes it). A name that is typed in one finds what is called so in another.
 */
export function spellingsOf(name: string): string[] {
  return [...new Set([name, name.normalize("NFC"), name.normalize("NFD")])];
}

/** The kinds of output, and the ending of each one's keys. */
const outputEndings = {
  web: "mp4",
  phone: "mp4",
  audio: "mp3",
  gif: "gif",
  poster: "jpg",
  transcribe: "json",
  "captions-vtt": "vtt",
  "captions-srt": "srt",
  labels: "json",
  stream: "m3u8",
} as const;

export type OutputKind = keyof typeof outputEndings;

export const outputKinds = Object.keys(outputEndings) as readonly OutputKind[];

const folderOf = (kind: OutputKind): string => kind.split("-")[0] ?? kind;

/** The folders below `output/` that outputs lie in: `web`, `captions` … */
export const outputFolders: ReadonlySet<string> = new Set([
  ...outputKinds.map(folderOf),
  "subtitles",
]);

/**
 * The key of an output in the outputs bucket: `a/talk.mp4` → `output/web/a/talk.mp4`. A stream has many files; its
 * key is that of the one that players open: `output/stream/a/talk/master.m3u8`.
 */
export function outputKey(kind: OutputKind, sourceKey: string): string {
  if (kind === "stream") return streamKey(sourceKey, "master.m3u8");
  return `output/${folderOf(kind)}/${stemOf(sourceKey)}.${outputEndings[kind]}`;
}

/**
 * The key at which a transcript is kept that another has replaced. The last segment is its version, so no two
 * sources share one.
 */
export function earlierTranscriptKey(sourceKey: string, version: string): string {
  return `output/transcribe-earlier/${stemOf(sourceKey)}/${version}.json`;
}

/** Whether that is the key of an earlier transcript of a source. */
export const isEarlierTranscript = (key: string, sourceKey: string): boolean =>
  key.startsWith(earlierTranscriptKey(sourceKey, "").slice(0, -".json".length));

/** The formats in which the subtitles of a file are kept. */
export const subtitleFormats = ["vtt", "srt"] as const;

/**
 * The key of a subtitle track that is in the file: `a/talk.mkv`, track 2 in German →
 * `output/subtitles/a/talk.mkv.2.de.vtt`. The last three parts have no dots, so no two sources share one.
 */
export function subtitleKey(
  sourceKey: string,
  { number, language = "" }: { readonly number: number; readonly language?: string },
  format: (typeof subtitleFormats)[number],
): string {
  const tag = language.toLowerCase();
  const shown = /^[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,3}$/.test(tag) ? tag : "und";
  return `output/subtitles/${stemOf(sourceKey)}.${number}.${shown}.${format}`;
}

const subtitleForm = /^output\/subtitles\/(.+)(\.\d{1,3}\.[a-z][a-z0-9-]*\.(?:vtt|srt))$/s;

/** Whether that is the key of a subtitle track of a source. */
export const isSubtitle = (key: string, sourceKey: string): boolean =>
  subtitleForm.exec(key)?.[1] === stemOf(sourceKey);

/** The source keys whose subtitles may have this key. */
export function sourcesOfSubtitle(key: string): string[] {
  const stem = subtitleForm.exec(key)?.[1];
  return stem === undefined ? [] : sourcesOfStem(stem);
}

/** The key of a file of an adaptive stream. The last segment is the file, so no two sources share one. */
export function streamKey(sourceKey: string, file: string): string {
  return `output/stream/${stemOf(sourceKey)}/${file}`;
}

/** Which file of a source's stream has this key: `video-720.mp4`; undefined when none has. */
export function streamFileOf(key: string, sourceKey: string): string | undefined {
  const folder = streamKey(sourceKey, "");
  const file = key.startsWith(folder) ? key.slice(folder.length) : "";
  return file === "" || file.includes("/") ? undefined : file;
}

/** Whether a file has a name as files of a stream have. Other media files' streams lie in folders beside them. */
export const isStreamFile = (file: string): boolean =>
  /^(?:master\.m3u8|manifest\.mpd|index\.json|storyboard\.(?:jpg|vtt)|(?:video-\d+(?:-iframes)?|audio|captions-[\w-]+)\.(?:mp4|m3u8|vtt))$/.test(
    file,
  );

/** Whether an output is one that people ask for, and not a part of one: a stream's parts are found by its playlists. */
export const isOwnOutput = (key: string): boolean =>
  !key.startsWith("output/stream/") || key.endsWith("/master.m3u8");

/** Which output of a source has this key, also as one of its parts; undefined when none has. */
export function outputKindOf(key: string, sourceKey: string): OutputKind | undefined {
  if (streamFileOf(key, sourceKey) !== undefined) return "stream";
  return outputKinds.find((kind) => outputKey(kind, sourceKey) === key);
}

/** The source keys that may have this NAME. */
function sourcesOfStem(stem: string): string[] {
  const names = [`${stem}.mp4`, stem, stem.replace(/\.media$/, "")];
  return [...new Set(names)].filter((name) => name !== "" && stemOf(name) === stem);
}

/** The source keys whose earlier transcript may have this key. */
export function sourcesOfEarlier(key: string): string[] {
  const [, stem, version = ""] =
    /^output\/transcribe-earlier\/(.+)\/([^/]+)\.json$/s.exec(key) ?? [];
  if (stem === undefined) return [];
  return sourcesOfStem(stem).filter((name) => earlierTranscriptKey(name, version) === key);
}

/** The source keys that an output or a part of one with this key may belong to, and which output of each: at most three. */
export function sourcesOf(key: string): { readonly name: string; readonly kind: OutputKind }[] {
  const [, streamStem = ""] = /^output\/stream\/(.+)\/[^/]+$/s.exec(key) ?? [];
  const streams = (streamStem === "" ? [] : sourcesOfStem(streamStem)).map((name) => ({
    name,
    kind: "stream" as const,
  }));
  const others = outputKinds.flatMap((kind) => {
    if (kind === "stream") return [];
    const [before, after] = [`output/${folderOf(kind)}/`, `.${outputEndings[kind]}`];
    if (!key.startsWith(before) || !key.endsWith(after)) return [];
    return sourcesOfStem(key.slice(before.length, -after.length))
      .filter((name) => outputKey(kind, name) === key)
      .map((name) => ({ name, kind }));
  });
  return [...streams, ...others];
}

/** The key of the same output for the media file `to`; undefined when `key` is no output of `from`. */
export function renamedOutput(key: string, from: string, to: string): string | undefined {
  if (isSubtitle(key, from))
    return `output/subtitles/${stemOf(to)}${subtitleForm.exec(key)?.[2] ?? ""}`;
  const file = streamFileOf(key, from);
  if (file !== undefined) return streamKey(to, file);
  const kind = outputKindOf(key, from);
  return kind === undefined ? undefined : outputKey(kind, to);
}

/** Longest accepted key: S3 allows 1,024 bytes, and an output key is a little longer than its source's. */
const maxKeyBytes = 900;

/** A line break at an end comes from a shell or a file, not from a person, and nobody sees it. */
const controlAtAnEnd = /^[\p{Cc}\p{Zl}\p{Zp}]|[\p{Cc}\p{Zl}\p{Zp}]$/u;

/**
 * Returns the key when it can be stored, shown and written as a path below a folder.
 * @throws MediaError `invalid_name` when it is empty, too long, absolute, not well-formed Unicode,
 * contains NUL, has `.`, `..` or empty segments, or a segment with a control character at an end.
 */
export function checkKey(key: string): string {
  const refuse = (why: string): never => {
    throw new MediaError("invalid_name", `${JSON.stringify(key)} cannot be a name: ${why}`);
  };
  if (key === "") refuse("it is empty");
  if (Buffer.byteLength(key) > maxKeyBytes) refuse(`it is longer than ${maxKeyBytes} bytes`);
  if (!key.isWellFormed()) refuse("it is not valid Unicode");
  if (key.includes("\0")) refuse("it contains NUL");
  for (const segment of key.split("/"))
    if (segment === "" || segment === "." || segment === "..")
      refuse(`it has the path segment ${JSON.stringify(segment)}`);
    else if (controlAtAnEnd.test(segment)) refuse("it begins or ends with a control character");
  return key;
}

/**
 * A job name in the speech services' alphabet, `^[0-9a-zA-Z._-]{1,200}$`, readable and — by the
 * hash at its end — different for different keys and versions.
 */
export function safeJobName(key: string, version: string): string {
  const readable = key
    .normalize("NFKD")
    .replace(/[^0-9a-zA-Z._-]+/g, "_")
    .slice(0, 150);
  const hash = createHash("sha256").update(`${key}\0${version}`).digest("hex").slice(0, 16);
  return `${readable}-${hash}`;
}
