import type { Job } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, Rendition, StoredObject } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";

/** Everything about one media. */
export interface MediaDetails {
  readonly media: Media;
  readonly renditions: readonly Rendition[];
  readonly outputs: readonly StoredObject[];
  readonly labels: readonly LabelSummary[];
  readonly transcript?: Transcript;
  readonly jobs: readonly Job[];
}

/** One line of a list of media. */
export interface MediaListing {
  readonly media: Media;
  readonly labels: readonly LabelSummary[];
  /** True when a draft engine heard its transcript. */
  readonly draft: boolean;
}
