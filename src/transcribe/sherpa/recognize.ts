import { lengthMs } from "../passages.ts";
import type { Passage } from "../passages.ts";
import { sampleRateHz } from "../sound-features.ts";
import type { PieceRules, RecognizedPiece } from "./protocol.ts";
import type { Recognizer, Waveform } from "./sherpa-package.ts";
import { textsOfTokens } from "./token-bytes.ts";
import { lettersOf, looksInvented, verdictOf } from "./verdict.ts";
import { quietestPlace } from "./voice.ts";

/** Models fail on sound shorter than their first window. */
const shortestSamples = sampleRateHz / 2;

/** A piece that went wrong is cut in two, so often, if its halves are not shorter than this. */
const mostCuts = 3;
const shortestHalf = sampleRateHz;

/** Silence before a piece that is recognized once more, so that the model sees it differently. */
const leadMs = 400;

const samplesIn = (ms: number): number => Math.round((ms * sampleRateHz) / 1000);

/** Samples as models want them, with silence before and after. */
export function waveform(samples: Int16Array, leadingMs = 0, paddingMs = 0): Waveform {
  const lead = samplesIn(leadingMs);
  const count = lead + samples.length + samplesIn(paddingMs);
  const floats = new Float32Array(Math.max(count, shortestSamples));
  for (const [index, sample] of samples.entries()) floats[lead + index] = sample / 32_768;
  return { samples: floats, sampleRate: sampleRateHz };
}

const lettersIn = (pieces: readonly RecognizedPiece[]): number =>
  pieces.reduce((sum, { text }) => sum + lettersOf(text), 0);

/** A piece whose text was left out, and why. */
const without = (
  piece: RecognizedPiece,
  refused: NonNullable<RecognizedPiece["refused"]>,
): RecognizedPiece => {
  const nothing = { text: "", tokens: [], timestamps: [], durations: [], logProbs: [] };
  return { ...piece, ...nothing, refused };
};

/** The halves of a passage, parted where it is quietest. */
function halvesOf({ startMs, samples }: Passage): Passage[] {
  const [third, twoThirds] = [samples.length / 3, (samples.length * 2) / 3].map(Math.floor);
  const place = quietestPlace(samples, third ?? 0, twoThirds ?? samples.length);
  return [
    { startMs, samples: samples.slice(0, place) },
    { startMs: startMs + (place * 1000) / sampleRateHz, samples: samples.slice(place) },
  ];
}

/** Recognizes pieces of speech with one model, and looks at what comes of it. */
export interface PieceRecognizer {
  /** What is said in a passage; one that went wrong comes in parts. */
  recognize(passage: Passage, hotwords?: string): Promise<RecognizedPiece[]>;
  /** The same, a little differently: for a text that is the same as that of the piece before. */
  recognizeAgain(passage: Passage): Promise<RecognizedPiece[]>;
}

/**
 * Models that write text as they see fit (those with `tokensPerSecond`) repeat themselves at times, write
 * on where nothing is said, or are ended before they are done. Such a piece is cut in two at its quietest
 * place and recognized again; what cannot be true then is left out, marked `refused`.
 */
export function createPieceRecognizer(recognizer: Recognizer, rules: PieceRules): PieceRecognizer {
  async function decode(
    { startMs, samples }: Passage,
    options: { leadingMs: number; paddingMs: number; hotwords?: string | undefined },
  ): Promise<RecognizedPiece> {
    const { leadingMs, paddingMs, hotwords } = options;
    const stream = recognizer.createStream(hotwords);
    stream.acceptWaveform(waveform(samples, leadingMs, paddingMs));
    const result = await recognizer.decodeAsync(stream);
    const tokens = result.tokens ?? [];
    const texts = rules.tokensAreBytes === true ? textsOfTokens(tokens) : tokens;
    return {
      startMs,
      lengthMs: lengthMs(samples),
      text: texts === tokens ? result.text : texts.join("").replaceAll("▁", " ").trim(),
      language: result.lang ?? "",
      tokens: texts,
      timestamps: (result.timestamps ?? []).map((at) => Math.max(0, at - leadingMs / 1000)),
      durations: result.durations ?? [],
      logProbs: result.ys_log_probs ?? [],
    };
  }
  async function recognize(
    passage: Passage,
    hotwords: string | undefined,
    leadingMs: number,
    cuts: number,
  ): Promise<RecognizedPiece[]> {
    const { tokensPerSecond } = rules;
    const ownMs = lengthMs(passage.samples);
    // A half gets as much silence as it is long: the limit of tokens goes by both.
    const room = Math.max(0, rules.longestMs - ownMs - leadingMs);
    const paddingMs = cuts === 0 ? rules.paddingMs : rules.paddingMs + Math.min(ownMs, room);
    const piece = await decode(passage, { leadingMs, paddingMs, hotwords });
    if (tokensPerSecond === undefined) return [piece];
    const soundMs = leadingMs + ownMs + paddingMs;
    const verdict = verdictOf(piece, ownMs, Math.floor((soundMs / 1000) * tokensPerSecond));
    if (rules.speechIsUnsure === true && looksInvented(piece.text, ownMs))
      return [without(piece, "invented")];
    if (verdict === "good") return [piece];
    if (cuts < mostCuts && passage.samples.length >= 3 * shortestHalf) {
      const parts: RecognizedPiece[] = [];
      for (const half of halvesOf(passage))
        parts.push(...(await recognize(half, hotwords, leadingMs, cuts + 1)));
      // Where little is said, the halves have no more to tell.
      return verdict === "too little" && lettersIn(parts) < 1.2 * lettersIn([piece])
        ? [piece]
        : parts;
    }
    if (verdict === "cut off" || verdict === "too little") return [piece];
    return [without(piece, verdict)];
  }
  return {
    recognize: (passage, hotwords) => recognize(passage, hotwords, 0, 0),
    recognizeAgain: (passage) => recognize(passage, undefined, leadMs, 0),
  };
}
