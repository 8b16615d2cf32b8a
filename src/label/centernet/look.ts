import type { StartOptions } from "../../media/engine.ts";
import type { MediaFacts, VideoFacts } from "../../media/facts.ts";
import type { Label, LabeledFrame, Labeling } from "../../media/label.ts";
import type { Limits } from "../../media/limits.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { decodeFrames } from "../frames.ts";
import type { DecodedFrames, Frame } from "../frames.ts";
import { letterbox, mirrorPixels } from "../geometry.ts";
import type { LabelResult } from "../labeler.ts";
import { actualInterval, mostFrames, planSampling, tooSparse } from "../sampling.ts";
import type { Sampling } from "../sampling.ts";
import { segmentsOf } from "../timeline.ts";
import { combineLooks, labelsOf, sightingsOf, thresholdOf } from "./detections.ts";
import type { Sighting } from "./detections.ts";
import type { Detector } from "./detector.ts";
import { modelPackage } from "./install.ts";
import { frameSize } from "./protocol.ts";

/** Rises when the same bytes would get other labels: thresholds, sampling, names. */
export const revision = 1;

/** One media to look at, and what with. */
export interface Run {
  readonly path: string;
  readonly facts: MediaFacts;
  readonly video: VideoFacts;
  readonly durationMs: number | undefined;
  readonly options: StartOptions;
  readonly detector: Detector;
  readonly sandbox: Sandbox;
  readonly ffmpeg: string;
  readonly limits: Limits;
  readonly minConfidence: number | undefined;
}

function decode(
  run: Run,
  sampling: Sampling | "first",
  onFrame: (frame: Frame) => Promise<void>,
): Promise<DecodedFrames> {
  const { sandbox, ffmpeg, path, facts, limits } = run;
  const { signal } = run.options;
  const request = { path, facts, sampling, size: frameSize, limits, signal, onFrame };
  return decodeFrames({ sandbox, ffmpeg }, request);
}

async function look(run: Run, pixels: Uint8Array): Promise<Sighting[]> {
  const within = letterbox(run.video.displayWidth, run.video.displayHeight, frameSize);
  return sightingsOf(await run.detector.detect(pixels, run.options.signal), within);
}

/** The labels of what is sure enough to be told. */
function told(run: Run, sightings: readonly Sighting[], kind: "frame" | "still"): Label[] {
  return labelsOf(
    sightings.filter(
      ({ name, confidence }) => confidence >= thresholdOf(name, kind, run.minConfidence),
    ),
  );
}

/** A picture is looked at twice, once in a mirror. */
export async function labelImage(run: Run): Promise<LabelResult> {
  const frames: LabeledFrame[] = [];
  const { complaints } = await decode(run, "first", async ({ pixels }) => {
    const plain = await look(run, pixels);
    const mirrored = await look(run, mirrorPixels(pixels, frameSize));
    frames.push({ labels: told(run, combineLooks(plain, mirrored), "still") });
  });
  const labeling: Labeling = { frames, segments: [], engine: engineOf(run.detector) };
  return { labeling, notes: complaintNote(complaints) };
}

async function labelFrames(run: Run, sampling: Sampling) {
  const frames: LabeledFrame[] = [];
  const report = progressReporter(run);
  const { complaints } = await decode(run, sampling, async ({ timestampMs, pixels }) => {
    frames.push({ timestampMs, labels: told(run, await look(run, pixels), "frame") });
    report(timestampMs);
  });
  return { frames, complaints };
}

/** A video is looked at as sampling.ts plans; when keyframes turn out too rare, once more in full. */
export async function labelVideo(run: Run): Promise<LabelResult> {
  const { durationMs } = run;
  let sampling = planSampling(durationMs);
  let looked = await labelFrames(run, sampling);
  if (sampling.keyframesOnly && tooSparse(looked.frames.length, durationMs)) {
    sampling = { ...sampling, keyframesOnly: false };
    looked = await labelFrames(run, sampling);
  }
  const { frames, complaints } = looked;
  const times = frames.map((frame) => frame.timestampMs ?? 0);
  const intervalMs = actualInterval(times, sampling.intervalMs);
  const segments = segmentsOf(frames, intervalMs, durationMs);
  const notes = [
    ...samplingNote(frames.length, intervalMs, sampling),
    ...complaintNote(complaints),
  ];
  return { labeling: { frames, segments, engine: engineOf(run.detector) }, notes };
}

function engineOf({ tfjs, modelSha256 }: Detector): Labeling["engine"] {
  const { name, version } = modelPackage;
  return {
    name: "centernet",
    version: `${revision} (tfjs ${tfjs})`,
    model: `centernet-coco80 ${modelSha256.slice(0, 12)} (${name} ${version})`,
  };
}

function progressReporter({ durationMs, options }: Run): (timestampMs: number) => void {
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
