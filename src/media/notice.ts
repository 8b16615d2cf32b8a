import type { Step } from "./job.ts";
import type { Incomplete } from "./facts.ts";
import type { MediaType } from "./media.ts";

/** What can be subscribed to. */
export const topics = ["completed", "error"] as const;
export type Topic = (typeof topics)[number];

/** A topic that a client has made, by its ARN: `arn:aws:sns:REGION:ACCOUNT:NAME`. */
export type TopicArn = `arn:aws:sns:${string}`;

export const isTopicArn = (topic: string): topic is TopicArn => topic.startsWith("arn:aws:sns:");

/** What an address can be subscribed to. */
export type AnyTopic = Topic | TopicArn;

/** A message that was published to a client's topic. */
export interface Published {
  readonly subject?: string;
  readonly message: string;
  /** Other texts for receivers of one protocol (`email`, `http`, `https`). */
  readonly byProtocol?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, MessageAttribute>>;
}

/** A value that travels beside a published message. */
export interface MessageAttribute {
  /** `String`, `Number`, `Binary` or `String.Array`. */
  readonly type: string;
  /** Binary ones in base 64. */
  readonly value: string;
}

/** The owner of a subscription to the media files of all owners. */
export const everybody = "*";

/** What a message says about a media file, as it was when the message was written. */
export interface NoticeContent {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly type?: MediaType;
  readonly durationMs?: number;
  /** Present when not all of the file could be decoded: it was cut off, or its rest is broken. */
  readonly incomplete?: Incomplete;
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
