import { segmentsOf } from "../label/timeline.ts";
import { actualInterval, planSampling } from "../label/sampling.ts";
import type { LabelSegment, LabelSummary } from "../media/label.ts";
import type { EngineInfo } from "../media/transcript.ts";

/** The labels of a media, the surest first, each with the times at which it is seen. */
export interface LabelTimeline {
  readonly engine: EngineInfo;
  /** An image's labels have no times. */
  readonly labels: readonly (LabelSummary & {
    readonly segments?: readonly Omit<LabelSegment, "name">[];
  })[];
}

/** What we ask of the stored JSON, which has Rekognition's shape. */
interface Stored {
  readonly engine: EngineInfo;
  readonly Labels: readonly {
    readonly Timestamp?: number;
    readonly Label?: { readonly Name: string; readonly Confidence: number };
  }[];
}

/** The times of a video's labels, from what was seen in each frame. */
export function timelineOf(
  stored: unknown,
  durationMs: number | undefined,
  summary: readonly LabelSummary[],
): LabelTimeline {
  const { engine, Labels } = stored as Stored;
  const frames = new Map<number, { name: string; confidence: number }[]>();
  for (const { Timestamp, Label } of Labels)
    if (Timestamp !== undefined && Label !== undefined) {
      const seen = frames.get(Timestamp) ?? [];
      seen.push({ name: Label.Name, confidence: Label.Confidence / 100 });
      frames.set(Timestamp, seen);
    }
  if (frames.size === 0) return { engine, labels: summary };
  const times = [...frames.keys()].toSorted((a, b) => a - b);
  const planned = planSampling(durationMs).intervalMs;
  const segments = segmentsOf(
    times.map((timestampMs) => ({
      timestampMs,
      labels: (frames.get(timestampMs) ?? []).map((label) => ({
        ...label,
        parents: [],
        instances: [],
      })),
    })),
    actualInterval(times, planned),
    durationMs,
  );
  return {
    engine,
    labels: summary.map((label) => ({
      ...label,
      segments: segments
        .filter(({ name }) => name === label.name)
        .map(({ name: _name, ...segment }) => segment),
    })),
  };
}
