import type { Step } from "./job.ts";
import type { MediaType } from "./media.ts";

/** What can be subscribed to. */
export const topics = ["completed", "error"] as const;
export type Topic = (typeof topics)[number];

/** The owner of a subscription to the media files of all owners. */
export const everybody = "*";

/** What a message says about a media file, as it was when the message was written. */
export interface NoticeContent {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly type?: MediaType;
  readonly durationMs?: number;
  readonly sizeBytes: number;
  /** All its outputs, by key. */
  readonly outputs: readonly {
    readonly key: string;
    readonly contentType: string;
    readonly sizeBytes: number;
  }[];
  /** Names of labels, the surest first, at most 12. Absent when there are none, or the media file was removed. */
  readonly labels?: readonly string[];
  /** The beginning of the transcript. Absent when nothing is said, or the media file was removed. */
  readonly transcript?: {
    readonly text: string;
    /** False when `text` is only the beginning. */
    readonly whole: boolean;
    readonly languageCode: string;
    /** True when a draft engine made the transcript. */
    readonly draft: boolean;
  };
  /** The steps that failed or were cancelled; absent when none did, or the media file was removed. */
  readonly failures?: readonly NoticeFailure[];
}

export interface NoticeFailure {
  readonly step: Step;
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** The last lines that the decoder or engine printed, at most 5. */
  readonly lastLines: readonly string[];
}
