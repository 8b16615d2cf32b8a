import type { MediaFacts } from "../../media/facts.ts";
import type { Limits } from "../../media/limits.ts";
import type {
  PlannedAudio,
  PlannedMovie,
  PlannedPicture,
  PlannedRendition,
  PlannedVideo,
} from "../plan.ts";
import { audioEncoders, videoEncoder } from "./encoders.ts";
import { audioGraph, gifGraph, posterGraph, videoGraph } from "./graph.ts";
import { inputArguments, type Reading, seconds } from "./input.ts";
import type { Loudness } from "./loudness.ts";
import type { PosterPlace } from "./survey.ts";
import { watermarkInput, type WatermarkFile } from "./watermark.ts";

/** One output of a run: its plan, and the path of the file. */
export interface Output {
  readonly plan: PlannedRendition;
  readonly path: string;
}

export interface Run {
  readonly sourcePath: string;
  readonly facts: Pick<MediaFacts, "container" | "type">;
  readonly limits: Limits;
  readonly outputs: readonly Output[];
  /** Where in a film the poster is taken. Absent: from the start, the most typical of some frames. */
  readonly posterAt?: PosterPlace;
  /** The files of the watermarks, in the order in which they are read. Default: none. */
  readonly watermarks?: readonly WatermarkFile[];
  /** How loud each sound is that is to be brought to a loudness. */
  readonly loudness?: (audio: PlannedAudio) => Loudness | undefined;
}

/** Filters and the arguments of one output file. */
interface OutputPart {
  readonly graphs: readonly string[];
  readonly args: readonly string[];
}

/** Only picture and sound of the source are kept; queues are bounded. */
const clean = "-map_metadata -1 -map_chapters -1 -sn -dn -max_muxing_queue_size 1024".split(" ");

/**
 * ffmpeg's arguments for making all outputs in one run with one decode. Of the file's own text
 * they contain the title of a sound track alone, as a value of its own; nothing goes through a shell.
 */
export function transcodeArguments(run: Run): string[] {
  // A little more than the limit, so that too long differs from just within it.
  const cut = ["-t", seconds(run.limits.maxDurationMs + 1000)];
  const typical = run.posterAt === undefined;
  const { watermarks = [] } = run;
  const parts = run.outputs.map((output, index) => outputPart(run, output, index, cut, typical));
  const graphs = parts.flatMap((part) => part.graphs);
  return [
    ...`-nostdin -hide_banner -loglevel ${loglevel(run)} -nostats`.split(" "),
    ..."-progress pipe:1 -stats_period 0.25 -y".split(" "),
    // Half a film is useful: whether there are too many errors is decided afterwards.
    ..."-max_error_rate 1".split(" "),
    ...inputArguments(run.sourcePath, run.facts, run.limits, reading(run)),
    ...watermarks.flatMap((watermark) => watermarkInput(watermark, run.limits)),
    // One graph each: when a sound changes midway, ffmpeg makes its graph anew, and only that one.
    ...graphs.flatMap((graph) => ["-filter_complex", graph]),
    ...parts.flatMap((part) => part.args),
    ...inspectionArguments(run.outputs, cut),
  ];
}

/** Whether a run copies streams. Then it is asked to say when a stream changes midway (`watchFfmpeg`). */
export function copies(outputs: readonly Pick<Output, "plan">[]): boolean {
  return outputs.some(({ plan }) => streamsOf(plan).some(({ copy }) => copy));
}

const loglevel = ({ outputs }: Run): string =>
  copies(outputs) ? "repeat+level+verbose" : "repeat+error";

/** A time that was rounded up would be past its frame. */
const roundingMs = 1;

function reading({ outputs, posterAt }: Run): Reading {
  const keepsGraph = !outputs.some(({ plan }) => pictureOf(plan)?.deinterlace === true);
  const seeks = outputs.some(({ plan }) => plan.rendition === "poster" && plan.choice);
  if (posterAt !== undefined && seeks)
    return posterAt.keyframe
      ? { fromMs: posterAt.atMs, keyframesOnly: true, keepsGraph }
      : { fromMs: Math.max(0, posterAt.atMs - roundingMs), keepsGraph };
  const inspectOnly = outputs.every(({ plan }) => "video" in plan && plan.video.copy);
  return { inspectOnly, keepsGraph };
}

/** The picture that a rendition shows; none in sound. */
export function pictureOf(plan: PlannedRendition): PlannedPicture | undefined {
  if ("video" in plan) return plan.video.picture;
  return "picture" in plan ? plan.picture : undefined;
}

function outputPart(
  run: Run,
  { plan, path }: Output,
  index: number,
  cut: readonly string[],
  typical: boolean,
): OutputPart {
  const file = `file:${path}`;
  const label = `v${index}`;
  const drawn = ["-map", `[${label}]`, ...clean];
  switch (plan.rendition) {
    case "web":
    case "phone":
      return moviePart(run, plan, index, [
        ...clean,
        ...cut,
        ..."-movflags +faststart -f mp4".split(" "),
        file,
      ]);
    case "audio": {
      const { graphs, args } = audioPart(run, plan.audio, index);
      const tags = tagArguments(plan.audio, "file");
      return { graphs, args: [...args, ...clean, ...tags, ...cut, "-f", "mp3", file] };
    }
    case "gif":
      return {
        graphs: [gifGraph(plan, label)],
        args: [...drawn, "-c:v", "gif", "-loop", "0", "-f", "gif", file],
      };
    case "poster": {
      const quality = ["-c:v", "mjpeg", "-q:v", String(plan.quantizer)];
      return {
        graphs: [posterGraph(plan, label, typical)],
        // The muxer of plain JPEG streams: unlike image2 it does not read a name as a pattern.
        args: [...drawn, "-frames:v", "1", ...quality, "-f", "mjpeg", file],
      };
    }
  }
}

/** What a sound track is called in its output: of a film's track, of an MP3 as a whole. */
function tagArguments({ language, title }: PlannedAudio, of: "track" | "file"): string[] {
  const option = of === "track" ? "-metadata:s:a:0" : "-metadata";
  return [
    ...(language === undefined ? [] : [option, `language=${language}`]),
    ...(title === undefined ? [] : [option, `title=${title}`]),
  ];
}

function moviePart(
  run: Run,
  plan: PlannedMovie,
  index: number,
  ending: readonly string[],
): OutputPart {
  const video = videoPart(run, plan.video, index);
  const audio =
    plan.audio === undefined ? { graphs: [], args: [] } : audioPart(run, plan.audio, index);
  const tags = plan.audio === undefined ? [] : tagArguments(plan.audio, "track");
  return {
    graphs: [...video.graphs, ...audio.graphs],
    args: [...video.args, ...audio.args, ...tags, ...ending],
  };
}

function videoPart({ watermarks = [] }: Run, video: PlannedVideo, index: number): OutputPart {
  if (video.copy)
    return { graphs: [], args: ["-map", `0:${video.picture.streamIndex}`, "-c:v", "copy"] };
  const label = `v${index}`;
  const bt709 = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv";
  const args = [
    ["-map", `[${label}]`, ...videoEncoder(video), "-g", String(video.keyframeFrames)],
    video.picture.toneMap === undefined ? [] : bt709.split(" "),
  ].flat();
  // The source is input 0.
  const input = 1 + watermarks.findIndex(({ sha256 }) => sha256 === video.watermark?.sha256);
  return { graphs: [videoGraph(video, label, input)], args };
}

function audioPart(
  { loudness = () => undefined }: Run,
  audio: PlannedAudio,
  index: number,
): OutputPart {
  if (audio.copy) return { graphs: [], args: ["-map", `0:${audio.streamIndex}`, "-c:a", "copy"] };
  const label = `a${index}`;
  const encoder = ["-c:a", audioEncoders[audio.codec], "-b:a", String(audio.bitRate)];
  const graphs = [audioGraph(audio, label, loudness(audio))];
  return { graphs, args: ["-map", `[${label}]`, ...encoder] };
}

/** The streams of an output, by kind, with whether they are copied. */
export function streamsOf(plan: PlannedRendition): { index: number; copy: boolean }[] {
  const streams = "audio" in plan && plan.audio !== undefined ? [plan.audio] : [];
  const audio = streams.map(({ streamIndex, copy }) => ({ index: streamIndex, copy }));
  if (!("video" in plan)) return audio;
  return [{ index: plan.video.picture.streamIndex, copy: plan.video.copy }, ...audio];
}

/**
 * Copied streams that nothing else decodes are decoded, and the result is thrown away. This is the only
 * way to find damage, and a damaged stream must not be passed on as good. It costs a fraction of encoding.
 */
function inspectionArguments(outputs: readonly Output[], cut: readonly string[]): string[] {
  const streams = outputs.flatMap(({ plan }) => streamsOf(plan));
  const copied = new Set(streams.filter(({ copy }) => copy).map(({ index }) => index));
  for (const { index, copy } of streams) if (!copy) copied.delete(index);
  if (copied.size === 0) return [];
  const maps = [...copied].flatMap((index) => ["-map", `0:${index}`]);
  return [...maps, ...cut, "-f", "null", "-"];
}
