import { ffmpegInput } from "../sandbox/ffmpeg-input.ts";
import type { Ffprobe, Source } from "./ffprobe.ts";

/** How loud a sound track is, by decoding its beginning. In dB below full scale, per channel. */
export interface Loudness {
  readonly peaksDb: readonly number[];
  /** Root mean square. */
  readonly levelsDb: readonly number[];
}

/** How much of a recording is listened to: a track that is silent for so long is taken for silent. */
const heardSeconds = 1200;

/** Filters carry the stream's index in their name, which ffmpeg writes before what they say. */
const meterOf = (index: number): string => `[0:${index}]astats@s${index}=${figures}[s${index}]`;
const figures = "measure_perchannel=Peak_level+RMS_level:measure_overall=none";

/** Reads what the filters say, line by line. A filter that was made anew speaks more than once. */
export function createReader() {
  const tracks = new Map<number, { peaksDb: number[]; levelsDb: number[] }>();
  let channel = 0;
  function take(line: string): void {
    const [, index, what, value = ""] =
      /^\[astats@s(\d+) @ \S+\] (Channel|Peak level dB|RMS level dB): (\S+)/.exec(line) ?? [];
    if (index === undefined) return;
    if (what === "Channel") channel = Number(value) - 1;
    const track = tracks.get(Number(index)) ?? { peaksDb: [], levelsDb: [] };
    tracks.set(Number(index), track);
    const list = what === "Peak level dB" ? track.peaksDb : track.levelsDb;
    const db = Number.parseFloat(value);
    if (what !== "Channel")
      list[channel] = Math.max(list[channel] ?? -Infinity, Number.isNaN(db) ? -Infinity : db);
  }
  return { take, tracks: (): ReadonlyMap<number, Loudness> => tracks };
}

/**
 * Decodes the beginning of sound tracks, up to 20 minutes, and measures each. A track that cannot be
 * decoded is absent.
 * @param ffmpeg with the name of ffmpeg as its program
 * @param indexes of the tracks among all streams
 */
export async function listen(
  { sandbox, limits, program }: Ffprobe,
  source: Source,
  indexes: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, Loudness>> {
  const options = ["-t", String(heardSeconds), "-vn", "-sn", "-dn"];
  const child = sandbox.spawn({
    command: program,
    args: [
      ..."-nostdin -hide_banner -loglevel info -nostats -max_error_rate 1".split(" "),
      ...ffmpegInput({ ...source, options }),
      ...indexes.flatMap((index) => ["-filter_complex", meterOf(index)]),
      ...indexes.flatMap((index) => ["-map", `[s${index}]`]),
      ..."-f null -".split(" "),
    ],
    reads: [source.path],
    writes: [],
    limits: {
      wallMs: limits.minTimeMs,
      cpuSeconds: limits.minTimeMs / 1000,
      memoryBytes: limits.memoryBytes,
      fileSizeBytes: 0,
    },
    priority: "background",
    signal,
  });
  const reader = createReader();
  child.onStderrLine(reader.take);
  child.stdout.resume();
  await child.exited;
  return reader.tracks();
}
