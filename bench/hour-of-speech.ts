// An hour of speech made of the clips, or more: what it costs, how many words are wrong, whether times drift.
// usage: node bench/hour-of-speech.ts [MODEL|toy|draft] [MINUTES]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Word } from "../src/media/transcript.ts";
import { transcriptText } from "../src/media/transcript.ts";
import { wavOf } from "../src/transcribe/batches.ts";
import { sampleRateHz } from "../src/transcribe/sound-features.ts";
import { wordError, wordErrorRate } from "../src/transcribe/word-error.ts";
import { randomFrom } from "../test/support/random.ts";
import { sharedMedia } from "../test/support/shared-media.ts";
import { quantile } from "./figure.ts";
import { costOf } from "./measure.ts";
import type { SpeechRun } from "./speech-run.ts";

/** A clip at its place in the recording. */
interface Spoken {
  readonly clip: string;
  readonly said: string;
  readonly startMs: number;
  readonly endMs: number;
}

/** Pauses between clips last from this to three times as long. */
const pauseMs = 500;

function samplesOf(clip: string): Int16Array {
  const bytes = readFileSync(sharedMedia(`speech/${clip}`)).subarray(44);
  return new Int16Array(new Uint8Array(bytes.subarray(0, bytes.length & ~1)).buffer);
}

/** The clips in an order and with pauses that a seed gives, until the time is full. */
function madeOfClips(minutes: number): { samples: Int16Array; spoken: Spoken[] } {
  const [, ...lines] = readFileSync(sharedMedia("speech/references.tsv"), "utf8")
    .trim()
    .split("\n");
  const clips = lines.map((line) => {
    const [clip = "", said = ""] = line.split("\t");
    return { clip, said, samples: samplesOf(clip) };
  });
  const random = randomFrom(60);
  const all = new Int16Array(minutes * 60 * sampleRateHz);
  const spoken: Spoken[] = [];
  for (let place = sampleRateHz; ;) {
    const one = clips[Math.floor(random() * clips.length)];
    if (one === undefined || place + one.samples.length > all.length) break;
    all.set(one.samples, place);
    const [startMs, endMs] = [place, place + one.samples.length].map(
      (at) => (at * 1000) / sampleRateHz,
    );
    spoken.push({ clip: one.clip, said: one.said, startMs: startMs ?? 0, endMs: endMs ?? 0 });
    place += one.samples.length + Math.round((pauseMs * (1 + 2 * random()) * sampleRateHz) / 1000);
  }
  return { samples: all, spoken };
}

/** The words whose middle lies in a clip or in the half pause around it. */
function wordsIn(words: readonly Word[], { startMs, endMs }: Spoken): Word[] {
  return words.filter((word) => {
    const middle = (word.startMs + word.endMs) / 2;
    return middle >= startMs - pauseMs / 2 && middle < endMs + pauseMs / 2;
  });
}

/**
 * How far the words of the last tenth are from where they were in the first tenth, relative to their clip, ms:
 * the middle of the signed differences. Clips that were written otherwise are left out.
 */
function driftMs(spoken: readonly Spoken[], words: readonly Word[]): number {
  const starts = (one: Spoken): { text: string; ms: number[] } => {
    const own = wordsIn(words, one);
    return { text: transcriptText(own), ms: own.map(({ startMs }) => startMs - one.startMs) };
  };
  const tenth = Math.ceil(spoken.length / 10);
  const first = new Map(spoken.slice(0, tenth).map((one) => [one.clip, starts(one)]));
  const differences = spoken.slice(-tenth).flatMap((one) => {
    const [then, now] = [first.get(one.clip), starts(one)];
    if (then === undefined || then.text !== now.text) return [];
    return now.ms.map((ms, index) => ms - (then.ms[index] ?? NaN));
  });
  return quantile(
    differences.toSorted((a, b) => a - b),
    0.5,
  );
}

const [model = "moonshine-tiny-en", minutes = "60"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "dailies-hour-"));
const { samples, spoken } = madeOfClips(Number(minutes));
const path = join(folder, "hour.wav");
writeFileSync(path, wavOf(samples));
const [loadBefore = 0] = loadavg();
const program = fileURLToPath(new URL("./speech-run.ts", import.meta.url));
const cost = await costOf([process.execPath, program, model, path]);
const run: SpeechRun = JSON.parse(cost.stdout);
const words = run.words[0] ?? [];
const errors = spoken.map((one) => wordError(one.said, transcriptText(wordsIn(words, one))));
const seconds = Number(minutes) * 60;
console.log(
  [
    `${model}: ${minutes} minutes, ${spoken.length} clips, ${words.length} words`,
    `time ${(run.elapsedMs / 1000).toFixed(0)} s, ${(run.elapsedMs / 1000 / seconds).toFixed(3)} of the sound`,
    `CPU ${(cost.cpuMs / 1000).toFixed(0)} s, ${(cost.cpuMs / 1000 / seconds).toFixed(3)} of the sound`,
    `memory: engine's child ${(run.childPeakBytes / 1e6).toFixed(0)} MB, main process ${(run.peakBytes / 1e6).toFixed(0)} MB`,
    `words wrong ${wordErrorRate(errors).toFixed(4)}`,
    `drift, last tenth against first: ${driftMs(spoken, words).toFixed(0)} ms`,
    `load before ${loadBefore.toFixed(1)}, after ${(loadavg()[0] ?? 0).toFixed(1)}`,
  ].join("\n"),
);
rmSync(folder, { recursive: true });
