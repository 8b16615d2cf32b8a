import { execFileSync } from "node:child_process";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transcriptText } from "../src/media/transcript.ts";
import type { Word } from "../src/media/transcript.ts";
import { wavOf } from "../src/transcribe/batches.ts";
import { wordError, wordErrorRate } from "../src/transcribe/word-error.ts";
import { sharedMedia } from "../test/support/shared-media.ts";
import { readConfig } from "../src/config/config.ts";
import { createModelStore } from "../src/models/local.ts";
import { atLeast, atMost, spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import { costOf } from "./measure.ts";
import type { SpeechRun } from "./speech-run.ts";

const program = fileURLToPath(new URL("./speech-run.ts", import.meta.url));
const mega = 1_000_000;
/** A whole number of the voice detector's windows and of milliseconds, so that each minute gives the same words. */
const minuteSamples = 60 * 16_000;

async function transcribe(engine: string, files: readonly string[]) {
  const cost = await costOf([process.execPath, program, engine, ...files]);
  return { ...cost, run: JSON.parse(cost.stdout) as SpeechRun };
}

/** Makes audio renditions of the clips, because the engine transcribes renditions. */
function asRenditions(all: ReturnType<typeof clips>, folder: string): string[] {
  return all.map(({ path }, index) => {
    const rendition = join(folder, `clip-${index}.mp3`);
    const encode = ["-ar", "44100", "-ac", "2", "-b:a", "320k", rendition];
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", path, ...encode]);
    return rendition;
  });
}

/** The real clips with their reference texts. */
function clips() {
  const [, ...lines] = readFileSync(sharedMedia("speech/references.tsv"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const [file = "", said = ""] = line.split("\t");
    const path = sharedMedia(`speech/${file}`);
    return { path, said, seconds: (statSync(path).size - 44) / 32_000 };
  });
}

/** The samples of a clip. */
function samplesOf(path: string): Int16Array {
  const bytes = readFileSync(path).subarray(44);
  return new Int16Array(new Uint8Array(bytes.subarray(0, bytes.length & ~1)).buffer);
}

/** Writes all clips one after the other into one recording. */
function together(path: string, all: readonly { path: string }[]): string {
  const clipped = all.map((clip) => samplesOf(clip.path));
  const whole = new Int16Array(clipped.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const samples of clipped) {
    whole.set(samples, place);
    place += samples.length;
  }
  writeFileSync(path, wavOf(whole));
  return path;
}

/** Repeats a minute that has four of the clips with silence between them. */
async function longRecording(path: string, minutes: number): Promise<string> {
  const minute = new Int16Array(minuteSamples);
  const names = ["goforward", "arctic_a0024", "librivox-0880", "jfk"];
  for (const [index, name] of names.entries()) {
    const samples = samplesOf(sharedMedia(`speech/${name}.wav`));
    minute.set(samples, 16_000 * (2 + 14 * index));
  }
  const file = await open(path, "w");
  const head = Buffer.from(wavOf(new Int16Array(0)));
  const size = minutes * minuteSamples * 2;
  head.writeUInt32LE(36 + size, 4);
  head.writeUInt32LE(size, 40);
  await file.write(head);
  for (let turn = 0; turn < minutes; turn += 1) await file.write(new Uint8Array(minute.buffer));
  await file.close();
  return path;
}

/** How many words equal those of the second minute, with times that differ by whole minutes exactly. */
function exactShare(words: readonly Word[], minutes: number): { words: number; exact: number } {
  const byMinute = Map.groupBy(words, ({ startMs }) => Math.floor(startMs / 60_000));
  const wordsOf = (minute: number) =>
    (byMinute.get(minute) ?? []).map((word) => ({
      ...word,
      startMs: word.startMs - minute * 60_000,
      endMs: word.endMs - minute * 60_000,
    }));
  const model = wordsOf(1).map((word) => JSON.stringify(word));
  let [count, exact] = [0, 0];
  for (let minute = 1; minute < minutes; minute += 1)
    for (const [index, word] of wordsOf(minute).entries()) {
      count += 1;
      if (JSON.stringify(word) === model[index]) exact += 1;
    }
  // Words that are missing at the end of a minute count as wrong.
  return { words: Math.max(count, model.length * (minutes - 1)), exact };
}

/** What real weights must reach, and which of them must be here. */
const realModels = [
  { id: "moonshine-tiny-en", wordError: 0.03, cpu: 0.06, memory: 500 },
  { id: "whisper-base", wordError: 0.02, cpu: 0.16, memory: 800 },
] as const;

/** Word error, processor time, memory and loading of a real model. */
async function realModel(
  bench: Bench,
  { id, ...targets }: (typeof realModels)[number],
  all: ReturnType<typeof clips>,
): Promise<Row[]> {
  bench.note(id);
  const row = (what: string, unit: Row["unit"], value: number, most: number): Row => ({
    what: `${id}: ${what}`,
    unit,
    measured: spreadOf([value]),
    target: atMost(most),
  });
  const seconds = all.reduce((sum, clip) => sum + clip.seconds, 0);
  const silence = join(bench.folder, "silence.wav");
  writeFileSync(silence, wavOf(new Int16Array(8_000)));
  const nothing = await transcribe(id, [silence]);
  const each = await transcribe(id, asRenditions(all, bench.folder));
  const together1 = await transcribe(id, [together(join(bench.folder, "together.wav"), all)]);
  const errors = all.map(({ said }, index) =>
    wordError(said, transcriptText(each.run.words[index] ?? [])),
  );
  return [
    row("word error on real clips", "×", wordErrorRate(errors), targets.wordError),
    row(
      "CPU time ÷ sound, clips in a row",
      "×",
      (together1.cpuMs - nothing.cpuMs) / 1000 / seconds,
      targets.cpu,
    ),
    row("memory of its process", "MB", together1.run.childPeakBytes / mega, targets.memory),
    row("from nothing to the first answer", "ms", nothing.run.elapsedMs, 1_000),
  ];
}

const peerProgram = fileURLToPath(new URL("./faster-whisper.py", import.meta.url));

/** faster-whisper with the weights of Whisper base, in the same run: word error, and processor time by sound. */
async function fasterWhisper(bench: Bench, folder: string, all: ReturnType<typeof clips>) {
  bench.note("faster-whisper");
  const python = [join(folder, "python/bin/python"), peerProgram, join(folder, "model")];
  const hear = async (...paths: readonly string[]) => {
    const { stdout, cpuMs } = await costOf([...python, ...paths]);
    const texts: readonly string[] = JSON.parse(stdout);
    return { texts, cpuMs };
  };
  const { texts } = await hear(...all.map(({ path }) => path));
  const nothing = await hear();
  const row = await hear(together(join(bench.folder, "peer.wav"), all));
  const seconds = all.reduce((sum, clip) => sum + clip.seconds, 0);
  return {
    wordError: wordErrorRate(all.map(({ said }, index) => wordError(said, texts[index] ?? ""))),
    cpu: (row.cpuMs - nothing.cpuMs) / 1000 / seconds,
  };
}

/** Rows of Whisper base beside those of its peer. */
async function besidePeer(
  bench: Bench,
  rows: readonly Row[],
  all: ReturnType<typeof clips>,
): Promise<Row[]> {
  if (bench.fasterWhisper === undefined) return [...rows];
  const { wordError: wrong, cpu } = await fasterWhisper(bench, bench.fasterWhisper, all);
  const values = [
    ["word error", wrong],
    ["CPU time", cpu],
  ] as const;
  return rows.map((row) => {
    const [, value] = values.find(([what]) => row.what.startsWith(`whisper-base: ${what}`)) ?? [];
    if (value === undefined) return row;
    return { ...row, comparison: { what: "faster-whisper", measured: spreadOf([value]) } };
  });
}

/** The real models that are here. */
const realModelsHere = () => {
  const store = createModelStore({ dir: readConfig().modelsDir });
  const isHere = (id: string) => id === "whisper-base" || store.find(id) !== undefined;
  return realModels.filter(({ id }) => isHere(id));
};

export async function speech(bench: Bench): Promise<Findings> {
  const once = (what: string, unit: Row["unit"], value: number, target?: Row["target"]): Row => ({
    what,
    unit,
    measured: spreadOf([value]),
    ...(target === undefined ? {} : { target }),
  });
  const all = bench.quick ? clips().slice(0, 2) : clips();
  bench.note("draft engine");
  const draft = await transcribe("draft", asRenditions(all, bench.folder));
  const errors = all.map(({ said }, index) =>
    wordError(said, transcriptText(draft.run.words[index] ?? [])),
  );
  const seconds = all.reduce((sum, clip) => sum + clip.seconds, 0);

  const nothing = await transcribe("draft", []);
  const row = await transcribe("draft", [together(join(bench.folder, "together.wav"), all)]);

  const real: Row[] = [];
  for (const model of realModelsHere()) real.push(...(await realModel(bench, model, all)));
  const compared = await besidePeer(bench, real, all);

  const minutes = bench.quick ? 2 : 120;
  const path = await longRecording(join(bench.folder, "long.wav"), minutes);
  bench.note(`the toy transducer and silero, ${minutes} minutes`);
  const toy = await transcribe("toy", [path]);
  const words = toy.run.words[0] ?? [];
  const { words: count, exact } = exactShare(words, minutes);
  const comparison = {
    what: "an idle Node at the same time",
    measured: spreadOf([toy.run.idleGapMs]),
  };
  const long = minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
  return {
    rows: [
      ...compared,
      once("draft: word error on real clips", "×", wordErrorRate(errors), atMost(0.28)),
      once(
        "draft: CPU time ÷ sound, clips in a row",
        "×",
        (row.cpuMs - nothing.cpuMs) / 1000 / seconds,
        atMost(0.3),
      ),
      once(
        `sherpa, ${long}: words whose text, times and confidence are exact`,
        "×",
        exact / count,
        atLeast(1),
      ),
      once(
        `sherpa, ${long}: memory of the main process`,
        "MB",
        toy.run.peakBytes / mega,
        atMost(150),
      ),
      once(
        `sherpa, ${long}: longest processor time of the main thread between two ticks`,
        "ms",
        toy.run.busyMs,
        atMost(50),
      ),
      {
        ...once(
          `sherpa, ${long}: longest delay of the event loop, from any cause`,
          "ms",
          toy.run.gapMs,
        ),
        comparison,
      },
      once(
        `sherpa, ${long}: CPU time ÷ sound (voice detection and a toy)`,
        "×",
        toy.cpuMs / 60_000 / minutes,
      ),
      once(`sherpa, ${long}: time ÷ sound`, "×", toy.run.elapsedMs / 60_000 / minutes),
    ],
    remarks: [
      `Draft: pocketsphinx, ${all.length} clips of read speech, ${seconds.toFixed(0)} s. The words come from each ` +
        "clip alone. The time is for all clips in a row: CPU time of the whole process tree, minus that of " +
        "a run without any recording. Each clip alone, with the start of the program and the loading of the " +
        `model for each, takes ${(draft.cpuMs / 1000 / seconds).toFixed(2)}. ` +
        "Single clips are transcribed from audio renditions (MP3 320k), as usual. The engine is unsteady: " +
        "the same clips quieter, as WAV, or 7 ms later gave 61, 66 and 72 errors in 219 words.",
      `sherpa: ${minutes} times the same minute (four clips with silence between), ${words.length} words, ` +
        `${toy.run.progressReports} reports of progress. Each word is compared with that of the second minute. ` +
        "A test compares passages with the package's own results.",
      "Other processes on this machine also delay the event loop; the last column has the delay of an idle " +
        "Node at the same time. The processor time is that of the main thread only.",
      "The toy transducer has random weights: it proves loading, streaming, times and confidences, not " +
        "recognition.",
      ...(bench.fasterWhisper === undefined
        ? []
        : [
            "faster-whisper 1.2.1 has the weights that whisper-base was made from, in 8 bit, with one thread, without " +
              "beams, behind its own voice detector; it finds no times of words.",
          ]),
    ],
  };
}
