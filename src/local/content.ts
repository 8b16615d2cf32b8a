import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { extensionOf, hasMediaExtension } from "../media/keys.ts";
import { hasAudioFrames } from "./audio-frames.ts";
import { sniff, sniffedBytes } from "../probe/sniff.ts";

/** What a file in a folder is, by its first bytes. */
export type Content =
  | { readonly isMedia: true; readonly isPicture: boolean }
  | { readonly isMedia: false; readonly reason: string };

/**
 * Endings of formats that do not begin with a signature, or not with one of their own, beside the list
 * of `media/keys.ts`.
 */
const otherEndings = new Set(
  (
    "mka weba m4b m4r mp1 mp2 m2a mpa ac3 eac3 ec3 dts thd mlp awb vob dv dif qt h264 264 h265 265 hevc avc " +
    "mjpg mjpeg m1v m2v m2p mpv mpe m2t trp tp tod mod f4v divx 3gpp ape wv tta au snd voc rm ra rmvb nut ivf y4m gxf nsv"
  ).split(" "),
);

const pictureEndings = new Set("jpg jpeg png webp gif bmp tif tiff avif heic heif".split(" "));

/** These endings are TypeScript's as well: a text with one of them is a program, not a damaged film. */
const endingsOfTexts = new Set(["ts", "mts"]);

async function headOf(path: string): Promise<Buffer> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  await using file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0);
  return buffer.subarray(0, bytesRead);
}

const media = (isPicture: boolean): Content => ({ isMedia: true, isPicture });
const other = (reason: string): Content => ({ isMedia: false, reason });

/**
 * Judges a file of a folder by its beginning. A file with a media file's ending that is something else
 * counts as media: then the probe says what is wrong with it, and nobody misses it silently.
 */
export function contentOf(head: Buffer, name: string): Content {
  const extension = extensionOf(name) ?? "";
  const isNamedMedia = hasMediaExtension(name);
  const asNamed = media(pictureEndings.has(extension));
  if (head.length === 0) return isNamedMedia ? asNamed : other("empty");
  const found = sniff(head);
  switch (found.kind) {
    case "picture":
      return media(true);
    case "container":
      return media(found.name === "GIF");
    case "unknown":
      return isNamedAsMedia(name) || hasAudioFrames(head) ? asNamed : other("not a media file");
    case "refused":
      if (found.name.startsWith("a HEIC picture")) return media(true);
      return isNamedMedia && !endingsOfTexts.has(extension)
        ? asNamed
        : other(found.name === "text" ? "not a media file" : found.name);
  }
}

/** Whether a file's name says that it is media. */
export function isNamedAsMedia(path: string): boolean {
  return hasMediaExtension(path) || otherEndings.has(extensionOf(path) ?? "");
}

/** The same as `contentOf` for a file on the disk. One that cannot be read counts as media if its name says so: taking it in will report why. */
export async function contentOfFile(path: string): Promise<Content> {
  const head = await headOf(path).catch(() => undefined);
  if (head !== undefined) return contentOf(head, path);
  return isNamedAsMedia(path) ? media(false) : other("cannot be read");
}
