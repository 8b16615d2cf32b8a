import type { PocketsphinxProgram } from "./program.ts";

/** A word as the engine heard it; times from the start of what it was given. */
export interface HeardWord {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
}

/** `<s>`, `<sil>`, `[NOISE]`, `[SPEECH]`, `++BREATH++`: what is heard but is no word. */
const noWord = /^(?:<.*>|\[.*\]|\+\+.*\+\+)$/;

/** The number of a pronunciation, as in `and(2)`. */
const variant = /\(\d+\)$/;

/** Cleans what the engine says: probabilities a little above 1 happen. */
function heardWord(token: string, startMs: number, endMs: number, chance: number): HeardWord[] {
  const text = token.replace(variant, "");
  const usable = [startMs, endMs, chance].every(Number.isFinite) && startMs >= 0;
  if (text === "" || noWord.test(text) || !usable) return [];
  const confidence = Math.min(1, Math.max(0, chance));
  return [{ text, startMs, endMs: Math.max(startMs, endMs), confidence }];
}

/** `wisdom 5.810 6.240 0.998701`: word, first and last frame in seconds, probability. */
function continuousLine(line: string): HeardWord[] {
  const [, token, start, end, chance] =
    /^(\S+) (\d+\.\d+) (\d+\.\d+) (\d+\.\d+)\s*$/.exec(line) ?? [];
  if (token === undefined) return []; // the utterance's text, which the words repeat
  const frameMs = 10; // the last frame is part of the word
  const endMs = Math.round(Number(end) * 1000) + frameMs;
  return heardWord(token, Math.round(Number(start) * 1000), endMs, Number(chance));
}

/** `{"b":0.0,"d":2.1,"p":0.9,"t":"go forward","w":[{"b":0.48,"d":0.17,"p":0.99,"t":"go"}]}`: begin, duration, probability, text. */
function jsonLine(line: string): HeardWord[] {
  let utterance: unknown;
  try {
    utterance = JSON.parse(line);
  } catch {
    return [];
  }
  const words = (utterance as { w?: unknown } | null)?.w;
  if (!Array.isArray(words)) return [];
  return words.flatMap((entry: unknown) => {
    const { b, d, p, t } = (entry ?? {}) as Record<string, unknown>;
    if (typeof t !== "string") return [];
    const startMs = Math.round(Number(b) * 1000);
    return heardWord(t, startMs, startMs + Math.round(Number(d) * 1000), Number(p));
  });
}

/** The words that one line of the program's output tells of; none for lines of other kinds. */
export function wordsOfLine(kind: PocketsphinxProgram["kind"], line: string): HeardWord[] {
  switch (kind) {
    case "continuous":
      return continuousLine(line);
    case "5.x":
      return jsonLine(line);
  }
}
