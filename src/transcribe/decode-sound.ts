import { type Damage, damageNote, isShort, type Shortfall } from "../media/damage.ts";
import { MediaError } from "../media/errors.ts";
import { timeLimitMs } from "../media/limits.ts";
import type { Limits } from "../media/limits.ts";
import { lackedMemory } from "../sandbox/endings.ts";
import { ffmpegInput, wholeClock } from "../sandbox/ffmpeg-input.ts";
import { countComplaints, ffmpegFailure } from "../sandbox/ffmpeg-trouble.ts";
import type { Exit, ProcessLimits, Sandbox } from "../sandbox/sandbox.ts";
import { mixFilter } from "../sandbox/mix-filter.ts";
import { outputOf } from "./child-output.ts";
import { oneVoice } from "./one-voice.ts";
import { readWav } from "./wav-stream.ts";
import { sampleRateHz } from "./sound-features.ts";
import type { SoundTrack } from "./transcriber.ts";

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

/** A recording's sound as it is decoded: raw 16 kHz, mono, 16 bit little-endian. */
export interface Sound {
  /** To be read once. The decoder waits when the reader is slow; it ends when the reader stops. */
  readonly bytes: AsyncGenerator<Uint8Array>;
  /** How much of it has come so far. */
  readonly decodedMs: () => number;
  /** What a person should know of the source, when all has come. */
  readonly notes: () => readonly string[];
  /** How much is missing of it, when all has come; undefined when nothing is. */
  readonly short: () => Shortfall | undefined;
}

interface SoundOptions {
  readonly limits: Limits;
  readonly durationMs?: number;
  /** Default: the first sound track of an audio rendition, which is in step already. */
  readonly track?: SoundTrack | undefined;
  readonly signal: AbortSignal;
}

/** 16 samples of 2 bytes a millisecond, for each channel. */
const bytesPerMs = (sampleRateHz * 2) / 1000;

/** One channel alone. */
const alone = (channel: number): string => `pan=mono|c0=c${channel}`;

/** One channel is taken as it is; of more, two are made, and `oneVoice` makes one of them. */
const oneOrTwo = "aformat=channel_layouts=mono|stereo";

/**
 * In step with the renditions: from 0 on, with silence in its gaps. Where the sound begins with the file,
 * nothing is put before it: ffmpeg makes the filters anew when rate or channels change midway.
 */
function filtersOf({ channel, mix, startMs }: SoundTrack): string[] {
  const mixed = mix === undefined ? [] : [mixFilter(mix, "mono")];
  const start = startMs === 0 ? "" : ":first_pts=0";
  return [
    ...(channel === undefined ? mixed : [alone(channel)]),
    `aresample=${sampleRateHz}:async=1${start}`,
  ];
}

function decodeArguments(path: string, { track, limits }: SoundOptions): string[] {
  // A little more than the limit, so that what is too long can be told from what just fits.
  const longest = ((limits.maxDurationMs + 1000) / 1000).toFixed(3);
  const { container, streamIndex } = track ?? {};
  const known = container === undefined ? {} : { container, options: wholeClock(container) };
  const input = ffmpegInput({ path, ...known });
  const filters = [...(track === undefined ? [] : filtersOf(track)), oneOrTwo].join(",");
  return [
    // Half a recording is worth having: how many errors there were is said afterwards.
    ..."-nostdin -hide_banner -loglevel repeat+error -nostats -max_error_rate 1".split(" "),
    ...input,
    "-t",
    longest,
    "-map",
    `0:${streamIndex ?? "a:0"}`,
    "-af",
    filters,
    ...`-ar ${sampleRateHz} -c:a pcm_s16le -bitexact -f wav pipe:1`.split(" "),
  ];
}

/** @throws MediaError when the decoder gave up, or what it left is of no use */
function check(exit: Exit, decodedMs: number, { limits, track }: SoundOptions): void {
  if (exit.exitCode !== 0) throw ffmpegFailure(exit);
  if (decodedMs > limits.maxDurationMs)
    throw new MediaError("limit_duration", "it plays longer than is allowed");
  if (decodedMs > 0 || track === undefined) return;
  const details = { stderr: exit.stderr };
  if (lackedMemory(exit.stderr))
    throw new MediaError("limit_memory", "nothing could be decoded for want of memory", {
      details,
    });
  const message = "the source is damaged: nothing of its sound could be decoded";
  throw new MediaError("damaged_media", message, { details });
}

/** What is wrong with a source. A rendition's was said when it was made. */
function damageOf(
  errors: number,
  decodedMs: number,
  { track, durationMs }: SoundOptions,
): Damage | undefined {
  if (track === undefined) return undefined;
  const expectedMs = track.durationMs ?? (errors > 0 ? durationMs : undefined);
  const length = expectedMs === undefined ? undefined : { decodedMs, expectedMs };
  const short = length !== undefined && isShort(length) ? { short: length } : {};
  return errors === 0 && !("short" in short) ? undefined : { errors, ...short };
}

/** All pieces, counted before the reader sees them; how the decoder ended is judged at the end. */
async function* whole(
  samples: AsyncGenerator<Uint8Array, Exit>,
  count: (sizeBytes: number) => void,
  judge: (exit: Exit) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const next = await samples.next();
      if (next.done === true) return judge(next.value);
      count(next.value.length);
      yield next.value;
    }
  } finally {
    await samples.return(undefined as never);
  }
}

/**
 * Decodes one sound track of a recording as it is read, so nothing piles up.
 * Reading it throws MediaError `damaged_media` when nothing can be decoded, `limit_duration`, and
 * what the sandbox throws.
 */
export function decodeSound(sandbox: Sandbox, path: string, options: SoundOptions): Sound {
  let decodedMs = 0;
  let complaints = (): number => 0;
  async function* decoded(): AsyncGenerator<Uint8Array> {
    const child = sandbox.spawn({
      command: "ffmpeg",
      args: decodeArguments(path, options),
      reads: [path],
      writes: [],
      limits: childLimits(options.limits, options.durationMs),
      signal: options.signal,
    });
    complaints = countComplaints(child);
    const wav = await readWav(outputOf(child));
    if ("ended" in wav) return check(wav.ended, 0, options);
    const { channels, samples } = wav;
    const pieces = whole(
      samples,
      (sizeBytes) => void (decodedMs += sizeBytes / bytesPerMs / channels),
      (exit) => check(exit, decodedMs, options),
    );
    yield* channels === 1 ? pieces : oneVoice(pieces);
  }
  return {
    bytes: decoded(),
    decodedMs: () => decodedMs,
    short: () => damageOf(complaints(), decodedMs, options)?.short,
    notes() {
      const damage = damageOf(complaints(), decodedMs, options);
      return damage === undefined ? [] : [damageNote(damage)];
    },
  };
}
