/**
 * The child process that recognizes speech: raw sound in, what was said out (see protocol.ts). It reads
 * nothing but its own package and the models, and ends when its input does. A model that is broken ends it,
 * too: sherpa aborts.
 */
import { Console } from "node:console";
import { writeSync } from "node:fs";
import { createRequire } from "node:module";
import { lengthMs, speechPassages } from "../passages.ts";
import type { Passage } from "../passages.ts";
import { sampleRateHz } from "../sound-features.ts";
import { createInOrder } from "./in-order.ts";
import { readMessages, samplesOf } from "./messages.ts";
import { answeredLine, messageKinds } from "./protocol.ts";
import type { Answer, ChildSetup, JobSetup, LanguageVote, RecognizedPiece } from "./protocol.ts";
import { createPieceRecognizer, waveform } from "./recognize.ts";
import type { PieceRecognizer } from "./recognize.ts";
import type { LanguageDetector, Sherpa, Vad } from "./sherpa-package.ts";
import { voicedPassages, voiceSettings } from "./voice.ts";

let answers = 0;
function write(answer: Answer): void {
  // At once, so that it stands behind what sherpa printed and before anything that it will print.
  writeSync(2, `\n${answeredLine(answers)}\n`);
  answers += 1;
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

function voteOf(detector: LanguageDetector, { samples }: Passage): LanguageVote {
  const stream = detector.createStream();
  stream.acceptWaveform(waveform(samples));
  return { code: detector.compute(stream), lengthMs: lengthMs(samples) };
}

interface Loaded {
  readonly setup: ChildSetup;
  readonly recognizer: PieceRecognizer;
  readonly vad: Vad | undefined;
  readonly language: LanguageDetector | undefined;
}

async function load(sherpa: Sherpa, setup: ChildSetup): Promise<Loaded> {
  const { voice, language, pieces } = setup;
  const common = { numThreads: 1, debug: 0, provider: "cpu" };
  const silero = { sileroVad: { model: voice, ...voiceSettings }, sampleRate: sampleRateHz };
  const recognizer = await sherpa.OfflineRecognizer.createAsync(setup.recognizer);
  return {
    setup,
    recognizer: createPieceRecognizer(recognizer, pieces),
    vad: voice === undefined ? undefined : new sherpa.Vad({ ...silero, ...common }, 60),
    language: language && new sherpa.SpokenLanguageIdentification({ whisper: language, ...common }),
  };
}

const textOf = (pieces: readonly RecognizedPiece[]): string =>
  pieces.map(({ text }) => text.trim().toLowerCase()).join(" ");

/** Recognizes passages, several at the same time, and hands their pieces on in their order. */
function createWork({ setup, recognizer }: Loaded, { hotwords }: JobSetup) {
  const { parallel, pieces: rules } = setup;
  const queue = createInOrder<{ passage: Passage; pieces: RecognizedPiece[] }>(parallel);
  let before = "";
  /** A text that comes twice may be the model's own: it is recognized once more, a little differently. */
  async function checked(passage: Passage, pieces: RecognizedPiece[]) {
    const text = textOf(pieces);
    const isSame = rules.tokensPerSecond !== undefined && text !== "" && text === before;
    const sure = isSame ? await recognizer.recognizeAgain(passage) : pieces;
    before = textOf(sure);
    return sure;
  }
  let startsAt: number[] = [];
  return {
    async add(passage: Passage): Promise<void> {
      startsAt.push(passage.startMs);
      await queue.add(async () => ({
        passage,
        pieces: await recognizer.recognize(passage, hotwords),
      }));
    },
    /** What is ready. */
    async take(): Promise<RecognizedPiece[]> {
      const done = queue.ready();
      startsAt = startsAt.slice(done.length);
      const pieces: RecognizedPiece[] = [];
      for (const one of done) pieces.push(...(await checked(one.passage, one.pieces)));
      return pieces;
    },
    /** The next, when it is; undefined when there is none. */
    async next(): Promise<RecognizedPiece[] | undefined> {
      const one = await queue.next();
      startsAt = startsAt.slice(1);
      return one && checked(one.passage, one.pieces);
    },
    /** Before this all is recognized, if no passage has begun elsewhere. */
    openFromMs: (): number => startsAt[0] ?? Infinity,
  };
}

/** The language of pieces all over a recording. */
function createVotes(detector: LanguageDetector | undefined, { languages }: JobSetup) {
  const votes: LanguageVote[] = [];
  const { places, everyMs } = languages ?? { places: 0, everyMs: 0 };
  let nextMs = 0;
  return {
    votes,
    listen(passage: Passage): void {
      if (detector === undefined || passage.startMs < nextMs || votes.length >= places) return;
      votes.push(voteOf(detector, passage));
      nextMs = passage.startMs + everyMs;
    },
  };
}

/**
 * Recognizes one recording. Each message with sound is answered with what is ready by then: the caller that reads
 * our source has taken it when it asks for more.
 */
async function transcribe(
  input: ReturnType<typeof readMessages>,
  loaded: Loaded,
  job: JobSetup,
): Promise<void> {
  const { vad, setup } = loaded;
  const work = createWork(loaded, job);
  const languages = createVotes(loaded.language, job);
  let searchedMs = 0;
  const untilMs = (): number => Math.min(work.openFromMs(), searchedMs);
  async function* sound(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = await input.next();
      if (next.done === true || next.value.kind !== messageKinds.sound) return;
      yield next.value.body;
      const pieces = await work.take();
      write({ type: "recognized", pieces, untilMs: untilMs() });
    }
  }
  async function* samples(): AsyncGenerator<Int16Array> {
    for await (const bytes of sound()) yield samplesOf(bytes);
  }
  const onSearched = (ms: number): void => void (searchedMs = ms);
  const rules = { ...setup.pieces, onSearched };
  const passages =
    vad === undefined ? speechPassages(sound(), rules) : voicedPassages(vad, samples(), rules);
  for await (const passage of passages) {
    languages.listen(passage);
    await work.add(passage);
  }
  for (let pieces = await work.next(); pieces !== undefined; pieces = await work.next()) {
    write({ type: "recognized", pieces, untilMs: Math.min(untilMs(), Number.MAX_SAFE_INTEGER) });
    if ((await input.next()).done === true) return;
  }
  write({ type: "done", pieces: [], languages: languages.votes });
}

// What the package prints must not come among the answers.
globalThis.console = new Console(process.stderr);
const setup: ChildSetup = JSON.parse(process.argv[2] ?? "{}");
const sherpa: Sherpa = createRequire(import.meta.url)(setup.package);
const loaded = await load(sherpa, setup);
write({ type: "ready", version: sherpa.version });
const input = readMessages(process.stdin);
for (let next = await input.next(); next.done !== true; next = await input.next()) {
  if (next.value.kind !== messageKinds.begin) throw new Error("a recording did not begin");
  const job: JobSetup = JSON.parse(Buffer.from(next.value.body).toString("utf8"));
  write({ type: "begun" });
  await transcribe(input, loaded, job);
}
