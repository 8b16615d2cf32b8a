import { segmentsOf } from "../label/timeline.ts";
import { actualInterval, planSampling } from "../label/sampling.ts";
import { MediaError } from "../media/errors.ts";
import type { LabelSegment, LabelSummary } from "../media/label.ts";
import type { Media } from "../media/media.ts";
import type { EngineInfo } from "../media/transcript.ts";
import type { Ports } from "./ports.ts";
import { outputJson } from "./read-output.ts";

/** The labels of a media file, the surest first, each with the times at which it is seen. */
export interface LabelTimeline {
  readonly engine: EngineInfo;
  /** An image's labels have no times. */
  readonly labels: readonly (LabelSummary & {
    readonly segments?: readonly Omit<LabelSegment, "name">[];
  })[];
}

/** The part that is read of the stored JSON, which has Rekognition's shape. */
interface Stored {
  readonly engine: EngineInfo;
  readonly Labels: readonly {
    readonly Timestamp?: number;
    readonly Label?: { readonly Name: string; readonly Confidence: number };
  }[];
}

/** When each label is seen. @throws MediaError `not_found` when there are no labels, or not yet */
export async function timelineOf(
  ports: Pick<Ports, "catalog" | "objects">,
  media: Media,
): Promise<LabelTimeline> {
  const stored = await outputJson(ports, media, "labels");
  if (stored === undefined)
    throw new MediaError("not_found", `${JSON.stringify(media.name)} has no labels`);
  const summary = await ports.catalog.getLabels(media);
  return timeline(stored as Stored, media.facts?.durationMs, summary);
}

/** The times of a video's labels, from what was seen in each frame. */
function timeline(
  { engine, Labels }: Stored,
  durationMs: number | undefined,
  summary: readonly LabelSummary[],
): LabelTimeline {
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
