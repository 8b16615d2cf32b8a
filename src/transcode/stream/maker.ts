import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { BeginOptions, Engine } from "../../media/engine.ts";
import { MediaError } from "../../media/errors.ts";
import type { MediaFacts } from "../../media/facts.ts";
import { type Limits, timeLimitMs } from "../../media/limits.ts";
import type { ObjectRef, StoredObject } from "../../media/media.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { SandboxedCommand } from "../../sandbox/sandbox.ts";
import type { ObjectPlace, ObjectStore } from "../../objects/object-store.ts";
import { putText, storedObject } from "../../objects/stored.ts";
import { progressOf } from "../ffmpeg/progress.ts";
import { runFfmpeg } from "../ffmpeg/run.ts";
import type { FfmpegTranscoderOptions } from "../ffmpeg/transcoder.ts";
import { sheetArguments, streamArguments } from "./arguments.ts";
import { type FragmentedFile, readFragments } from "./fragments.ts";
import { iframeListName, iframePlaylist, mediaPlaylist, playlistName } from "./hls.ts";
import { apart, type PlannedStream } from "./plan.ts";
import { ratesOf } from "./rates.ts";
import { storyboardVtt } from "./storyboard.ts";
import type { FragmentIndex, SoundTrack, VideoRung } from "./stream-set.ts";
import { contentTypes, indexFile, type StoredStream } from "./stored-stream.ts";

export interface StreamRequest {
  readonly source: ObjectRef;
  readonly facts: MediaFacts;
  readonly plan: PlannedStream;
  /** Where a file of the stream is put. */
  readonly targetOf: (file: string) => ObjectPlace;
}

export interface StreamResult {
  /** All files but the captions and what lists them, each durable in the object store. */
  readonly objects: readonly StoredObject[];
  /** What was unusual, for people. */
  readonly notes: readonly string[];
}

export type StreamMaker = Engine<StreamRequest, StreamResult>;

/** What any run may write, and how far over its planned rate it may go. */
const freeBytes = 1024 ** 3;
const allowance = 3;

function largestFile({ rungs }: PlannedStream, durationMs: number, limits: Limits): number {
  const bits = Math.max(...rungs.map(({ maxBitRate }) => maxBitRate));
  const planned = (bits / 8) * (durationMs / 1000);
  return Math.min(limits.outputBytes, Math.ceil(freeBytes + allowance * planned));
}

const lengthMs = ({ fragments, timescale }: FragmentIndex): number =>
  Math.round((fragments.reduce((sum, { duration }) => sum + duration, 0) * 1000) / timescale);

/** The rungs as they came out; those whose bytes are too near to the next larger one's are left out. */
async function rungsMade(
  plan: PlannedStream,
  pathOf: (file: string) => string,
): Promise<VideoRung[]> {
  const found = await Promise.all(
    plan.rungs.map(async ({ name, picture }) => {
      const made = await readFragments(pathOf(`${name}.mp4`));
      if (made === undefined) return undefined;
      checkSize(name, made, picture);
      const { index, codecs, width, height } = made;
      return { uri: `${name}.mp4`, codecs, width, height, frameRate: plan.shownRate, index };
    }),
  );
  const rungs = found.filter((rung) => rung !== undefined);
  if (rungs.length < plan.rungs.length)
    throw new MediaError("damaged_media", "no picture of it could be decoded");
  return apart(rungs, ({ index }) => ratesOf(index).average, plan.leastStep);
}

function checkSize(
  name: string,
  made: FragmentedFile,
  planned: { width: number; height: number },
): void {
  if (made.width === planned.width && made.height === planned.height) return;
  const was = `${made.width}×${made.height} instead of ${planned.width}×${planned.height}`;
  throw new MediaError("output_invalid", `the rung ${name} is ${was}`);
}

async function soundMade(
  { audio }: PlannedStream,
  pathOf: (file: string) => string,
): Promise<SoundTrack[]> {
  const made = audio && (await readFragments(pathOf("audio.mp4")));
  if (audio === undefined || made === undefined) return [];
  const { language, sampleRateHz, channels } = audio;
  const about = { name: "Sound", isDefault: true, sampleRateHz, channels };
  const { index, codecs } = made;
  return [
    { uri: "audio.mp4", codecs, index, ...about, ...(language !== undefined && { language }) },
  ];
}

/** The playlists that only a new encoding changes, by file. */
function playlistsOf({ rungs, sounds }: Pick<StoredStream, "rungs" | "sounds">) {
  const lists = [...rungs, ...sounds].map(({ uri, index }) => ({
    file: playlistName(uri),
    text: mediaPlaylist(uri, index),
  }));
  const winding = rungs.flatMap(({ uri, index }) => {
    const text = iframePlaylist(uri, index);
    return text === undefined ? [] : [{ file: iframeListName(uri), text }];
  });
  return [...lists, ...winding];
}

/** Puts all files into the store, or none. */
async function store(
  objects: ObjectStore,
  { plan, targetOf }: StreamRequest,
  { pathOf, signal }: { pathOf: (file: string) => string; signal: AbortSignal },
): Promise<StoredObject[]> {
  const rungs = await rungsMade(plan, pathOf);
  const sounds = await soundMade(plan, pathOf);
  const durationMs = Math.max(...[...rungs, ...sounds].map(({ index }) => lengthMs(index)));
  const stream: StoredStream = { rungs, sounds, durationMs };
  const kept: StoredObject[] = [];
  const typeOf = (file: string) => contentTypes[file.slice(file.lastIndexOf(".") + 1)] ?? "";
  const putMade = async (file: string) => {
    const stored = await objects.putFile(targetOf(file), pathOf(file), { move: true, signal });
    kept.push(storedObject(stored, file === "audio.mp4" ? "audio/mp4" : typeOf(file)));
  };
  const put = async (file: string, text: string) =>
    kept.push(await putText(objects, targetOf(file), text, typeOf(file)));
  try {
    for (const { uri } of [...rungs, ...sounds]) await putMade(uri);
    for (const { file, text } of playlistsOf(stream)) await put(file, text);
    const isShown = await stat(pathOf("storyboard.jpg")).catch(() => undefined);
    if (isShown !== undefined && isShown.size > 0) {
      await putMade("storyboard.jpg");
      await put("storyboard.vtt", storyboardVtt(plan.storyboard, durationMs));
    }
    await put(indexFile, JSON.stringify(stream));
    return kept;
  } catch (error) {
    // The first error is reported.
    await Promise.allSettled(kept.map((object) => objects.remove(object)));
    throw error;
  }
}

/**
 * The adaptive stream by ffmpeg on this machine: all of it from one decode, in one run. `begin` throws
 * MediaError as the transcoder's does.
 */
export function createStreamMaker(options: FfmpegTranscoderOptions): StreamMaker {
  const { sandbox, objects, limits } = options;

  async function make(
    { facts, plan }: StreamRequest,
    sourcePath: string,
    pathOf: (file: string) => string,
    { workDir, signal, onProgress }: BeginOptions,
  ): Promise<number> {
    const { durationMs } = facts;
    const wallMs = timeLimitMs(limits, durationMs);
    const command: Omit<SandboxedCommand, "args" | "reads"> = {
      command: options.ffmpeg ?? "ffmpeg",
      writes: [workDir],
      limits: {
        wallMs,
        cpuSeconds: wallMs / 1000,
        memoryBytes: limits.memoryBytes,
        fileSizeBytes: largestFile(plan, durationMs ?? limits.maxDurationMs, limits),
      },
      priority: "background",
      signal,
    };
    const args = streamArguments({ sourcePath, facts, limits, plan, pathOf });
    const { errors, report } = await runFfmpeg(
      sandbox,
      { ...command, args, reads: [sourcePath] },
      (current) => onProgress(progressOf(current, durationMs)),
    );
    signal.throwIfAborted();
    if ((report.outTimeMs ?? 0) > limits.maxDurationMs)
      throw new MediaError("limit_duration", "it plays longer than is allowed");
    const sheet = sheetArguments(plan.storyboard, pathOf);
    await runFfmpeg(sandbox, { ...command, args: sheet, reads: [] }, () => {});
    return errors;
  }

  return {
    id: "ffmpeg",
    async begin(request, beginOptions) {
      const { workDir, signal } = beginOptions;
      const pathOf = (file: string) => join(workDir, file);
      const errors = await withLocalFile(
        objects,
        request.source,
        (path) => make(request, path, pathOf, beginOptions),
        { folder: workDir },
      );
      const made = await store(objects, request, { pathOf, signal });
      const notes = errors === 0 ? [] : [`${errors} errors in the source`];
      return { state: "done", result: { objects: made, notes } };
    },
  };
}
