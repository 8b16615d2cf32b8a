/**
 * What the transcriber and its child process say to each other. To the child: one byte that says
 * what it is, the length of what follows (32 bits, little-endian), and that. From the child: one
 * JSON document a line, first `ready`, then one answer for each message. Before each answer the child
 * writes the line `answered N` to stderr, N rising from 0: what sherpa printed there before it belongs to
 * that answer.
 */

/**
 * `begin` carries a `JobSetup` as JSON, `sound` raw 16 kHz mono 16 bit little-endian, `end` says that there
 * is no more, `next` asks for what was recognized after the end.
 */
export const messageKinds = { begin: 1, sound: 2, end: 3, next: 4 } as const;
export type MessageKind = keyof typeof messageKinds;

export const headBytes = 5;
/** More than any pipe hands on at once. */
export const longestMessage = 16 * 1024 ** 2;

/** A message as it is written: its head, and its body as it is. */
export function messageOf(kind: MessageKind, body: Uint8Array = new Uint8Array(0)): Uint8Array[] {
  const head = Buffer.alloc(headBytes);
  head.writeUInt8(messageKinds[kind]);
  head.writeUInt32LE(body.length, 1);
  return body.length === 0 ? [head] : [head, body];
}

export type { Answer, LanguageVote, RecognizedPiece } from "./answers.ts";

/** The line on stderr that ends what belongs to an answer. */
export const answeredLine = (count: number): string => `answered ${count}`;

/** How a model wants its sound: in pieces, cut at pauses. */
export interface PieceRules {
  /** The longest piece of speech, its edges included. */
  readonly longestMs: number;
  /** Speech parted by a shorter pause is one piece. */
  readonly pauseMs: number;
  /** Up to this length speech is joined over pauses of up to three seconds. Default: 0. */
  readonly usefulMs?: number;
  /** Silence that is put after each piece. */
  readonly paddingMs: number;
  /** sherpa ends after so many tokens a second of a piece, its silence included. Absent: it does not. */
  readonly tokensPerSecond?: number;
  /** Whether what finds speech also takes other sounds for it: known inventions are left out then. */
  readonly speechIsUnsure?: boolean;
  /** Whether the table of tokens holds bytes, in base 64. Default: texts. */
  readonly tokensAreBytes?: boolean;
}

/** sherpa's `OfflineRecognizerConfig`, of which only the table of tokens is looked at here. */
export interface RecognizerConfig {
  readonly modelConfig?: { readonly tokens: string; readonly [name: string]: unknown };
  readonly [name: string]: unknown;
}

/** What a child has loaded, and serves all its life. Paths are absolute. */
export interface ChildSetup {
  /** The package's main file: the child needs no search of its own. */
  readonly package: string;
  /** In sherpa's own words: `OfflineRecognizerConfig`. */
  readonly recognizer: RecognizerConfig;
  readonly pieces: PieceRules;
  /** How many pieces are recognized at the same time, each by one processor thread. */
  readonly parallel: number;
  /** silero's file. Absent: the room's own gate finds the speech. */
  readonly voice?: string;
  readonly language?: { readonly encoder: string; readonly decoder: string };
}

/** What differs from one recording to the next. */
export interface JobSetup {
  /** Phrases to listen for, as sherpa wants them: separated by `/`. */
  readonly hotwords?: string;
  /** In how many places the language is looked for, and how far apart they are. Absent: nowhere. */
  readonly languages?: { readonly places: number; readonly everyMs: number };
}
