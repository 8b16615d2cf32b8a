import { sampleRateHz } from "../sound-features.ts";
import type { SpeakerModels, Turn } from "./protocol.ts";
import type { Sherpa } from "./sherpa-package.ts";
import { samePeople } from "./speakers.ts";
import type { Voice } from "./speakers.ts";

/**
 * How much is looked at as a whole. Clustering takes memory with the square of the length, so longer
 * recordings are taken in parts, and their speakers are matched by their voices.
 */
const usualPartSamples = 10 * 60 * sampleRateHz;

/** What a voice is known by: more of it adds little. */
const voiceSamples = 30 * sampleRateHz;

interface PartTurn extends Turn {
  readonly part: number;
}

/** Tells speakers apart in a recording of any length, in bounded memory. */
export interface SpeakerFinder {
  add(samples: Int16Array): void;
  /** Who speaks when, ascending. */
  end(): Turn[];
}

/** Seconds: shorter turns and shorter pauses do not count. */
const usual = { minDurationOn: 0.3, minDurationOff: 0.5 };

/** The samples of a turn. */
function samplesOf(sound: Float32Array, { startMs, endMs }: PartTurn, most: number): Float32Array {
  const from = (startMs * sampleRateHz) / 1000;
  return sound.slice(from, Math.min((endMs * sampleRateHz) / 1000, from + most));
}

/** Loads the models; what it returns begins with one recording. */
export function createSpeakerFinder(
  sherpa: Sherpa,
  models: SpeakerModels,
  partSamples: number = usualPartSamples,
): () => SpeakerFinder {
  const { segmentation, embedding, threads, count } = models;
  const extraction = { model: embedding, numThreads: threads, debug: 0, provider: "cpu" };
  const config = (numClusters: number) => ({
    ...usual,
    segmentation: { pyannote: { model: segmentation }, numThreads: threads, debug: 0 },
    embedding: extraction,
    clustering: { numClusters, threshold: 0.5 },
  });
  const any = new sherpa.OfflineSpeakerDiarization(config(-1));
  const counted = count === undefined ? any : new sherpa.OfflineSpeakerDiarization(config(count));
  const extractor = new sherpa.SpeakerEmbeddingExtractor(extraction);

  function voiceOf(sound: Float32Array, turns: readonly PartTurn[]): Float32Array {
    const stream = extractor.createStream();
    let left = voiceSamples;
    const longestFirst = turns.toSorted((a, b) => b.endMs - b.startMs - a.endMs + a.startMs);
    for (const turn of longestFirst) {
      const samples = samplesOf(sound, turn, left);
      stream.acceptWaveform({ samples, sampleRate: sampleRateHz });
      left -= samples.length;
      if (left <= 0) break;
    }
    stream.inputFinished();
    return extractor.isReady(stream) ? extractor.compute(stream, false) : new Float32Array(0);
  }

  return () => {
    const part = new Float32Array(partSamples);
    let filled = 0;
    let parts = 0;
    const turns: Turn[] = [];
    const voices: Voice[] = [];

    function look(isOnly: boolean): void {
      const sound = part.slice(0, filled);
      const at = (parts * partSamples * 1000) / sampleRateHz;
      const found = (isOnly ? counted : any)
        .process(sound)
        .map(({ start, end, speaker }): PartTurn => ({
          startMs: Math.round(start * 1000),
          endMs: Math.round(end * 1000),
          speaker,
          part: parts,
        }));
      for (const speaker of new Set(found.map((turn) => turn.speaker))) {
        const own = found.filter((turn) => turn.speaker === speaker);
        for (const { startMs, endMs } of own)
          turns.push({ startMs: at + startMs, endMs: at + endMs, speaker: voices.length });
        // A recording of one part needs no matching.
        voices.push({ part: parts, embedding: isOnly ? new Float32Array(0) : voiceOf(sound, own) });
      }
      parts += 1;
      filled = 0;
    }
    return {
      add(samples) {
        for (const sample of samples) {
          // Not when it is just full: a recording of exactly one part is still the only one.
          if (filled === partSamples) look(false);
          part[filled] = sample / 32_768;
          filled += 1;
        }
      },
      end() {
        if (filled > 0) look(parts === 0);
        const people = parts === 1 ? voices.map((_v, index) => index) : samePeople(voices, count);
        return turns
          .map((turn) => ({ ...turn, speaker: people[turn.speaker] ?? turn.speaker }))
          .toSorted((a, b) => a.startMs - b.startMs);
      },
    };
  };
}
