/**
 * What the transcriber and its child process say to each other. To the child: one byte that says
 * what it is, the length of what follows (32 bits, little-endian), and that. From the child: one
 * JSON document a line, first `ready`, then one answer for each message.
 */

/** `begin` carries a `JobSetup` as JSON, `sound` raw 16 kHz mono 16 bit little-endian, `end` nothing. */
export const messageKinds = { begin: 1, sound: 2, end: 3 } as const;
export type MessageKind = keyof typeof messageKinds;

export const headBytes = 5;
/** More than any pipe hands on at once. */
export const longestMessage = 16 * 1024 ** 2;

/** A message as it is written: its head, and its body as it is. */
export function messageOf(kind: MessageKind, body: Uint8Array): Uint8Array[] {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(messageKinds[kind]);
  head.writeUInt32LE(body.length, 1);
  return body.length === 0 ? [head] : [head, body];
}

/** What a child has loaded, and serves all its life. Paths are absolute. */
export interface ChildSetup {
  /** The package's main file: the child needs no search of its own. */
  readonly package: string;
  /** In sherpa's own words: `OfflineRecognizerConfig`. */
  readonly recognizer: object;
  /** silero's file. Absent: the room's own gate finds the speech. */
  readonly voice?: string;
  readonly speakers?: SpeakerModels;
  readonly language?: { readonly encoder: string; readonly decoder: string };
}

export interface SpeakerModels {
  readonly segmentation: string;
  readonly embedding: string;
  readonly threads: number;
  /** Absent: it finds out how many there are. */
  readonly count?: number;
}

/** What differs from one recording to the next. */
export interface JobSetup {
  /** Phrases to listen for, as sherpa wants them: separated by `/`. */
  readonly hotwords?: string;
}

/** What was heard in one piece of the recording, as the model says it. Times are s from its start. */
export interface HeardPiece {
  readonly startMs: number;
  readonly lengthMs: number;
  readonly text: string;
  /** As the model names it: `en`, `<|zh|>`; empty when it does not say. */
  readonly language: string;
  readonly tokens: readonly string[];
  /** One for each token, or none at all. */
  readonly timestamps: readonly number[];
  readonly durations: readonly number[];
  readonly logProbs: readonly number[];
}

/** A stretch in which one speaker speaks. */
export interface Turn {
  readonly startMs: number;
  readonly endMs: number;
  readonly speaker: number;
}

/** One piece's language, as its detector hears it: ISO 639-1, and how much sound that rests on. */
export interface LanguageVote {
  readonly code: string;
  readonly lengthMs: number;
}

export type Answer =
  | { readonly type: "ready"; readonly version: string }
  | { readonly type: "begun" }
  | { readonly type: "heard"; readonly pieces: readonly HeardPiece[] }
  | {
      readonly type: "done";
      readonly pieces: readonly HeardPiece[];
      readonly languages: readonly LanguageVote[];
      readonly turns: readonly Turn[];
    };
