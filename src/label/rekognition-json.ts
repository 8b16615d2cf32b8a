import type { MediaFacts, Ratio } from "../media/facts.ts";
import type { Label, Labeling, LabelSegment, Shot } from "../media/label.ts";
import type { EngineInfo } from "../media/transcript.ts";

/** A label as Amazon Rekognition writes it: confidence 0–100, boxes in fractions of the picture. */
interface RekognitionLabel {
  readonly Name: string;
  readonly Confidence: number;
  readonly Instances: readonly {
    readonly BoundingBox: { Width: number; Height: number; Left: number; Top: number };
    readonly Confidence: number;
    /** Ours: the same number is the same thing, seen again. Videos only. */
    readonly TrackId?: number;
  }[];
  readonly Parents: readonly { readonly Name: string }[];
}

/** The answer of Rekognition's DetectLabels, and the engine. */
export interface DetectLabelsJson {
  readonly Labels: readonly RekognitionLabel[];
  readonly LabelModelVersion: string;
  readonly engine: EngineInfo;
}

/** What Rekognition's VideoMetadata says of a video. Width and height are as displayed. Unknown is absent. */
interface VideoMetadataJson {
  readonly Codec?: string;
  readonly DurationMillis?: number;
  /** ffprobe's format_long_name, as Rekognition writes it: "QuickTime / MOV". */
  readonly Format: string;
  readonly FrameRate?: number;
  readonly FrameHeight?: number;
  readonly FrameWidth?: number;
}

/** The answer of Rekognition's GetLabelDetection in the order of time, and the engine. */
export interface GetLabelDetectionJson {
  readonly JobStatus: "SUCCEEDED";
  readonly VideoMetadata: VideoMetadataJson;
  /** `Timestamp` in milliseconds from the video's start. */
  readonly Labels: readonly { readonly Timestamp: number; readonly Label: RekognitionLabel }[];
  readonly LabelModelVersion: string;
  /** Ours: the same labels as times, as the same answer has them when asked for `SEGMENTS`. */
  readonly LabelSegments: readonly LabelSegmentJson[];
  /** As GetSegmentDetection has them; absent when cuts were not looked for. */
  readonly Segments?: readonly ShotJson[];
  readonly engine: EngineInfo;
}

/** A time during which a label is seen. */
interface LabelSegmentJson {
  readonly StartTimestampMillis: number;
  readonly EndTimestampMillis: number;
  readonly DurationMillis: number;
  readonly Label: { readonly Name: string; readonly Confidence: number };
}

/** The time between two cuts. */
interface ShotJson {
  readonly Type: "SHOT";
  readonly StartTimestampMillis: number;
  readonly EndTimestampMillis: number;
  readonly DurationMillis: number;
  readonly ShotSegment: { readonly Index: number; readonly Confidence: number };
}

/** Six digits: more than any model is exact, and short enough to keep the file small. */
const rounded = (value: number) => Math.round(value * 1e6) / 1e6;

const percent = (confidence: number) => Math.round(confidence * 1e6) / 1e4;

function rekognitionLabel(label: Label): RekognitionLabel {
  return {
    Name: label.name,
    Confidence: percent(label.confidence),
    Instances: label.instances.map(({ box, confidence, track }) => ({
      BoundingBox: {
        Width: rounded(box.width),
        Height: rounded(box.height),
        Left: rounded(box.left),
        Top: rounded(box.top),
      },
      Confidence: percent(confidence),
      ...(track !== undefined && { TrackId: track }),
    })),
    Parents: label.parents.map((Name) => ({ Name })),
  };
}

const bySureness = (a: Label, b: Label) =>
  b.confidence - a.confidence || (a.name < b.name ? -1 : 1);

const perSecond = ({ num, den }: Ratio) => rounded(num / den);

function videoMetadata(facts: MediaFacts): VideoMetadataJson {
  const { video } = facts;
  const durationMs = facts.durationMs ?? video?.durationMs;
  const frameRate = video?.averageFrameRate ?? video?.frameRate;
  return {
    ...(video && { Codec: video.codec }),
    ...(durationMs !== undefined && { DurationMillis: durationMs }),
    Format: facts.containerLongName,
    ...(frameRate && { FrameRate: perSecond(frameRate) }),
    ...(video && { FrameHeight: video.displayHeight, FrameWidth: video.displayWidth }),
  };
}

/** The labels of an image, the surest first. */
function detectLabelsJson({ frames, engine }: Labeling): DetectLabelsJson {
  const labels = frames.flatMap((frame) => frame.labels).toSorted(bySureness);
  return { Labels: labels.map(rekognitionLabel), LabelModelVersion: engine.model, engine };
}

const times = ({ startMs, endMs }: { startMs: number; endMs: number }) => ({
  StartTimestampMillis: startMs,
  EndTimestampMillis: endMs,
  DurationMillis: endMs - startMs,
});

const labelSegment = (segment: LabelSegment): LabelSegmentJson => ({
  ...times(segment),
  Label: { Name: segment.name, Confidence: percent(segment.confidence) },
});

const shotSegment = (shot: Shot, index: number): ShotJson => ({
  Type: "SHOT",
  ...times(shot),
  ShotSegment: { Index: index, Confidence: percent(shot.confidence) },
});

/** The labels of a video, by time and then the surest first: Rekognition's order TIMESTAMPS. */
function getLabelDetectionJson(
  { frames, segments, shots, engine }: Labeling,
  facts: MediaFacts,
): GetLabelDetectionJson {
  const inTime = frames.toSorted((a, b) => (a.timestampMs ?? 0) - (b.timestampMs ?? 0));
  return {
    JobStatus: "SUCCEEDED",
    VideoMetadata: videoMetadata(facts),
    Labels: inTime.flatMap(({ timestampMs = 0, labels }) =>
      labels
        .toSorted(bySureness)
        .map((label) => ({ Timestamp: timestampMs, Label: rekognitionLabel(label) })),
    ),
    LabelModelVersion: engine.model,
    LabelSegments: segments.map(labelSegment),
    ...(shots && { Segments: shots.map(shotSegment) }),
    engine,
  };
}

/** A labelling in the shape that Rekognition has for its kind of media. */
export function rekognitionJson(
  labeling: Labeling,
  facts: MediaFacts,
): DetectLabelsJson | GetLabelDetectionJson {
  return facts.type === "video"
    ? getLabelDetectionJson(labeling, facts)
    : detectLabelsJson(labeling);
}
