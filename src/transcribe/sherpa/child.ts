/**
 * The child process that hears: raw sound in, what was said out (see protocol.ts). It reads nothing
 * but its own package and the models, and ends when its input does. A model that is broken ends it,
 * too: sherpa aborts.
 */
import { Console } from "node:console";
import { createRequire } from "node:module";
import { lengthMs, speechPassages } from "../passages.ts";
import type { Passage } from "../passages.ts";
import { sampleRateHz } from "../sound-features.ts";
import { createSpeakerFinder } from "./diarization.ts";
import { headBytes, longestMessage, messageKinds } from "./protocol.ts";
import type { Answer, ChildSetup, HeardPiece, JobSetup, LanguageVote } from "./protocol.ts";
import type { LanguageDetector, Recognizer, Sherpa, Vad } from "./sherpa-package.ts";
import { voicedPassages, voiceSettings } from "./voice.ts";

interface Message {
  readonly kind: number;
  readonly body: Uint8Array;
}

/** Models fail on sound shorter than their first window. */
const shortestSamples = sampleRateHz / 2;

/** A detector of languages hears this many pieces, from the beginning on. */
const languagePieces = 6;

const write = (answer: Answer): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

/** The messages of our input, whole, one after the other. */
async function* messages(input: AsyncIterable<Buffer>): AsyncGenerator<Message> {
  let waiting: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    waiting.push(chunk);
    bytes += chunk.length;
    while (bytes >= headBytes) {
      const all: Buffer = waiting.length === 1 ? (waiting[0] ?? chunk) : Buffer.concat(waiting);
      const size = all.readUInt32LE(1);
      if (size > longestMessage) throw new Error("a message is too long");
      waiting = [all];
      if (bytes < headBytes + size) break;
      yield { kind: all[0] ?? 0, body: all.subarray(headBytes, headBytes + size) };
      waiting = [all.subarray(headBytes + size)];
      bytes -= headBytes + size;
    }
  }
}

/** 16 bit samples of raw bytes, copied: they may begin at an odd address. */
const samplesOf = (body: Uint8Array): Int16Array => new Int16Array(new Uint8Array(body).buffer);

/** Samples as models want them, with silence after what is too short for them. */
function waveform(samples: Int16Array) {
  const floats = new Float32Array(Math.max(samples.length, shortestSamples));
  for (const [index, sample] of samples.entries()) floats[index] = sample / 32_768;
  return { samples: floats, sampleRate: sampleRateHz };
}

async function pieceOf(
  recognizer: Recognizer,
  passage: Passage,
  { hotwords }: JobSetup,
): Promise<HeardPiece> {
  const stream = recognizer.createStream(hotwords);
  stream.acceptWaveform(waveform(passage.samples));
  const result = await recognizer.decodeAsync(stream);
  return {
    startMs: passage.startMs,
    lengthMs: lengthMs(passage.samples),
    text: result.text,
    language: result.lang ?? "",
    tokens: result.tokens ?? [],
    timestamps: result.timestamps ?? [],
    durations: result.durations ?? [],
    logProbs: result.ys_log_probs ?? [],
  };
}

function voteOf(detector: LanguageDetector, { samples }: Passage): LanguageVote {
  const stream = detector.createStream();
  stream.acceptWaveform(waveform(samples));
  return { code: detector.compute(stream), lengthMs: lengthMs(samples) };
}

interface Loaded {
  readonly recognizer: Recognizer;
  readonly vad: Vad | undefined;
  readonly language: LanguageDetector | undefined;
  readonly speakers: ReturnType<typeof createSpeakerFinder> | undefined;
}

async function load(sherpa: Sherpa, setup: ChildSetup): Promise<Loaded> {
  const { voice, language, speakers } = setup;
  const common = { numThreads: 1, debug: 0, provider: "cpu" };
  const silero = { sileroVad: { model: voice, ...voiceSettings }, sampleRate: sampleRateHz };
  return {
    recognizer: await sherpa.OfflineRecognizer.createAsync(setup.recognizer),
    vad: voice === undefined ? undefined : new sherpa.Vad({ ...silero, ...common }, 60),
    language: language && new sherpa.SpokenLanguageIdentification({ whisper: language, ...common }),
    speakers: speakers && createSpeakerFinder(sherpa, speakers),
  };
}

/**
 * Hears one recording. Each message with sound is answered when all that is ready in it was heard:
 * whoever reads our source has done so when it asks for more.
 */
async function hear(input: AsyncGenerator<Message>, loaded: Loaded, job: JobSetup): Promise<void> {
  const { recognizer, vad, language } = loaded;
  const speakers = loaded.speakers?.();
  let pieces: HeardPiece[] = [];
  const votes: LanguageVote[] = [];
  async function* sound(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = await input.next();
      if (next.done === true || next.value.kind !== messageKinds.sound) return;
      if (speakers !== undefined) speakers.add(samplesOf(next.value.body));
      yield next.value.body;
      write({ type: "heard", pieces });
      pieces = [];
    }
  }
  async function* samples(): AsyncGenerator<Int16Array> {
    for await (const bytes of sound()) yield samplesOf(bytes);
  }
  const passages = vad === undefined ? speechPassages(sound()) : voicedPassages(vad, samples());
  for await (const passage of passages) {
    if (language !== undefined && votes.length < languagePieces)
      votes.push(voteOf(language, passage));
    pieces.push(await pieceOf(recognizer, passage, job));
  }
  write({ type: "done", pieces, languages: votes, turns: speakers?.end() ?? [] });
}

// What the package prints must not come among the answers.
globalThis.console = new Console(process.stderr);
const setup: ChildSetup = JSON.parse(process.argv[2] ?? "{}");
const sherpa: Sherpa = createRequire(import.meta.url)(setup.package);
const loaded = await load(sherpa, setup);
write({ type: "ready", version: sherpa.version });
const input = messages(process.stdin);
for (let next = await input.next(); next.done !== true; next = await input.next()) {
  if (next.value.kind !== messageKinds.begin) throw new Error("a recording did not begin");
  const job: JobSetup = JSON.parse(Buffer.from(next.value.body).toString("utf8"));
  write({ type: "begun" });
  await hear(input, loaded, job);
}
