import { extensionOf } from "./keys.ts";

const contentTypes: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  mov: "video/quicktime",
  webm: "video/webm",
  mkv: "video/x-matroska",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
  gif: "image/gif",
};

/** What a name's ending says; what a media really is, its bytes say. */
export function contentTypeOf(name: string): string {
  return contentTypes[extensionOf(name) ?? ""] ?? "application/octet-stream";
}
