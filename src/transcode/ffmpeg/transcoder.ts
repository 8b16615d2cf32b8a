import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { BeginOptions } from "../../media/engine.ts";
import { type Damage, damageNote } from "../../media/damage.ts";
import { MediaError } from "../../media/errors.ts";
import { type Limits, timeLimitMs } from "../../media/limits.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import type { ProcessLimits, Sandbox, SandboxedCommand } from "../../sandbox/sandbox.ts";
import { gifOf, smallerGif } from "../gif-budget.ts";
import type { PlannedRendition } from "../plan.ts";
import type { TranscodeRequest, Transcoder, TranscodeResult } from "../transcoder.ts";
import { copies, type Output, transcodeArguments } from "./arguments.ts";
import { damageOf } from "./damage.ts";
import { encoderEnvironment } from "./encoders.ts";
import { inputArguments } from "./input.ts";
import { measureLoudness } from "./measure-loudness.ts";
import { formats, look, type Made } from "./output.ts";
import { progressOf } from "./progress.ts";
import { outputBudget } from "./output-budget.ts";
import { posterPlace } from "./poster-place.ts";
import { runFfmpeg } from "./run.ts";
import { storeOutputs } from "./store-outputs.ts";
import { encoded, isSourcesFault } from "./second-try.ts";
import type { PosterPlace } from "./survey.ts";
import { watermarkFiles } from "./watermark.ts";

export interface FfmpegTranscoderOptions {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
  /** The version by `ffmpeg -version`: recorded with every rendition (decision 0005). */
  readonly version: () => Promise<string | undefined>;
  /** The folder of the watermarks' pictures, each under its SHA-256. Default: none are known. */
  readonly watermarks?: string;
  /** The program. Default: `ffmpeg` on the sandbox's search path. */
  readonly ffmpeg?: string;
}

interface Attempt {
  readonly made: readonly Made[];
  readonly damage: Damage | undefined;
  /** A copied stream changes midway: its bytes do not fit one description. */
  readonly changed: boolean;
}

/**
 * Transcoding by ffmpeg on this machine. All renditions of a request are made in one run from one
 * decode; they appear in the object store when all of them are whole, or not at all. A damaged
 * source gives outputs of its readable parts, and a note; its streams are encoded, not copied.
 * `begin` throws MediaError `damaged_media` when nothing is readable, `limit_*`, `cancelled`,
 * `disk_full`, `storage_failed`, `engine_missing`, `engine_failed`, `output_invalid`.
 */
export function createFfmpegTranscoder(options: FfmpegTranscoderOptions): Transcoder {
  async function begin(request: TranscodeRequest, beginOptions: BeginOptions) {
    const paths = request.renditions.map(({ plan }) =>
      join(beginOptions.workDir, `${plan.rendition}.${formats[plan.rendition].format}`),
    );
    try {
      const { made, damage } = await withLocalFile(
        options.objects,
        request.source,
        (path) => withinBudget(options, request, path, paths, beginOptions),
        { folder: beginOptions.workDir },
      );
      const engine = ["ffmpeg", await options.version()].join(" ").trim();
      const renditions = await storeOutputs(
        options.objects,
        request,
        made,
        engine,
        beginOptions.signal,
      );
      const result: TranscodeResult = {
        renditions,
        ...(damage?.short === undefined ? {} : { short: damage.short }),
        notes: damage === undefined ? [] : [damageNote(damage)],
      };
      return { state: "done", result } as const;
    } finally {
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    }
  }

  return { id: "ffmpeg", begin };
}

/** Makes all outputs; again with a smaller GIF while it is larger than its plan allows. */
async function withinBudget(
  options: FfmpegTranscoderOptions,
  request: TranscodeRequest,
  sourcePath: string,
  paths: readonly string[],
  beginOptions: BeginOptions,
): Promise<Attempt> {
  const plans = request.renditions.map(({ plan }) => plan);
  const planned = gifOf(plans);
  let attempt = await transcode(options, request, plans, sourcePath, paths, beginOptions);
  for (;;) {
    const gif = attempt.made.find(({ plan }) => plan.rendition === "gif");
    if (planned === undefined || gif?.plan.rendition !== "gif") return attempt;
    const { size } = await stat(gif.path);
    if (size <= planned.maxBytes) return attempt;
    const smaller = smallerGif(planned, gif.plan, size);
    if (smaller === undefined) return attempt;
    const next = plans.map((plan) => (plan === planned ? smaller : plan));
    attempt = await transcode(options, request, next, sourcePath, paths, beginOptions);
  }
}

/** Makes all outputs; a second time without copying or seeking, when those gave damaged outputs or none. */
async function transcode(
  options: FfmpegTranscoderOptions,
  request: TranscodeRequest,
  plans: readonly PlannedRendition[],
  sourcePath: string,
  paths: readonly string[],
  beginOptions: BeginOptions,
): Promise<Attempt> {
  const attempt = (using: readonly PlannedRendition[], posterAt?: PosterPlace) => {
    const outputs = using.map((plan, index) => ({ plan, path: paths[index] ?? "" }));
    return attemptOnce(options, request, sourcePath, outputs, posterAt, beginOptions);
  };
  const hasCopies = copies(request.renditions);
  const seeks = plans.some((plan) => plan.rendition === "poster" && plan.choice !== undefined);
  const unlessDamaged = (error: unknown) => {
    if ((hasCopies || seeks) && isSourcesFault(error)) return undefined;
    throw error;
  };
  const place = await posterPlace(plans, {
    sandbox: options.sandbox,
    ffmpeg: options.ffmpeg ?? "ffmpeg",
    limits: options.limits,
    command: { limits: processLimits(options, request, plans) },
    sourcePath,
    facts: request.facts,
    workDir: beginOptions.workDir,
    signal: beginOptions.signal,
    ...(request.seen && { seen: request.seen }),
  }).catch(unlessDamaged);
  const first = await attempt(plans, place).catch(unlessDamaged);
  const isUnfit = hasCopies && ((first?.damage?.errors ?? 0) > 0 || first?.changed === true);
  if (first !== undefined && !isUnfit) return first;
  const second = hasCopies || seeks ? await attempt(plans.map(encoded)) : undefined;
  if (second !== undefined) return second;
  throw new MediaError("damaged_media", "the source is damaged: nothing of it could be decoded");
}

function processLimits(
  { limits }: FfmpegTranscoderOptions,
  { facts: { durationMs } }: TranscodeRequest,
  plans: readonly PlannedRendition[],
): ProcessLimits {
  const wallMs = timeLimitMs(limits, durationMs);
  return {
    wallMs,
    cpuSeconds: wallMs / 1000,
    memoryBytes: limits.memoryBytes,
    fileSizeBytes: outputBudget(plans, durationMs, limits),
  };
}

/** One run of ffmpeg, and the check of its outputs; undefined when an output is empty. */
async function attemptOnce(
  options: FfmpegTranscoderOptions,
  request: TranscodeRequest,
  sourcePath: string,
  outputs: readonly Output[],
  posterAt: PosterPlace | undefined,
  { workDir, signal, onProgress }: BeginOptions,
): Promise<Attempt | undefined> {
  const { limits } = options;
  const { facts } = request;
  const plans = outputs.map(({ plan }) => plan);
  const watermarks = await watermarkFiles(plans, options.watermarks);
  const environment = {
    command: options.ffmpeg ?? "ffmpeg",
    env: encoderEnvironment,
    reads: [sourcePath, ...watermarks.map(({ path }) => path)],
    writes: [workDir],
    limits: processLimits(options, request, plans),
    priority: "background",
    signal,
  } as const;
  const loudness = await measureLoudness(
    options.sandbox,
    environment,
    inputArguments(sourcePath, facts, limits),
    plans.flatMap((plan) => ("audio" in plan ? (plan.audio ?? []) : [])),
  );
  const more = { watermarks, loudness, ...(posterAt && { posterAt }) };
  const command: SandboxedCommand = {
    ...environment,
    args: transcodeArguments({ sourcePath, facts, limits, outputs, ...more }),
  };
  const totalMs = expectedTotalMs(request);
  const ran = await runFfmpeg(options.sandbox, command, (current) =>
    onProgress(progressOf(current, totalMs)),
  );
  const { report, errors, changed } = ran;
  signal.throwIfAborted();
  if ((report.outTimeMs ?? 0) > limits.maxDurationMs)
    throw new MediaError("limit_duration", "it plays longer than is allowed");
  const looked = await Promise.all(outputs.map((output) => look(output, report)));
  const made = looked.filter((output) => output !== undefined);
  if (made.length < outputs.length && ran.lackedMemory)
    throw new MediaError("limit_memory", "nothing could be decoded for want of memory");
  if (made.length < outputs.length) return undefined;
  return { made, damage: damageOf(request.facts, made, errors), changed };
}

/**
 * How much media time is processed: the source, or as much of it as the longest output shows. A still
 * has no length.
 */
function expectedTotalMs({ facts, renditions }: TranscodeRequest): number | undefined {
  const lengths = renditions.map(({ plan }) => {
    if (plan.rendition === "poster") return 0;
    return plan.rendition === "gif" ? plan.durationMs : Infinity;
  });
  const longest = Math.max(...lengths);
  return facts.durationMs === undefined || longest === 0
    ? undefined
    : Math.min(facts.durationMs, longest);
}
