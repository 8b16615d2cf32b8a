import { MediaError } from "../media/errors.ts";
import { timeLimitMs } from "../media/limits.ts";
import type { Limits } from "../media/limits.ts";
import { ffmpegInput } from "../sandbox/ffmpeg-input.ts";
import type { ProcessLimits, Sandbox } from "../sandbox/sandbox.ts";
import { outputOf } from "./child-output.ts";
import { sampleRateHz } from "./sound-features.ts";

/** The first sound track alone, as raw 16 bit mono, to stdout. */
const output =
  `-map 0:a:0 -vn -sn -dn -ac 1 -ar ${sampleRateHz} -c:a pcm_s16le -f s16le pipe:1`.split(" ");

/** What one child may use up when the media is this long. */
export function childLimits(limits: Limits, durationMs: number | undefined): ProcessLimits {
  const wallMs = timeLimitMs(limits, durationMs);
  return {
    wallMs,
    cpuSeconds: Math.ceil(wallMs / 1000),
    memoryBytes: limits.memoryBytes,
    fileSizeBytes: limits.outputBytes,
  };
}

/**
 * Decodes a recording's first sound track as it is read: raw 16 kHz, mono, 16 bit little-endian.
 * The decoder waits when the reader is slow, so nothing piles up; it ends when the reader stops.
 * @throws MediaError `damaged_media` when the file cannot be decoded.
 */
export async function* decodeSound(
  sandbox: Sandbox,
  path: string,
  options: { limits: Limits; durationMs?: number; signal: AbortSignal },
): AsyncGenerator<Uint8Array> {
  const longest = (options.limits.maxDurationMs / 1000).toFixed(3);
  const child = sandbox.spawn({
    command: "ffmpeg",
    args: ["-nostdin", "-v", "error", ...ffmpegInput({ path }), "-t", longest, ...output],
    reads: [path],
    writes: [],
    limits: childLimits(options.limits, options.durationMs),
    signal: options.signal,
  });
  const exit = yield* outputOf(child);
  if (exit.exitCode !== 0)
    throw new MediaError("damaged_media", "the sound of the recording cannot be decoded", {
      details: { stderr: exit.stderr },
    });
}
