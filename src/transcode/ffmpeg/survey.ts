import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { readFrameTime } from "../../sandbox/ffmpeg-lines.ts";
import type { Sandbox, SandboxedCommand } from "../../sandbox/sandbox.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { Limits } from "../../media/limits.ts";
import { fitWithin } from "../fit.ts";
import type { PlannedPoster } from "../plan.ts";
import { bestStill, type Seen, type Still, type StillSize } from "../poster-score.ts";
import { stillGraph } from "./graph.ts";
import { inputArguments, type Reading } from "./input.ts";

/** Where a poster is taken. */
export interface PosterPlace {
  readonly atMs: number;
  /** At the keyframe before that time, which is found without decoding what lies between. */
  readonly keyframe: boolean;
}

/** A film up to this length is looked at from start to end; of a longer one keyframes are. */
const wholeMs = 90_000;
/** How many decoders are open at once: each keeps a dozen pictures. */
const atOnce = 6;
/** Small enough to be quick, large enough to tell sharp from blurred. */
const box = { width: 320, height: 320 };

export interface SurveyParts {
  readonly sandbox: Sandbox;
  readonly ffmpeg: string;
  readonly limits: Limits;
  readonly sourcePath: string;
  readonly facts: MediaFacts;
  readonly workDir: string;
  readonly signal: AbortSignal;
  /** The limits of one run. */
  readonly command: Pick<SandboxedCommand, "limits">;
  readonly seen?: readonly Seen[];
}

const quiet = "-nostdin -hide_banner -nostats -loglevel level+info -filter_threads 1 -y".split(" ");
const raw = "-fps_mode passthrough -pix_fmt rgb24 -f rawvideo".split(" ");

/**
 * Looks at frames from all over a film, and says where its best one is (poster-score.ts). Undefined when
 * nothing could be decoded that way.
 * @throws MediaError as the sandbox's `exited`
 */
export async function surveyFilm(
  poster: PlannedPoster,
  candidates: number,
  parts: SurveyParts,
): Promise<PosterPlace | undefined> {
  const { facts, seen } = parts;
  const size = fitWithin(poster.picture, box);
  const { durationMs } = facts;
  const isWhole = durationMs === undefined || durationMs <= wholeMs;
  const stills = isWhole
    ? await lookThrough(poster, size, (durationMs ?? wholeMs) / candidates, parts)
    : await lookAtKeyframes(poster, size, durationMs / candidates, parts);
  const best = stills[bestStill(stills, size, seen) ?? -1];
  return best && { atMs: best.atMs, keyframe: !isWhole };
}

async function run(
  args: readonly string[],
  { sandbox, ffmpeg, sourcePath, workDir, signal, command }: SurveyParts,
): Promise<number[]> {
  const child = sandbox.spawn({
    command: ffmpeg,
    args,
    reads: [sourcePath],
    writes: [workDir],
    priority: "background",
    signal,
    ...command,
  });
  const times: number[] = [];
  child.onStderrLine((line) => {
    const time = readFrameTime(line);
    if (time !== undefined) times.push(time);
  });
  child.stdout.resume();
  await child.exited;
  return times;
}

/** The pictures in a file of raw ones; none where there is no such file. */
async function picturesIn(path: string, { width, height }: StillSize): Promise<Uint8Array[]> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  await rm(path, { force: true });
  const length = width * height * 3;
  const count = Math.floor(bytes.length / length);
  return Array.from({ length: count }, (_, at) => bytes.subarray(at * length, (at + 1) * length));
}

function read({ sourcePath, facts, limits }: SurveyParts, reading: Reading): string[] {
  return ["-threads", "1", ...inputArguments(sourcePath, facts, limits, reading)];
}

/** Frames at equal distances, from one decode of the film's first part. */
async function lookThrough(
  poster: PlannedPoster,
  size: StillSize,
  spacingMs: number,
  parts: SurveyParts,
): Promise<Still[]> {
  const path = join(parts.workDir, "survey.rgb");
  const spacing = (spacingMs / 1000).toFixed(3);
  const select = String.raw`select=isnan(prev_selected_t)+gte(t-prev_selected_t\,${spacing})`;
  const graph = stillGraph(poster.picture, 0, size, {
    before: select,
    after: "showinfo=checksum=0",
  });
  const input = read(parts, { fewerFrames: true, forMs: wholeMs });
  const args = [...quiet, ...input, "-filter_complex", `${graph}[v]`, "-map", "[v]"];
  const times = await run([...args, ...raw, `file:${path}`], parts);
  const pictures = await picturesIn(path, size);
  return pictures.flatMap((pixels, index) => {
    const atMs = times[index];
    return atMs === undefined ? [] : [{ atMs, pixels }];
  });
}

/** Keyframes at about equal distances: each is sought, so that the length of the film costs nothing. */
async function lookAtKeyframes(
  poster: PlannedPoster,
  size: StillSize,
  spacingMs: number,
  parts: SurveyParts,
): Promise<Still[]> {
  const durationMs = parts.facts.durationMs ?? 0;
  const count = Math.floor(durationMs / spacingMs);
  const places = Array.from({ length: count }, (_, at) => Math.round((at + 0.5) * spacingMs));
  const stills: Still[] = [];
  for (let first = 0; first < places.length; first += atOnce) {
    const group = places.slice(first, first + atOnce);
    const path = (index: number) => join(parts.workDir, `survey-${first + index}.rgb`);
    const inputs = group.flatMap((fromMs) => read(parts, { fromMs, keyframesOnly: true }));
    const graphs = group.map((_, at) => `${stillGraph(poster.picture, at, size, {})}[v${at}]`);
    const outputs = group.flatMap((_, at) => {
      return ["-map", `[v${at}]`, "-frames:v", "1", ...raw, `file:${path(at)}`];
    });
    await run([...quiet, ...inputs, "-filter_complex", graphs.join(";"), ...outputs], parts);
    for (const [at, atMs] of group.entries())
      for (const pixels of await picturesIn(path(at), size)) stills.push({ atMs, pixels });
  }
  return stills;
}
