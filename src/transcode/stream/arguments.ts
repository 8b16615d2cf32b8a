import type { MediaFacts } from "../../media/facts.ts";
import type { Limits } from "../../media/limits.ts";
import { audioGraph, videoGraph } from "../ffmpeg/graph.ts";
import { inputArguments, seconds } from "../ffmpeg/input.ts";
import type { PlannedRung, PlannedStoryboard, PlannedStream } from "./plan.ts";

/** The path of a file of the stream while it is made. */
export type PathOf = (file: string) => string;

export interface StreamRun {
  readonly sourcePath: string;
  readonly facts: Pick<MediaFacts, "container" | "type">;
  readonly limits: Limits;
  readonly plan: PlannedStream;
  readonly pathOf: PathOf;
}

const words = (text: string): string[] => text.split(" ");

const clean = words("-map_metadata -1 -map_chapters -1 -sn -dn -max_muxing_queue_size 1024");
/** No list of fragments at the end: the playlists have it. The head is written with the first fragment. */
const fragmented = words("-movflags +delay_moov+default_base_moof -f mp4");

/** No keyframes but those that are asked for, else the rungs' would differ. */
const noOthers = words("-g 100000 -sc_threshold 0");

/** A keyframe that is due with the last frame before it may come this much sooner. */
const slackMs = 100;

function rungArguments(
  rung: PlannedRung,
  label: string,
  { plan, pathOf }: StreamRun,
  cut: string[],
): string[] {
  const rate = String(rung.maxBitRate);
  const keyframes = `expr:gte(t,n_forced*${plan.keyframeMs / 1000})`;
  const fragments = (plan.segmentMs - slackMs) * 1000;
  const bt709 = "-color_primaries bt709 -color_trc bt709 -colorspace bt709 -color_range tv";
  return [
    ["-map", `[${label}]`, "-c:v", "libx264", "-preset", plan.effort, "-profile:v", "high"],
    ["-crf", String(plan.quality), "-maxrate", rate, "-bufsize", rate],
    [...noOthers, "-force_key_frames", keyframes],
    rung.picture.toneMap === undefined ? [] : words(bt709),
    [...clean, ...cut, "-movflags", "+frag_keyframe", "-min_frag_duration", String(fragments)],
    [...fragmented, `file:${pathOf(`${rung.name}.mp4`)}`],
  ].flat();
}

/** What AAC's encoder puts before the sound: one frame, which a decoder plays as silence. */
const primingSamples = 1024;

/**
 * The sound begins with a frame of silence that the encoder adds. As much is cut off its beginning, so that all
 * the rest is in its place without an edit list, which not all players read.
 */
function soundArguments({ plan, pathOf }: StreamRun, cut: string[]): string[] {
  const { audio } = plan;
  if (audio === undefined) return [];
  const whole = audioGraph(audio, "s");
  return [
    ["-filter_complex", `${whole};[s]atrim=start_sample=${primingSamples}[sound]`],
    ["-map", "[sound]", "-c:a", "aac", "-b:a", String(audio.bitRate), ...clean, ...cut],
    ["-use_editlist", "0", "-frag_duration", String(plan.segmentMs * 1000)],
    [...fragmented, `file:${pathOf("audio.mp4")}`],
  ].flat();
}

/** One small picture after the other. */
const smallPictures = "pictures.mjpeg";

/** ffmpeg reports no progress before every output has begun, and a sheet begins with its last picture. */
function storyboardArguments({ picture, everyMs }: PlannedStoryboard, pathOf: PathOf): string[] {
  const graph = videoGraph({ picture, frameRate: { num: 1000, den: everyMs } }, "b");
  return [
    [
      "-filter_complex",
      `${graph};[b]scale=out_color_matrix=bt601:out_range=pc,format=yuvj420p[small]`,
    ],
    ["-map", "[small]", ...clean, "-c:v", "mjpeg", "-q:v", "2", "-f", "mjpeg"],
    [`file:${pathOf(smallPictures)}`],
  ].flat();
}

/** ffmpeg's arguments for putting the small pictures of a run onto one sheet. */
export function sheetArguments(
  { columns, rows, quantizer }: PlannedStoryboard,
  pathOf: PathOf,
): string[] {
  return [
    words("-nostdin -hide_banner -loglevel repeat+error -nostats -progress pipe:1 -y"),
    ["-f", "mjpeg", "-i", `file:${pathOf(smallPictures)}`, "-vf", `tile=${columns}x${rows}`],
    ["-frames:v", "1", "-c:v", "mjpeg", "-q:v", String(quantizer), "-f", "mjpeg"],
    [`file:${pathOf("storyboard.jpg")}`],
  ].flat();
}

/**
 * ffmpeg's arguments for all rungs, the sound and the storyboard in one run with one decode. They contain no
 * text of the file, and nothing goes through a shell.
 */
export function streamArguments(run: StreamRun): string[] {
  const { plan, limits } = run;
  const cut = ["-t", seconds(limits.maxDurationMs + 1000)];
  const { frameRate, holdMs } = plan;
  const graphs = plan.rungs.map(({ picture }, at) => {
    const how = { ...(frameRate && { frameRate }), ...(holdMs !== undefined && { holdMs }) };
    return ["-filter_complex", videoGraph({ picture, ...how }, `v${at}`)];
  });
  const keepsGraph = !plan.rungs.some(({ picture }) => picture.deinterlace);
  return [
    ...words("-nostdin -hide_banner -loglevel repeat+error -nostats"),
    ...words("-progress pipe:1 -stats_period 0.25 -y -max_error_rate 1"),
    ...inputArguments(run.sourcePath, run.facts, limits, { keepsGraph }),
    ...graphs.flat(),
    ...plan.rungs.flatMap((rung, at) => rungArguments(rung, `v${at}`, run, cut)),
    ...soundArguments(run, cut),
    ...storyboardArguments(plan.storyboard, run.pathOf),
  ];
}
