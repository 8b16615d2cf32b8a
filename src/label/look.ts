import type { BeginOptions } from "../media/engine.ts";
import { MediaError } from "../media/errors.ts";
import type { MediaFacts, VideoFacts } from "../media/facts.ts";
import type { Label, LabeledFrame } from "../media/label.ts";
import type { Limits } from "../media/limits.ts";
import type { EngineInfo } from "../media/transcript.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { decodeFrames } from "./frames.ts";
import type { Frame } from "./frames.ts";
import { letterbox } from "./geometry.ts";
import type { Letterbox } from "./geometry.ts";
import type { LabelRequest, LabelResult } from "./labeler.ts";
import { actualInterval, mostFrames, planSampling, tooSparse } from "./sampling.ts";
import type { Sampling } from "./sampling.ts";
import { shotsOf } from "./shots.ts";
import { borneOut, segmentsOf } from "./timeline.ts";
import { linkInstances } from "./tracks.ts";

/** A picture as an engine sees it. */
export interface Picture {
  /** `within.height` rows of `within.width` times red, green and blue. */
  readonly pixels: Uint8Array;
  /** How large it is, and where it would lie in the square that the engine fits it into. */
  readonly within: Letterbox;
}

/** The part of an engine that labels single pictures. The rest is the same for all engines. */
export interface Eye {
  /** Edge of the squares that pictures are to be fitted into, in pixels. */
  readonly sizes: Readonly<Record<"still" | "frame", number>>;
  readonly engine: EngineInfo;
  look(picture: Picture, kind: "still" | "frame", signal: AbortSignal): Promise<Label[]>;
}

/** One media file to label, and the means. */
export interface Run {
  readonly path: string;
  readonly request: LabelRequest;
  readonly options: BeginOptions;
  readonly sandbox: Sandbox;
  readonly ffmpeg: string;
  readonly limits: Limits;
}

/** Labels a picture, or the frames of a video that sampling.ts plans. */
export async function labelMedia(run: Run, eye: Eye): Promise<LabelResult> {
  const { facts, source } = run.request;
  const { video } = facts;
  if (!video)
    throw new MediaError("unsupported_media", `there is no picture in ${source.key} to label`);
  return facts.type === "image" ? labelImage(run, eye, video) : labelVideo(run, eye, facts, video);
}

async function decode(
  { path, request, options, sandbox, ffmpeg, limits }: Run,
  sampling: Sampling | "first",
  size: number,
  onFrame: (frame: Frame) => Promise<void>,
) {
  const { facts } = request;
  const { signal } = options;
  return decodeFrames(
    { sandbox, ffmpeg },
    { path, facts, sampling, size, limits, signal, onFrame },
  );
}

/** The surest labels, as many as are wanted. */
function surest(labels: readonly Label[], { maxLabels }: LabelRequest): Label[] {
  return labels.toSorted((a, b) => b.confidence - a.confidence).slice(0, maxLabels);
}

async function labelImage(run: Run, eye: Eye, video: VideoFacts): Promise<LabelResult> {
  const frames: LabeledFrame[] = [];
  const size = eye.sizes.still;
  const within = letterbox(video.displayWidth, video.displayHeight, size);
  const { complaints } = await decode(run, "first", size, async ({ pixels }) => {
    const labels = await eye.look({ pixels, within }, "still", run.options.signal);
    frames.push({ labels: surest(labels, run.request) });
  });
  return {
    labeling: { frames, segments: [], engine: eye.engine },
    notes: complaintNote(complaints),
  };
}

async function labelFrames(run: Run, eye: Eye, video: VideoFacts, sampling: Sampling) {
  const frames: LabeledFrame[] = [];
  const report = progressReporter(run, video);
  const size = eye.sizes.frame;
  const within = letterbox(video.displayWidth, video.displayHeight, size);
  const { complaints, cuts } = await decode(
    run,
    sampling,
    size,
    async ({ timestampMs, pixels }) => {
      const labels = await eye.look({ pixels, within }, "frame", run.options.signal);
      frames.push({ timestampMs, labels: surest(labels, run.request) });
      report(timestampMs);
    },
  );
  return { frames, complaints, cuts };
}

/** When keyframes turn out to be too rare, the video is decoded again with all frames. */
async function labelVideo(
  run: Run,
  eye: Eye,
  facts: MediaFacts,
  video: VideoFacts,
): Promise<LabelResult> {
  const durationMs = video.durationMs ?? facts.durationMs;
  let sampling = planSampling(durationMs);
  let looked = await labelFrames(run, eye, video, sampling);
  if (sampling.keyframesOnly && tooSparse(looked.frames.length, durationMs)) {
    sampling = { ...sampling, keyframesOnly: false };
    looked = await labelFrames(run, eye, video, sampling);
  }
  const { complaints, cuts } = looked;
  const times = looked.frames.map((frame) => frame.timestampMs ?? 0);
  const intervalMs = actualInterval(times, sampling.intervalMs);
  const linked = linkInstances(looked.frames, intervalMs);
  const segments = segmentsOf(linked, intervalMs, durationMs);
  const frames = borneOut(linked, segments);
  const endMs = durationMs ?? (times.at(-1) ?? 0) + intervalMs;
  const shots = shotsOf(cuts, endMs);
  const notes = [
    ...samplingNote(frames.length, intervalMs, sampling),
    ...complaintNote(complaints),
  ];
  return { labeling: { frames, segments, shots, engine: eye.engine }, notes };
}

function progressReporter(
  { request, options }: Run,
  video: VideoFacts,
): (timestampMs: number) => void {
  const durationMs = video.durationMs ?? request.facts.durationMs;
  const startedAt = performance.now();
  return (timestampMs) => {
    const elapsedMs = performance.now() - startedAt;
    const speed = timestampMs / elapsedMs;
    if (durationMs === undefined || durationMs === 0 || speed <= 0)
      return options.onProgress(speed > 0 ? { speed } : {});
    const fraction = Math.min(1, timestampMs / durationMs);
    const remainingMs = Math.round(Math.max(0, durationMs - timestampMs) / speed);
    return options.onProgress({ fraction, speed, remainingMs });
  };
}

function complaintNote(complaints: readonly string[]): string[] {
  return complaints.length === 0 ? [] : [`part of it could not be decoded: ${complaints[0]}`];
}

function samplingNote(frames: number, intervalMs: number, sampling: Sampling): string[] {
  if (frames === mostFrames) return [`only the first ${mostFrames} frames were looked at`];
  if (intervalMs <= 1000) return [];
  const which = sampling.keyframesOnly ? "keyframe" : "frame";
  return [`one ${which} about every ${Math.round(intervalMs / 1000)} s was looked at`];
}
