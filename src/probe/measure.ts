import type { Sandbox } from "../sandbox/sandbox.ts";
import { command } from "./ffprobe.ts";
import type { Ffprobe, Source } from "./ffprobe.ts";

/** What the packets of a stream say, all of them, without decoding any. */
export interface StreamMeasure {
  readonly packets: number;
  readonly sizeBytes: number;
  /** From the beginning of the file's first stream. */
  readonly startMs: number;
  readonly endMs: number;
}

/** What reading a file to its end told. Streams without times are absent. */
export interface Measure {
  readonly streams: ReadonlyMap<number, StreamMeasure>;
  readonly durationMs: number;
  /** ffprobe found the end of the file within a part of it. */
  readonly endsEarly?: true;
}

/** Containers whose clock may jump, as a recorder's does at midnight: ffmpeg then goes on from where it was. */
const jumpingClocks = new Set(["mpegts", "mpeg"]);
/** ffmpeg's `dts_delta_threshold`, and the step back that it takes for a jump. In seconds. */
const jump = { forward: 10, back: 0.1 };

/** One packet's line: stream, pts, dts, duration, size. Unknown is NaN. */
type Packet = readonly [index: number, pts: number, dts: number, duration: number, size: number];

interface Running {
  packets: number;
  sizeBytes: number;
  first: number;
  last: number;
  /** When the next packet is due on the file's clock. */
  next: number;
}

/** Adds up packets as they come. Times are in seconds. */
export function createMeter(container: string) {
  const jumps = jumpingClocks.has(container);
  const streams = new Map<number, Running>();
  let offset = 0;

  function take([index, pts, dts, duration, size]: Packet): void {
    const own = streams.get(index);
    const length = Number.isNaN(duration) ? 0 : duration;
    const clock = Number.isNaN(dts) ? pts : dts;
    // A packet without a time follows the one before it.
    const at = Number.isNaN(clock) ? (own?.next ?? NaN) : clock + offset;
    if (Number.isNaN(at)) return;
    const due = own?.next ?? at;
    const isJump = jumps && (at - due > jump.forward || due - at > Math.max(jump.back, length));
    if (isJump) offset -= at - due;
    const time = isJump ? due : at;
    const shown = Number.isNaN(pts) || Number.isNaN(clock) ? time : time + (pts - clock);
    const running = own ?? { packets: 0, sizeBytes: 0, first: shown, last: shown, next: time };
    running.packets += 1;
    running.sizeBytes += Number.isNaN(size) ? 0 : size;
    running.first = Math.min(running.first, shown);
    running.last = Math.max(running.last, shown + length);
    running.next = time + length;
    streams.set(index, running);
  }

  return { take, result: () => measureOf([...streams]) };
}

const milliseconds = (seconds: number): number => Math.round(seconds * 1000);

function measureOf(streams: readonly (readonly [number, Running])[]): Measure | undefined {
  // What comes before 0 is only there to start the decoder.
  const first = Math.max(0, Math.min(...streams.map(([, one]) => one.first)));
  const last = Math.max(...streams.map(([, one]) => one.last));
  if (!(last > first)) return undefined;
  const measured = streams.map(
    ([index, { packets, sizeBytes, ...one }]): [number, StreamMeasure] => [
      index,
      {
        packets,
        sizeBytes,
        startMs: milliseconds(one.first - first),
        endMs: milliseconds(one.last - first),
      },
    ],
  );
  return { streams: new Map(measured), durationMs: Math.max(1, milliseconds(last - first)) };
}

/**
 * Reads a file once, to its end, and decodes nothing. Needed for files that do not state their length, or
 * guess it, and for choosing among streams. Undefined when the packets have no times, or the file cannot
 * be read to its end.
 */
export async function measure(
  ffprobe: Ffprobe,
  source: Source,
  signal: AbortSignal,
): Promise<Measure | undefined> {
  const fields = "packet=stream_index,pts_time,dts_time,duration_time,size";
  const child = spawn(ffprobe, source, ["-show_entries", fields, "-of", "csv=p=0"], signal);
  const meter = createMeter(source.container ?? "");
  let rest = "";
  child.stdout.setEncoding("latin1");
  child.stdout.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = (lines.pop() ?? "").slice(0, 1000);
    for (const line of lines) {
      const [index = NaN, pts = NaN, dts = NaN, duration = NaN, size = NaN] = line
        .split(",")
        .map(Number.parseFloat);
      if (!Number.isNaN(index)) meter.take([index, pts, dts, duration, size]);
    }
  });
  const { exitCode, stderr } = await child.exited;
  const result = exitCode === 0 ? meter.result() : undefined;
  const endsEarly = stderr.includes("File ended prematurely");
  return result === undefined || !endsEarly ? result : { ...result, endsEarly };
}

function spawn(
  ffprobe: Ffprobe,
  source: Source,
  args: readonly string[],
  signal: AbortSignal,
): ReturnType<Sandbox["spawn"]> {
  return ffprobe.sandbox.spawn(command(ffprobe, source, args, ffprobe.limits.minTimeMs, signal));
}
