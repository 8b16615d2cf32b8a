/** What one media file may cost. docs/settings.md has the defaults. */
export interface Limits {
  /** Longest media file accepted. `limit_duration` */
  readonly maxDurationMs: number;
  /** Largest frame of a film accepted, stored width × height. `limit_pixels` */
  readonly maxPixels: number;
  /** Largest still picture accepted, stored width × height. `limit_pixels` */
  readonly maxPicturePixels: number;
  /**
   * A film or animation may have this many pixels (all frames together) for each byte of its file, beside
   * the first 1,000 million. `limit_work`
   */
  readonly maxPixelsPerByte: number;
  /** Address space of one decoder. `limit_memory` */
  readonly memoryBytes: number;
  /** Largest single output. `limit_size` */
  readonly outputBytes: number;
  /** A step may take this many times the media file's duration, and at least `minTimeMs`. `limit_time` */
  readonly timeFactor: number;
  readonly minTimeMs: number;
  /** Largest file accepted from the network. `too_large` */
  readonly maxUploadBytes: number;
  /**
   * With less free space on the data directory's disk, no job begins and no upload is accepted.
   * Default (undefined): 1 GiB, or a hundredth of the disk where that is less. `disk_full`
   */
  readonly minFreeBytes: number | undefined;
}

/**
 * 12 hours, 36 megapixels (a still picture: 120), 500,000 pixels a byte, 4 GiB (1080p and 720p together need more than 1), 50 GiB,
 * 30 times the duration and at least 10 minutes.
 */
export const defaultLimits: Limits = {
  maxDurationMs: 12 * 3_600_000,
  maxPixels: 36_000_000,
  maxPicturePixels: 120_000_000,
  maxPixelsPerByte: 500_000,
  memoryBytes: 4 * 1024 ** 3,
  outputBytes: 50 * 1024 ** 3,
  timeFactor: 30,
  minTimeMs: 600_000,
  maxUploadBytes: 100 * 1024 ** 3,
  minFreeBytes: undefined,
};

/** The most pixels of a still picture, or of a frame of a film. */
export function largestPicture(
  limits: Pick<Limits, "maxPixels" | "maxPicturePixels">,
  isImage: boolean,
): number {
  return isImage ? limits.maxPicturePixels : limits.maxPixels;
}

/** How long a step may take on a media file of this duration: wall and processor time in milliseconds. */
export function timeLimitMs(limits: Limits, durationMs: number | undefined): number {
  return Math.max(limits.minTimeMs, (durationMs ?? limits.maxDurationMs) * limits.timeFactor);
}
