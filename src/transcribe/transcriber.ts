import type { Shortfall } from "../media/damage.ts";
import type { Engine } from "../media/engine.ts";
import type { ObjectRef } from "../media/media.ts";
import type { SpeakerCount, VocabularyPhrase } from "../media/speech.ts";
import type { Transcript } from "../media/transcript.ts";

/** The sound track that is heard, as the probe found it. */
export interface SoundTrack {
  /** See `MediaFacts.container`. */
  readonly container: string;
  /** Index among all streams of the file. */
  readonly streamIndex: number;
  /** Channels without known places: how many are added up, and the factor of each. */
  readonly mix?: { readonly channels: number; readonly gain: number };
  /** See `AudioFacts`. */
  readonly startMs?: number;
  /** By the file's own word. */
  readonly durationMs?: number;
  /** The one channel that is heard, from 0. Default: all, mixed. */
  readonly channel?: number;
}

export interface TranscribeRequest {
  /** A recording in any format that the engine's list has; locally the audio rendition, or the upload. */
  readonly source: ObjectRef;
  /** Where in an upload the sound is. Default: `source` is an audio rendition. */
  readonly track?: SoundTrack;
  readonly durationMs?: number;
  /** BCP 47. @throws MediaError `unsupported_language` */
  readonly languageCode: string;
  /** Phrases to listen for, where the model can; `notes` say when it cannot. */
  readonly vocabulary?: readonly VocabularyPhrase[];
  /** So many channels of `track`, each transcribed by itself, are one speaker each. Default: they are mixed. */
  readonly channels?: number;
  /** Tell speakers apart. Default: no. @throws MediaError `model_missing`, `invalid_argument` */
  readonly speakers?: SpeakerCount;
  /**
   * Find out what is spoken, among these (BCP 47) or all that the detector knows; then
   * `languageCode` is what it is taken for when nothing is found. @throws MediaError `model_missing`
   */
  readonly identifyLanguage?: { readonly candidates?: readonly string[] };
}

export interface TranscribeResult {
  readonly transcript: Transcript;
  /** Seconds of work per second of media. */
  readonly realTimeFactor?: number;
  /** What is missing of the sound of an upload; absent when all of it could be decoded. */
  readonly short?: Shortfall;
  readonly notes: readonly string[];
}

export type Transcriber = Engine<TranscribeRequest, TranscribeResult>;
