import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Word } from "../src/media/transcript.ts";
import { synthesise } from "../src/transcribe/align/synthesis.fixture.ts";
import { diarizationError } from "../src/transcribe/speakers/diarization-error.ts";
import type { Turn } from "../src/transcribe/speakers/turn.ts";
import { sharedMedia } from "../test/support/shared-media.ts";
import {
  conversationPath,
  conversations,
  makeConversation,
  soundOf,
  truthOf,
} from "./conversations.ts";
import {
  atLeast,
  atMost,
  quantile,
  spreadOf,
  type Bench,
  type Findings,
  type Row,
} from "./figure.ts";
import { costOf } from "./measure.ts";
import type { VoicesRun } from "./voices-run.ts";

const program = fileURLToPath(new URL("./voices-run.ts", import.meta.url));

async function runVoices(...args: readonly string[]) {
  const cost = await costOf([process.execPath, program, ...args]);
  const run: VoicesRun = JSON.parse(cost.stdout);
  return { ...cost, run };
}

const row = (what: string, unit: Row["unit"], value: number, target?: Row["target"]): Row => ({
  what,
  unit,
  measured: spreadOf([value]),
  ...(target === undefined ? {} : { target }),
});

function writeSound(path: string, samples: Int16Array): string {
  writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
  return path;
}

/** Sentences by several synthetic voices in one sound, the start of each word known. */
function synthetic(bench: Bench) {
  const voices = ["slt", "rms", "awb", "en-us", "en-gb+f2"];
  const [, ...lines] = readFileSync(sharedMedia("speech/references.tsv"), "utf8")
    .trim()
    .split("\n");
  const sentences = lines.map((line) => (line.split("\t")[1] ?? "").split(" "));
  const passages: { startMs: number; endMs: number; words: readonly string[] }[] = [];
  const truth: number[][] = [];
  const sounds: Int16Array[] = [];
  let atMs = 0;
  for (const voice of bench.quick ? voices.slice(0, 1) : voices)
    for (const [place, words] of sentences.entries()) {
      const pause = (index: number): number =>
        index === 0 || index === words.length ? 300 : (index * 37 + place * 11) % 5 === 0 ? 250 : 0;
      const speech = synthesise(voice, words, pause);
      const lengthMs = Math.ceil(speech.samples.length / 160) * 10;
      const padded = new Int16Array(lengthMs * 16);
      padded.set(speech.samples);
      sounds.push(padded);
      passages.push({ startMs: atMs, endMs: atMs + lengthMs, words });
      truth.push(speech.words.map(({ startMs }) => atMs + startMs));
      atMs += lengthMs;
    }
  const all = new Int16Array(atMs * 16);
  let place = 0;
  for (const sound of sounds) {
    all.set(sound, place);
    place += sound.length;
  }
  return { sound: writeSound(join(bench.folder, "synthetic.s16"), all), passages, truth, ms: atMs };
}

async function wordTimes(bench: Bench): Promise<Row[]> {
  bench.note("times of words");
  const { sound, passages, truth, ms } = synthetic(bench);
  const file = join(bench.folder, "passages.json");
  writeFileSync(file, JSON.stringify(passages));
  const { run, cpuMs } = await runVoices("align", sound, file);
  const nothing = await runVoices("speakers");
  const errors = run.aligned
    .flatMap((words, passage) =>
      words.map(({ startMs }, index) => Math.abs(startMs - (truth[passage]?.[index] ?? NaN))),
    )
    .toSorted((a, b) => a - b);
  const what = `${errors.length} synthesised words`;
  return [
    row(`starts of ${what}: half are off by less`, "ms", quantile(errors, 0.5), atMost(15)),
    row(`starts of ${what}: 95 of 100 are off by less`, "ms", quantile(errors, 0.95), atMost(50)),
    row("alignment: CPU time ÷ sound", "×", (cpuMs - nothing.cpuMs) / ms, atMost(0.02)),
  ];
}

interface Known {
  readonly path: string;
  readonly truth: readonly Turn[];
}

const peopleIn = (turns: readonly Turn[]): number =>
  new Set(turns.map(({ speaker }) => speaker)).size;

/** How wrong the turns of recordings are, together, in %. */
function errorOf(known: readonly Known[], found: readonly (readonly Turn[])[]) {
  const errors = known.map(({ truth }, index) => diarizationError(truth, found[index] ?? []));
  const sum = (key: keyof (typeof errors)[number]): number =>
    errors.reduce((total, error) => total + error[key], 0);
  const wrongMs = sum("missedMs") + sum("inventedMs") + sum("confusedMs");
  return {
    error: (100 * wrongMs) / sum("speechMs"),
    confusion: (100 * sum("confusedMs")) / sum("speechMs"),
    rightNumber: known.filter(
      ({ truth }, index) => peopleIn(truth) === peopleIn(found[index] ?? []),
    ).length,
  };
}

async function speakers(bench: Bench): Promise<Row[]> {
  bench.note("speakers");
  const prepared = (names: readonly string[]): Known[] =>
    names.map((name) => ({
      path: writeSound(join(bench.folder, `${name}.s16`), soundOf(conversationPath(name))),
      truth: truthOf(name),
    }));
  const made = async (people: number, minutes: number): Promise<Known> => {
    const { samples, turns } = await makeConversation({ people, minutes, seed: people });
    return { path: writeSound(join(bench.folder, `made-${people}.s16`), samples), truth: turns };
  };
  const joined = prepared(bench.quick ? conversations.joined.slice(0, 1) : conversations.joined);
  const meetings = prepared(bench.quick ? [] : conversations.meetings);
  const long = bench.quick ? [] : [await made(4, 25), await made(10, 14)];
  const all = [...joined, ...meetings, ...long];
  const { run, cpuMs } = await runVoices("speakers", ...all.map(({ path }) => path));
  const seconds = all.reduce((sum, { path }) => sum + readFileSync(path).length / 32_000, 0);
  const take = (from: number, known: readonly Known[]) =>
    errorOf(known, run.turns.slice(from, from + known.length));
  const people = take(0, joined);
  const rows = [
    row("people put together: diarization error", "%", people.error, atMost(3)),
    row(
      "people put together: right number, of all",
      "×",
      people.rightNumber / joined.length,
      atLeast(1),
    ),
    row("speakers: CPU time ÷ sound", "×", cpuMs / 1000 / seconds, atMost(0.04)),
  ];
  if (bench.quick) return rows;
  const real = take(joined.length, meetings);
  rows.push(
    row("real meetings: diarization error", "%", real.error, atMost(22)),
    row("real meetings: taken for somebody else", "%", real.confusion, atMost(4)),
  );
  for (const [index, known] of long.entries()) {
    const one = take(joined.length + meetings.length + index, [known]);
    const what = index === 0 ? "25 minutes of four" : "14 minutes of ten";
    rows.push(row(`${what}: diarization error`, "%", one.error, atMost(4)));
    rows.push(row(`${what}: right number`, "×", one.rightNumber, atLeast(1)));
  }
  return rows;
}

/** The share of words that have the speaker who says them; found speakers are matched with true ones. */
function rightShare(
  words: readonly Word[],
  truth: readonly Turn[],
): { right: number; all: number } {
  const shared = new Map<string, number>();
  const said = words.map((word) => {
    const middle = (word.startMs + word.endMs) / 2;
    const near = truth.toSorted(
      (a, b) =>
        Math.max(a.startMs - middle, middle - a.endMs, 0) -
        Math.max(b.startMs - middle, middle - b.endMs, 0),
    );
    const own = near.filter(({ startMs, endMs }) => startMs <= middle && middle <= endMs);
    return { found: word.speaker ?? "", true: own.length > 0 ? own : near.slice(0, 1) };
  });
  for (const { found, true: turns } of said)
    for (const { speaker } of turns) {
      const key = `${found} ${speaker}`;
      shared.set(key, (shared.get(key) ?? 0) + 1);
    }
  const match = new Map<string, number>();
  for (const [key] of [...shared].toSorted((a, b) => b[1] - a[1])) {
    const [found = "", speaker = ""] = key.split(" ");
    if (!match.has(found) && ![...match.values()].includes(Number(speaker)))
      match.set(found, Number(speaker));
  }
  const right = said.filter(({ found, true: turns }) =>
    turns.some(({ speaker }) => speaker === match.get(found)),
  ).length;
  return { right, all: said.length };
}

async function wordsWithSpeakers(bench: Bench): Promise<Row[]> {
  bench.note("words with their speakers, by Whisper base");
  const names = bench.quick ? [] : conversations.joined;
  if (names.length === 0) return [];
  const { run } = await runVoices("words", ...names.map(conversationPath));
  const shares = names.map((name, index) => rightShare(run.words[index] ?? [], truthOf(name)));
  const right = shares.reduce((sum, share) => sum + share.right, 0);
  const all = shares.reduce((sum, share) => sum + share.all, 0);
  return [
    row("people put together: words with the right speaker", "%", (100 * right) / all, atLeast(97)),
  ];
}

export async function voicesFigure(bench: Bench): Promise<Findings> {
  const rows = [
    ...(await wordTimes(bench)),
    ...(await speakers(bench)),
    ...(await wordsWithSpeakers(bench)),
  ];
  return {
    rows,
    remarks: [
      "Times of words: sentences said word by word by synthetic voices (flite's slt, rms and awb, espeak-ng's en-us and " +
        "en-gb+f2) and put together, so that the start of each word is known. It is where 5 ms of the word reach 1 % of " +
        "its loudest, and are well above the hiss with which a voice begins; some words follow a pause of 0.25 s, most none.",
      "Speakers: collar 0.25 s, overlapping speech counts, all recordings of a kind together. People put together: " +
        "LibriSpeech, 1 to 4 people. Meetings: 4.5 minutes of AMI; parts named trn were in the training of the " +
        "segmentation model. The long ones are made by bench/conversations.ts from the same voices and two clips. CPU " +
        "time is that of the whole process tree.",
    ],
  };
}
