/**
 * The child process that tells speakers apart in one recording: it reads the sound from a file, writes
 * how far it is and then the turns (see protocol.ts), and ends. A model that is broken ends it, too:
 * sherpa aborts.
 */
import { Console } from "node:console";
import { createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { createRequire } from "node:module";
import { lengthMs, speechPassages } from "../passages.ts";
import type { EmbeddingExtractor, Sherpa } from "../sherpa/sherpa-package.ts";
import { voiceSettings } from "../sherpa/voice.ts";
import { sampleRateHz } from "../sound-features.ts";
import { findTurns } from "./find-turns.ts";
import type { FinderLine, FinderSetup } from "./protocol.ts";
import { frameMs, type SegmentedChunk, type Span } from "./speech-frames.ts";

const perMs = sampleRateHz / 1000;
const write = (line: FinderLine): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** The sound by its place. */
function openSound(path: string) {
  const file = openSync(path, "r");
  const total = fstatSync(file).size >> 1;
  return {
    lengthMs: total / perMs,
    /** What is beyond the end is silence. */
    samples(startMs: number, length: number): Float32Array {
      const bytes = Buffer.alloc(length * 2);
      readSync(file, bytes, 0, bytes.length, Math.round(startMs * perMs) * 2);
      const samples = new Int16Array(bytes.buffer, bytes.byteOffset, length);
      return Float32Array.from(samples, (sample) => sample / 32_768);
    },
  };
}
type Sound = ReturnType<typeof openSound>;

const common = { numThreads: 1, debug: 0, provider: "cpu" };

/** Loudness of each frame, by the 30 ms around it; dB. */
function loudnessOf(sound: Sound): Float32Array {
  const frames = Math.ceil(sound.lengthMs / frameMs);
  const energies = new Float32Array(frames);
  const blockFrames = 1_000;
  const frameSamples = frameMs * perMs;
  for (let from = 0; from < frames; from += blockFrames) {
    const samples = sound.samples(from * frameMs, blockFrames * frameSamples);
    for (let frame = 0; frame < Math.min(blockFrames, frames - from); frame += 1) {
      let energy = 0;
      for (let at = frame * frameSamples; at < (frame + 1) * frameSamples; at += 1)
        energy += (samples[at] ?? 0) ** 2;
      energies[from + frame] = energy / frameSamples;
    }
  }
  return energies.map((energy, frame) => {
    const around = (energies[frame - 1] ?? energy) + energy + (energies[frame + 1] ?? energy);
    return 10 * Math.log10(around / 3 + 1e-10);
  });
}

/** Where silero hears speech. */
function sileroSpans(sherpa: Sherpa, model: string, sound: Sound): Span[] {
  const silero = { sileroVad: { model, ...voiceSettings }, sampleRate: sampleRateHz };
  const vad = new sherpa.Vad({ ...silero, ...common }, 60);
  const spans: Span[] = [];
  const take = (): void => {
    for (; !vad.isEmpty(); vad.pop()) {
      const { start, samples } = vad.front(false);
      spans.push({ startMs: start / perMs, endMs: (start + samples.length) / perMs });
    }
  };
  const window = voiceSettings.windowSize;
  for (let at = 0; at < sound.lengthMs * perMs; at += window) {
    vad.acceptWaveform(sound.samples(at / perMs, window));
    take();
  }
  vad.flush();
  take();
  return spans;
}

/** Where the room's own gate hears speech. */
async function gateSpans(path: string): Promise<Span[]> {
  const spans: Span[] = [];
  for await (const { startMs, samples } of speechPassages(createReadStream(path)))
    spans.push({ startMs, endMs: startMs + lengthMs(samples) });
  return spans;
}

/** The model sees ten seconds. To see each place twice costs as much again, and finds turns that are no better. */
const chunkMs = 10_000;

/**
 * What the segmentation model finds. sherpa clusters no voices in a recording of ten seconds: it hands on
 * what the model says, with the model's own numbers.
 */
function segment(sherpa: Sherpa, model: string, embedding: string, sound: Sound): SegmentedChunk[] {
  const segmenter = new sherpa.OfflineSpeakerDiarization({
    segmentation: { pyannote: { model }, numThreads: 1, debug: 0 },
    embedding: { model: embedding, ...common },
    clustering: { numClusters: -1, threshold: 0.5 },
    minDurationOn: 0,
    minDurationOff: 0,
  });
  const chunks: SegmentedChunk[] = [];
  for (let startMs = 0; ; startMs += chunkMs) {
    const found = segmenter.process(sound.samples(startMs, chunkMs * perMs));
    const tracks = found.map(({ start, end, speaker }) => ({
      startMs: startMs + start * 1000,
      endMs: startMs + end * 1000,
      local: speaker,
    }));
    chunks.push({ startMs, endMs: startMs + chunkMs, tracks });
    write({ type: "progress", fraction: Math.min(1, startMs / sound.lengthMs) / 2 });
    if (startMs + chunkMs >= sound.lengthMs) return chunks;
  }
}

/** The extractor fails on less. */
const shortestSamples = sampleRateHz / 2;

/** What a stretch's voice is known by. What is too short is said again. The model is loaded for the first. */
function voicesOf(sherpa: Sherpa, model: string, sound: Sound): (window: Span) => Float32Array {
  let extractor: EmbeddingExtractor | undefined;
  return ({ startMs, endMs }) => {
    extractor ??= new sherpa.SpeakerEmbeddingExtractor({ model, ...common });
    const own = sound.samples(startMs, Math.round((endMs - startMs) * perMs));
    const samples = new Float32Array(Math.max(shortestSamples, own.length));
    for (const at of samples.keys()) samples[at] = own[at % own.length] ?? 0;
    const stream = extractor.createStream();
    stream.acceptWaveform({ samples, sampleRate: sampleRateHz });
    stream.inputFinished();
    write({ type: "progress", fraction: 0.5 + Math.min(1, endMs / sound.lengthMs) / 2 });
    return extractor.compute(stream, false);
  };
}

// What the package prints must not come among the answers.
globalThis.console = new Console(process.stderr);
const setup: FinderSetup = JSON.parse(process.argv[2] ?? "{}");
const { embedding, segmentation, voice } = setup;
const sherpa: Sherpa = createRequire(import.meta.url)(setup.package);
const sound = openSound(setup.sound);
const voiceOf = voicesOf(sherpa, embedding, sound);
const chunks =
  segmentation === undefined ? {} : { chunks: segment(sherpa, segmentation, embedding, sound) };
const voiced =
  voice === undefined ? await gateSpans(setup.sound) : sileroSpans(sherpa, voice, sound);
const turns = findTurns({ loudness: loudnessOf(sound), voiced, ...chunks }, voiceOf, setup.count);
write({ type: "turns", turns });
