/**
 * Labels as Amazon Rekognition answers with them, from those that the step `label` has stored.
 * https://docs.aws.amazon.com/rekognition/latest/APIReference/API_GetLabelDetection.html
 */

/** A label as it is stored. */
export interface StoredLabel {
  readonly Name: string;
  readonly Confidence: number;
  readonly Instances: readonly { readonly BoundingBox: object; readonly Confidence: number }[];
  readonly Parents: readonly { readonly Name: string }[];
}

/** The stored labels of a picture. */
export interface PictureLabels {
  readonly Labels: readonly StoredLabel[];
  readonly LabelModelVersion: string;
}

/** The stored labels of a video. */
export interface VideoLabels {
  readonly VideoMetadata: object;
  readonly Labels: readonly { readonly Timestamp: number; readonly Label: StoredLabel }[];
  readonly LabelSegments: readonly {
    readonly StartTimestampMillis: number;
    readonly EndTimestampMillis: number;
    readonly DurationMillis: number;
    readonly Label: Pick<StoredLabel, "Name" | "Confidence">;
  }[];
  readonly LabelModelVersion: string;
}

/** Which labels a client wants. */
export interface Wanted {
  /** 0–100. */
  readonly minConfidence: number;
  /** Only these. Default, and where there are none: all. */
  readonly include?: readonly string[];
  /** None of these. */
  readonly exclude?: readonly string[];
}

/** Whether a client wants a label. */
export function isWanted(
  { Name, Confidence }: Pick<StoredLabel, "Name" | "Confidence">,
  { minConfidence, include = [], exclude = [] }: Wanted,
): boolean {
  const isIncluded = include.length === 0 || include.includes(Name);
  return Confidence >= minConfidence && isIncluded && !exclude.includes(Name);
}

/** A label with every member that Rekognition gives it, and no other. */
function labelAnswer({ Name, Confidence, Instances, Parents }: StoredLabel) {
  return {
    Name,
    Confidence,
    Instances: Instances.map((one) => ({
      BoundingBox: one.BoundingBox,
      Confidence: one.Confidence,
    })),
    Parents,
    Aliases: [],
    Categories: [],
  };
}

/** The labels of a picture, the surest first. */
export function pictureAnswer(
  { Labels, LabelModelVersion }: PictureLabels,
  wanted: Wanted,
  most: number,
) {
  const labels = Labels.filter((label) => isWanted(label, wanted)).slice(0, most);
  return { Labels: labels.map(labelAnswer), LabelModelVersion };
}

/** The stored labels of a video that a client wants. */
export function wantedOf(stored: VideoLabels, wanted: Wanted): VideoLabels {
  const { VideoMetadata, LabelModelVersion } = stored;
  return {
    VideoMetadata,
    LabelModelVersion,
    Labels: stored.Labels.filter(({ Label }) => isWanted(Label, wanted)),
    LabelSegments: stored.LabelSegments.filter(({ Label }) => isWanted(Label, wanted)),
  };
}

export type SortBy = "TIMESTAMP" | "NAME";
export type AggregateBy = "TIMESTAMPS" | "SEGMENTS";

type Placed = {
  readonly Timestamp: number;
  readonly Label: { readonly Name: string; readonly Confidence: number };
};

const byText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const bySureness = (a: Placed, b: Placed): number => b.Label.Confidence - a.Label.Confidence;

/** By time, then the surest first; or by name, and each name's the surest first. */
const orders: Readonly<Record<SortBy, (a: Placed, b: Placed) => number>> = {
  TIMESTAMP: (a, b) =>
    a.Timestamp - b.Timestamp || bySureness(a, b) || byText(a.Label.Name, b.Label.Name),
  NAME: (a, b) =>
    byText(a.Label.Name, b.Label.Name) || bySureness(a, b) || a.Timestamp - b.Timestamp,
};

function bySegment({ Labels, LabelSegments }: VideoLabels) {
  const parents = new Map(Labels.map(({ Label: { Name, Parents } }) => [Name, Parents]));
  return LabelSegments.map(({ Label, ...times }) => ({
    Timestamp: times.StartTimestampMillis,
    ...times,
    Label: {
      ...Label,
      Instances: [],
      Parents: parents.get(Label.Name) ?? [],
      Aliases: [],
      Categories: [],
    },
  }));
}

/** All labels of a video in the order that a client wants. */
export function videoAnswer(labels: VideoLabels, sortBy: SortBy, aggregateBy: AggregateBy) {
  const found =
    aggregateBy === "SEGMENTS"
      ? bySegment(labels)
      : labels.Labels.map(({ Timestamp, Label }) => ({ Timestamp, Label: labelAnswer(Label) }));
  return (found as readonly Placed[]).toSorted(orders[sortBy]);
}
