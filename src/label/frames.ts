import { MediaError } from "../media/errors.ts";
import type { MediaFacts, VideoFacts } from "../media/facts.ts";
import { largestPicture, timeLimitMs } from "../media/limits.ts";
import type { Limits } from "../media/limits.ts";
import { lackedMemory } from "../sandbox/endings.ts";
import { ffmpegInput } from "../sandbox/ffmpeg-input.ts";
import type { Sandbox, SandboxedCommand, SandboxedProcess } from "../sandbox/sandbox.ts";
import { letterbox } from "./geometry.ts";
import { readComplaint, readCut, readFrameTime } from "../sandbox/ffmpeg-lines.ts";
import { mostFrames } from "./sampling.ts";
import type { Sampling } from "./sampling.ts";

/** One picture, scaled to fit the square that was asked for (`letterbox`). */
export interface Frame {
  /** When it is shown, from the start of the media file. */
  readonly timestampMs: number;
  /** Rows of red, green and blue bytes. Overwritten when the next frame comes. */
  readonly pixels: Uint8Array;
}

export interface FramesRequest {
  /** Absolute path of the media file. */
  readonly path: string;
  readonly facts: MediaFacts;
  /** Which frames; an image has only its first. */
  readonly sampling: Sampling | "first";
  /** Edge of the square that the picture is fitted into, in pixels; its bars are not sent. */
  readonly size: number;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Called for one frame at a time; decoding waits for it. */
  readonly onFrame: (frame: Frame) => Promise<void>;
}

export interface DecodedFrames {
  readonly frames: number;
  /** The first few errors of the decoder. */
  readonly complaints: readonly string[];
  /** Hard cuts, each at the first frame of the new picture; of keyframes alone, at the next one. */
  readonly cuts: readonly Cut[];
}

export interface Cut {
  readonly atMs: number;
  /** 0–1 */
  readonly confidence: number;
}

/** More than a film has. A flickering video cannot fill the memory. */
const mostCuts = 10_000;

/** Clockwise turns for display. */
const turns: Record<VideoFacts["rotation"], readonly string[]> = {
  0: [],
  90: ["transpose=clock"],
  180: ["hflip", "vflip"],
  270: ["transpose=cclock"],
};

/**
 * Turns HDR into the ordinary pictures that detectors were trained on. Full chroma first: zscale
 * refuses odd sizes otherwise.
 */
const toneMap =
  "format=yuv444p10le,zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=hable:desat=0,zscale=t=bt709:m=bt709:r=tv";

/** scdet's default: how different two frames must be, 0–100, and from how different ones before. */
const cutScore = 10;

/** The filters that turn a stored frame into the displayed picture, in the size that is needed. */
function frameFilters(video: VideoFacts, size: number, sampling: Sampling | "first"): string[] {
  const fit = letterbox(video.displayWidth, video.displayHeight, size);
  // Half a millisecond less: otherwise rounded timestamps would drop every other frame.
  const interval = sampling === "first" ? 0 : (sampling.intervalMs - 0.5) / 1000;
  return [
    ...(sampling === "first"
      ? []
      : [
          // Every frame is compared with the one before it, while its full rate is still there.
          `scdet=threshold=${cutScore}`,
          String.raw`select=isnan(prev_selected_t)+gte(t-prev_selected_t\,${interval})`,
        ]),
    ...turns[video.rotation],
    ...(video.mirrored === true ? ["hflip"] : []),
    `scale=${fit.width}:${fit.height}`,
    ...(video.transfer === "sdr" ? [] : [toneMap]),
    "setsar=1,format=rgb24",
    "showinfo=checksum=0",
  ];
}

const words = (text: string) => text.split(" ");

/**
 * A second thread costs a tenth more processor time. Up to 960×540 it saves no time: a second of video
 * decodes faster than one frame is analysed.
 */
const decodeThreads = (video: VideoFacts): number => (isLarge(video) ? 2 : 1);

const isLarge = ({ width, height }: VideoFacts): boolean => width * height > 518_400;

/**
 * Frames that need not be decoded. In a large picture decoding costs more than all else, so frames that
 * no other needs are left out, too: a fifth to a half of the cost. What is left stands close enough.
 */
function skippedFrames({ keyframesOnly }: Sampling, video: VideoFacts): string[] {
  if (keyframesOnly) return words("-skip_frame nokey");
  return isLarge(video) ? words("-skip_frame noref") : [];
}

function decodeCommand(
  request: FramesRequest,
  video: VideoFacts,
): Omit<SandboxedCommand, "command"> {
  const { path, facts, sampling, size, limits, signal } = request;
  const wallMs = timeLimitMs(limits, facts.durationMs ?? video.durationMs);
  const isImage = sampling === "first";
  const skipped = isImage ? [] : skippedFrames(sampling, video);
  const { container } = facts;
  const maxPixels = largestPicture(limits, facts.type === "image");
  // ffmpeg turns videos but (5.1) not photographs; we turn both, by the facts.
  const options = [...words(`-threads ${decodeThreads(video)} -noautorotate`), ...skipped];
  const args = [
    // For filters of small pictures a second thread costs more than it saves.
    ...words("-nostdin -hide_banner -nostats -loglevel level+info -filter_threads 1"),
    ...ffmpegInput({ path, container, maxPixels, options }),
    ...words(`-map 0:${video.streamIndex} -frames:v ${isImage ? 1 : mostFrames} -vf`),
    frameFilters(video, size, sampling).join(","),
    ...words("-fps_mode passthrough -pix_fmt rgb24 -f rawvideo pipe:1"),
  ];
  const { memoryBytes, outputBytes: fileSizeBytes } = limits;
  const cpuSeconds = Math.ceil(wallMs / 1000) * 2;
  return {
    args,
    reads: [path],
    writes: [],
    limits: { wallMs, cpuSeconds, memoryBytes, fileSizeBytes },
    signal,
  };
}

/** Cuts a stream of bytes into pieces of one size; an incomplete last piece is dropped. */
async function* pieces(stream: AsyncIterable<Uint8Array>, sizeBytes: number) {
  const piece = new Uint8Array(sizeBytes);
  let filled = 0;
  for await (const chunk of stream) {
    for (let start = 0; start < chunk.length;) {
      const taken = chunk.subarray(start, start + sizeBytes - filled);
      piece.set(taken, filled);
      filled += taken.length;
      start += taken.length;
      if (filled < sizeBytes) continue;
      yield piece;
      filled = 0;
    }
  }
}

/** What a decoder writes to stderr: when each frame is shown, in order, and its errors. */
function listen(child: SandboxedProcess, path: string) {
  const times: number[] = [];
  const complaints: string[] = [];
  const cuts: Cut[] = [];
  let wake = () => {};
  child.onStderrLine((line) => {
    const time = readFrameTime(line);
    if (time !== undefined) times.push(time);
    const cut = readCut(line);
    if (cut !== undefined && cuts.length < mostCuts) cuts.push(cut);
    const complaint = readComplaint(line);
    if (complaint !== undefined && complaints.length < 20)
      complaints.push(complaint.replaceAll(`file:${path}`, "the file"));
    wake();
  });
  // Once it has ended, no more lines come.
  const state = { ended: false };
  const end = () => {
    state.ended = true;
    wake();
  };
  child.exited.then(end, end);

  /** showinfo reports a frame before it is written, so its line is here or about to come. */
  async function nextTime(): Promise<number> {
    while (times.length === 0 && !state.ended)
      await new Promise<void>((resolve) => (wake = resolve));
    const time = times.shift();
    if (time !== undefined) return time;
    await child.exited;
    throw new MediaError("engine_failed", "ffmpeg gave a frame without its time");
  }
  return { nextTime, complaints, cuts };
}

/**
 * Decodes the planned frames of a picture or video, turned and scaled, with their
 * true times. Holds one frame at a time.
 * @throws MediaError `damaged_media` when there is no frame in it, `limit_*`, `cancelled`, and
 * whatever `onFrame` throws
 */
export async function decodeFrames(
  parts: { sandbox: Sandbox; ffmpeg: string },
  request: FramesRequest,
): Promise<DecodedFrames> {
  const { video } = request.facts;
  if (!video) throw new MediaError("unsupported_media", "there is no picture in it to look at");
  const command = decodeCommand(request, video);
  const child = parts.sandbox.spawn({ command: parts.ffmpeg, ...command });
  const { nextTime, complaints, cuts } = listen(child, request.path);
  let frames = 0;
  const { width, height } = letterbox(video.displayWidth, video.displayHeight, request.size);
  const frameBytes = width * height * 3;
  try {
    for await (const pixels of pieces(child.stdout, frameBytes)) {
      const timestampMs = await nextTime();
      frames += 1;
      await request.onFrame({ timestampMs, pixels });
    }
  } catch (thrown) {
    child.kill();
    await child.exited.catch(() => {});
    throw thrown;
  }
  const exit = await child.exited;
  if (frames === 0) throw noFrame(complaints, exit.stderr);
  return { frames, complaints, cuts };
}

function noFrame(complaints: readonly string[], stderr: string): MediaError {
  const why = complaints[0] ?? "it holds none";
  const details = { stderr };
  const lacking = /No such filter: '[^']*'|Unrecognized option '[^']*'/.exec(stderr)?.[0];
  if (lacking !== undefined)
    return new MediaError("engine_missing", `this ffmpeg cannot do it: ${lacking}`, { details });
  if (lackedMemory(stderr))
    return new MediaError("limit_memory", "no picture could be decoded for want of memory", {
      details,
    });
  return /exceeds specified max pixel|Picture size \d+x\d+ is invalid/.test(stderr)
    ? new MediaError("limit_pixels", "the picture is larger than the limits allow", { details })
    : new MediaError("damaged_media", `no picture could be decoded: ${why}`, { details });
}
