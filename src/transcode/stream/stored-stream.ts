import type { StreamSet } from "./stream-set.ts";

/** The stream without captions, as it is kept beside its files: what playlists are written from again. */
export type StoredStream = Omit<StreamSet, "captions">;

/** The file that holds it. */
export const indexFile = "index.json";

/** Media types of a stream's files, by ending. */
export const contentTypes: Readonly<Record<string, string>> = {
  mp4: "video/mp4",
  // RFC 8216, section 10
  m3u8: "application/vnd.apple.mpegurl",
  mpd: "application/dash+xml",
  vtt: "text/vtt; charset=utf-8",
  jpg: "image/jpeg",
  json: "application/json",
};
