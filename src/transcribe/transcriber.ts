import type { Engine } from "../media/engine.ts";
import type { ObjectRef } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";

export interface TranscribeRequest {
  readonly jobId: string;
  /** A recording in any format that the engine's list has; locally the audio rendition. */
  readonly source: ObjectRef;
  readonly durationMs?: number;
  /** BCP 47. @throws MediaError `unsupported_language` */
  readonly languageCode: string;
}

export interface TranscribeResult {
  readonly transcript: Transcript;
  /** Seconds of work per second of media. */
  readonly realTimeFactor?: number;
  readonly notes: readonly string[];
}

export type Transcriber = Engine<TranscribeRequest, TranscribeResult>;
