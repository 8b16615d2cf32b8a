import { MediaError } from "../media/errors.ts";
import { largestPicture, type Limits } from "../media/limits.ts";
import { ffmpegInput } from "../sandbox/ffmpeg-input.ts";
import { runToEnd } from "../sandbox/run.ts";
import type { RunCommand } from "../sandbox/run.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { streamsRefusal } from "./budget.ts";
import { parseJson } from "./json.ts";
import type { Json } from "./json.ts";
import { refusedPixels } from "./pixels.ts";

/** What a run of ffprobe needs. */
export interface Ffprobe {
  readonly sandbox: Sandbox;
  readonly limits: Limits;
  /** Name on the PATH, or a path. */
  readonly program: string;
}

/** What ffprobe reported. Exit code 0 does not mean that all went well. */
export interface Report {
  readonly json: Json;
  /** `[error]` and `[warning]` lines. */
  readonly messages: readonly string[];
}

/** Only what is read later: a file may carry megabytes of tags and thousands of chapters. */
const entries = [
  "format=format_name,format_long_name,start_time,duration,bit_rate",
  "stream=index,codec_type,codec_name,codec_tag_string,profile,level,refs,pix_fmt" +
    ",bits_per_raw_sample,width,height,sample_aspect_ratio,r_frame_rate,avg_frame_rate" +
    ",field_order,color_transfer" +
    ",color_space,start_time,duration,nb_frames,bit_rate,sample_rate,channels,channel_layout",
  "stream_disposition=default,attached_pic,timed_thumbnails,comment,visual_impaired,forced" +
    ",hearing_impaired,still_image",
  "stream_tags=language,title,DURATION",
  "stream_side_data=rotation,displaymatrix",
  "frame=stream_index,interlaced_frame",
  "frame_tags=Orientation",
  "frame_side_data=rotation,displaymatrix,size",
].join(":");

/** Packets of all streams together: enough to find the first frame of the video between the sound. */
const firstPackets = "%+#8";

/** Time limit for reading the beginning of a file. Reading all of it may take `limits.minTimeMs`. */
const headMs = 60_000;

/** A file, and its format where that is known. */
export interface Source {
  readonly path: string;
  /** `MediaFacts.container`, or a demuxer's name. */
  readonly container?: string;
  /** Whether it is a still picture. */
  readonly isImage?: boolean;
}

/** One run of ffprobe. @param args what is asked */
export function command(
  ffprobe: Ffprobe,
  source: Source,
  args: readonly string[],
  wallMs: number,
  signal: AbortSignal,
): RunCommand {
  const { limits, program } = ffprobe;
  const maxPixels = largestPicture(limits, source.isImage === true);
  return {
    command: program,
    args: ["-loglevel", "level+warning", ...args, ...ffmpegInput({ ...source, maxPixels })],
    reads: [source.path],
    writes: [],
    limits: {
      wallMs,
      cpuSeconds: wallMs / 1000,
      memoryBytes: limits.memoryBytes,
      fileSizeBytes: 0,
    },
    signal,
  };
}

/**
 * Runs ffprobe once for everything about a file. It decodes the first packets, too: that reveals a
 * damaged picture, how a photograph must be turned, and H.264's true number of reference frames.
 * @throws MediaError `damaged_media` when ffprobe cannot read it, `limit_pixels`; what the sandbox throws.
 */
export async function runFfprobe(
  ffprobe: Ffprobe,
  source: Source,
  signal: AbortSignal,
): Promise<Report> {
  const { limits } = ffprobe;
  const asked = ["-read_intervals", firstPackets, "-of", "json", "-show_entries", entries];
  const { stdout, stderr, exitCode } = await runToEnd(ffprobe.sandbox, {
    ...command(ffprobe, source, asked, Math.min(headMs, limits.minTimeMs), signal),
    maxOutputBytes: 16 * 1024 ** 2,
  }).catch((thrown: unknown) => {
    throw explained(thrown);
  });
  const messages = stderr.split("\n").filter((line) => line !== "");
  const json = exitCode === 0 ? parseJson(stdout) : undefined;
  if (json !== undefined) return { json, messages };
  const damaged = { details: { stderr, exitCode } };
  throw (
    refusedPixels(stderr, limits, source.isImage === true) ??
    new MediaError("damaged_media", reasonIn(stderr), damaged)
  );
}

/** ffprobe calls it a want of memory, too, when there are too many streams. */
function explained(thrown: unknown): unknown {
  if (!(thrown instanceof MediaError) || thrown.code !== "limit_memory") return thrown;
  return streamsRefusal(String(thrown.details["stderr"])) ?? thrown;
}

/** Why ffprobe gave up, for people. */
function reasonIn(stderr: string): string {
  if (stderr.includes("moov atom not found"))
    return "its index (the moov atom) is missing: the recording or the upload was cut off";
  const last = stderr.trim().split("\n").at(-1) ?? "";
  return `ffprobe cannot read it: ${last.replace(/^(?:\[[^\]]*\] )*/, "").replace(/^file:.*: /, "")}`;
}
