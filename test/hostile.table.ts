import type { ErrorCode } from "../src/media/errors.ts";

/** A file that is not taken in, or whose probe fails. */
export interface Bad {
  readonly code: ErrorCode;
  readonly refused?: true;
}

/** A file for which every step succeeds or has nothing to do. */
export interface Good {
  /** The size of the poster, which is never scaled up: the picture's display size. */
  readonly poster?: readonly [width: number, height: number];
  /** The size of the films; absent for sound and pictures. */
  readonly web?: readonly [width: number, height: number];
  readonly durationMs?: number;
  readonly sound?: true;
}

const film = { poster: [640, 360], web: [640, 360], durationMs: 4000, sound: true } as const;
const { sound: _sound, ...silent } = film;

/** The expected results for the good files of the shared folder `hostile`. */
export const good: Readonly<Record<string, Good>> = {
  "a.flac": { sound: true, durationMs: 3000 },
  "a.wav": { sound: true, durationMs: 2000 },
  "attach.mkv": film,
  "bitflip.mp4": film,
  "browser_noduration.webm": film,
  "cover.mp3": { sound: true, durationMs: 5000, poster: [320, 240] },
  "fragmented.mp4": film,
  "hdr10_pq.mp4": { ...silent, durationMs: 2000 },
  "in.gif": { poster: [320, 180], web: [320, 180], durationMs: 2000 },
  "interlaced_sar.ts": { poster: [1280, 720], web: [1280, 720], durationMs: 2080 },
  "multi_audio.mkv": film,
  "no_audio.mp4": silent,
  "no_video.mp4": { sound: true, durationMs: 4000 },
  "odd_641x359_444.mp4": { poster: [640, 358], web: [640, 358], durationMs: 400 },
  "ok_faststart.mp4": film,
  "old.flv": { ...film, durationMs: 2000 },
  "one_frame.mp4": { poster: [320, 240], web: [320, 240], durationMs: 40 },
  "png_as.mp4": { poster: [320, 240] },
  // Its pixels are 3.16 times as wide as high, so it is no portrait although its frames are.
  "portrait_360x640.mp4": { ...film, poster: [1138, 640], web: [1138, 640], durationMs: 2000 },
  "rot90.mp4": { ...film, poster: [360, 640], web: [360, 640] },
  "trunc_faststart.mp4": { ...film, durationMs: 1170 },
  "vfr.mp4": film,
  "wrongext_mp4.mp3": film,
};

const unsupported = { code: "unsupported_media" } as const;

/** The expected failures for the bad files. A film that is a bomb gets its own limits in a test. */
export const bad: Readonly<Record<string, Bad>> = {
  "bomb_16000.png": { code: "limit_pixels" },
  "evil_concat.mp4": unsupported,
  "evil_dash.mpd": unsupported,
  "evil_hls_file.mp4": unsupported,
  "evil_hls_http.m3u8": unsupported,
  "evil_hls_self.m3u8": unsupported,
  "evil_sdp.mp4": unsupported,
  "evil_svg.svg": unsupported,
  "html_as.mp4": unsupported,
  "random.mp4": unsupported,
  "trunc_nomoov.mp4": { code: "damaged_media" },
  "zero_byte.mp4": { code: "empty_file", refused: true },
};
