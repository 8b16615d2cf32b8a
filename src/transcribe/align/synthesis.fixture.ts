import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sampleRateHz } from "../sound-features.ts";

/** Speech whose words begin where we put them. */
export interface Synthesised {
  /** 16 kHz mono. */
  readonly samples: Int16Array;
  readonly words: readonly {
    readonly text: string;
    readonly startMs: number;
    readonly endMs: number;
  }[];
}

const windowSamples = sampleRateHz / 200;
const begins = 0.01;
const ends = 0.05;
/** A hiss is steady for 100 ms, and this much quieter than the loudest; a word begins well above it. */
const hissWindows = 20;
const mostHiss = 0.03;
const steady = 3;
const aboveHiss = 4;
const perRun = 20;

const outputTo = (input: number, path: string): string[] => [
  "-map",
  `${input}:a`,
  "-ac",
  "1",
  "-ar",
  String(sampleRateHz),
  "-f",
  "s16le",
  path,
];

/** What a voice of ffmpeg's flite says, word by word. */
function byFlite(voice: string, texts: readonly string[], folder: string): void {
  for (let from = 0; from < texts.length; from += perRun) {
    const some = texts.slice(from, from + perRun);
    const inputs = some.flatMap((text) => [
      "-f",
      "lavfi",
      "-i",
      `flite=voice=${voice}:text=${text.replaceAll("'", "\\\\'")}`,
    ]);
    const outputs = some.flatMap((_text, index) =>
      outputTo(index, join(folder, `${from + index}.s16`)),
    );
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...inputs, ...outputs]);
  }
}

/** What a voice of espeak-ng says, word by word. */
function byEspeak(voice: string, texts: readonly string[], folder: string): void {
  const list = texts.map((text, index) => {
    const path = join(folder, `${index}.wav`);
    execFileSync("espeak-ng", ["-v", voice, "-w", path, "--", text]);
    return ["-i", path];
  });
  const outputs = texts.flatMap((_text, index) => outputTo(index, join(folder, `${index}.s16`)));
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...list.flat(), ...outputs]);
}

const known = new Map<string, Int16Array[]>();

/** What a voice says, word by word, without the silence around each. The same is synthesised once. */
function spokenBy(voice: string, texts: readonly string[]): Int16Array[] {
  const key = JSON.stringify([voice, texts]);
  const spoken = known.get(key) ?? synthesised(voice, texts);
  known.set(key, spoken);
  return spoken;
}

function synthesised(voice: string, texts: readonly string[]): Int16Array[] {
  const folder = mkdtempSync(join(tmpdir(), "dailies-synthesis-"));
  const isFlite = /^(slt|rms|kal|awb)$/.test(voice);
  (isFlite ? byFlite : byEspeak)(voice, texts, folder);
  const spoken = texts.map((_text, index) => trimmed(readFileSync(join(folder, `${index}.s16`))));
  rmSync(folder, { recursive: true });
  return spoken;
}

/** How loud the hiss is with which a sound begins; 0 without one. */
function hissOf(loudness: readonly number[]): number {
  const first = loudness.slice(0, hissWindows).toSorted((a, b) => a - b);
  const [middle = 0, most = 0] = [first[hissWindows >> 1], first.at(-1)];
  const isHiss = most < middle * steady && middle < mostHiss * Math.max(...loudness);
  return isHiss ? middle : 0;
}

/**
 * Its windows of 5 ms from the first that has 1 % of the loudest one's amplitude to the last with 5 %. A voice that
 * hisses before it speaks (awb, for up to 0.3 s) begins where it is louder than that.
 */
function trimmed(bytes: Buffer): Int16Array {
  const samples = new Int16Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 1);
  const loudness = Array.from({ length: Math.ceil(samples.length / windowSamples) }, (_, index) => {
    const window = samples.subarray(index * windowSamples, (index + 1) * windowSamples);
    return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
  });
  const loudest = Math.max(...loudness);
  const least = Math.min(loudest * ends, Math.max(loudest * begins, hissOf(loudness) * aboveHiss));
  const first = loudness.findIndex((value) => value > least);
  const last = loudness.findLastIndex((value) => value > loudest * ends);
  return samples.slice(first * windowSamples, (last + 1) * windowSamples);
}

/**
 * A sentence, said word by word by one of flite's voices (`slt`, `rms`, `kal`, `awb`) and put together
 * with pauses of our own: `pauseMs(index)` before each word and after the last.
 */
export function synthesise(
  voice: string,
  texts: readonly string[],
  pauseMs: (index: number) => number,
): Synthesised {
  const spoken = spokenBy(voice, texts);
  const pauses = Array.from({ length: texts.length + 1 }, (_, index) =>
    Math.round((pauseMs(index) * sampleRateHz) / 1000),
  );
  const total = [...pauses, ...spoken.map(({ length }) => length)].reduce((a, b) => a + b, 0);
  const samples = new Int16Array(total);
  let place = 0;
  const words = spoken.map((word, index) => {
    place += pauses[index] ?? 0;
    samples.set(word, place);
    const startMs = (place * 1000) / sampleRateHz;
    place += word.length;
    return { text: texts[index] ?? "", startMs, endMs: (place * 1000) / sampleRateHz };
  });
  // A synthesiser's silence is digital zero, which no recording has.
  for (const [index, sample] of samples.entries())
    samples[index] = sample + ((index * 7919) % 13) - 6;
  return { samples, words };
}
