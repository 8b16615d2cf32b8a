import type { MediaEvent } from "../media/event.ts";
import type { SlotKind, Step } from "../media/job.ts";
import type { Bucket } from "../media/media.ts";
import type { NoticeContent } from "../media/notice.ts";
import type { MediaRecord, Told } from "./record.ts";
import type { Attempt, FileStamp, MetadataRecord } from "./write.ts";

/** Names one version's stored bytes. */
export interface BytesRef {
  readonly bucket: Bucket;
  readonly version: string;
}

/**
 * What follows from a write beside the new record. A store saves the effects with the record, in
 * their order. Lists, look-ups and counts follow from the record itself.
 */
export type Effect =
  | { readonly type: "event"; readonly event: MediaEvent; readonly owner: string }
  /** A message to everyone who subscribed to its topic. */
  | ({ readonly type: "notice"; readonly content: NoticeContent } & Told)
  /** The record points at these bytes now: they are not trash. */
  | ({ readonly type: "bytesGained" } & BytesRef)
  /** The record no longer points at these bytes. They go at `removeAt`, unless another record has them. */
  | ({ readonly type: "bytesDropped"; readonly removeAt: number } & BytesRef)
  /** A slot is taken. */
  | {
      readonly type: "attemptStarted";
      readonly attempt: Pick<Attempt, "id" | "jobId" | "step" | "startedAt">;
      readonly slot: SlotKind;
      readonly session: string;
    }
  /** The work goes on elsewhere: the slot stays taken, also when the process ends. */
  | {
      readonly type: "attemptAccepted";
      readonly attempt: string;
      readonly engine: string;
      readonly externalId: string;
      readonly step: Step;
    }
  /** The slot is free. */
  | { readonly type: "attemptEnded"; readonly attempt: string; readonly end: AttemptEnd }
  /** Keeps what was made of a removed media file until `until`: the same bytes may come under another name. */
  | { readonly type: "keptForRename"; readonly record: MediaRecord; readonly until: number }
  /** What was kept of this version now belongs to another media file. */
  | { readonly type: "takenOver"; readonly version: string }
  /** The words of a transcript, for search, and its metadata. */
  | {
      readonly type: "transcriptPut";
      readonly version: string;
      readonly searched: SearchedText;
      readonly metadata: MetadataRecord;
    }
  /** The words and metadata of another media file are this one's, too; its JSON lies at `jsonFile`. */
  | {
      readonly type: "transcriptCopied";
      readonly version: string;
      readonly from: string;
      readonly jsonFile: string;
    }
  /** Search finds the media file by its name, labels and transcript as they are now. */
  | { readonly type: "indexed"; readonly version: string }
  /** This version came from a file on this machine that looked so. */
  | { readonly type: "imported"; readonly version: string; readonly file: FileStamp }
  | { readonly type: "removed"; readonly name: string };

/** The words of a transcript as search has them. */
export interface SearchedText {
  /** As `storedWords` writes them, one time for each. */
  readonly text: string;
  /** Milliseconds from the start, half-open. */
  readonly words: readonly { readonly startMs: number; readonly endMs: number }[];
}

/** How an attempt ended. */
export type AttemptEnd = Pick<Attempt, "failure" | "details" | "notes"> & {
  readonly outcome: NonNullable<Attempt["outcome"]>;
  readonly finishedAt: number;
};
