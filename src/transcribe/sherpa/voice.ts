import type { Passage } from "../passages.ts";
import { sampleRateHz } from "../sound-features.ts";
import { createJoiner, edgeSamples, joinerRules, longestPause } from "./joiner.ts";
import type { JoinerRules, Span } from "./joiner.ts";
import type { PieceRules } from "./protocol.ts";
import type { Vad } from "./sherpa-package.ts";

/** silero looks at windows of 32 ms; sherpa decides once for all that it is given at a time. */
export const windowSamples = 512;

/** Seconds. After `maxSpeechDuration` sherpa looks for the next pause of 0.1 s, and is stricter. */
export const voiceSettings = {
  threshold: 0.5,
  minSilenceDuration: 0.3,
  minSpeechDuration: 0.25,
  maxSpeechDuration: 20,
  windowSize: windowSamples,
};

/**
 * How far back of a window the detector may say that speech began: its shortest speech and two windows
 * with what they see of their neighbours (1.13.8), and some more, for that is its own affair.
 */
const lookBackSamples = 4 * windowSamples + voiceSettings.minSpeechDuration * sampleRateHz;

/** What is held at most: a piece that waits for its end, the pause after it, and the next. */
const heldSamples = (rules: JoinerRules): number =>
  2 * rules.longest + 2 * longestPause(rules) + 4 * sampleRateHz;

/** The quietest fifth of a second between two places: where a cut does least harm. */
export function quietestPlace(samples: Int16Array, from: number, to: number): number {
  const width = Math.min(sampleRateHz / 5, to - from);
  let energy = 0;
  for (let index = from; index < from + width; index += 1) energy += (samples[index] ?? 0) ** 2;
  let least = energy;
  let best = from;
  for (let start = from; start + width < to; start += 1) {
    energy += (samples[start + width] ?? 0) ** 2 - (samples[start] ?? 0) ** 2;
    if (energy < least) [least, best] = [energy, start + 1];
  }
  return best + Math.floor(width / 2);
}

/**
 * Sound that is held until nobody needs it, by its place in the recording. Its capacity is fixed:
 * more than `heldSamples` is never waited for.
 */
function createHeldSound(rules: JoinerRules) {
  const held = new Int16Array(heldSamples(rules));
  let first = 0; // place of the first held sample in the recording
  let count = 0;
  return {
    end: () => first + count,
    add(samples: Int16Array): void {
      held.set(samples, count);
      count += samples.length;
    },
    forgetBefore(place: number): void {
      const gone = Math.min(count, place - first);
      if (gone < sampleRateHz) return; // moving is not worth it yet
      held.copyWithin(0, gone, count);
      [first, count] = [first + gone, count - gone];
    },
    slice({ from, to }: Span): Int16Array {
      if (from < first) throw new RangeError("sound that is needed was forgotten");
      return held.slice(from - first, Math.min(count, to - first));
    },
    view: ({ from, to }: Span) => held.subarray(from - first, to - first),
  };
}

/** Finds, window by window, where somebody speaks. Speech without any pause is cut before `longest`. */
function createFinder(
  vad: Vad,
  held: ReturnType<typeof createHeldSound>,
  { longest }: JoinerRules,
) {
  const hardCutSamples = longest - lookBackSamples;
  /** The place in the recording that the detector counts from, and up to where it has looked. */
  let base = 0;
  let searched = 0;
  let speechFrom: number | undefined;
  const window = new Float32Array(windowSamples);

  function popped(): Span[] {
    const spans: Span[] = [];
    for (; !vad.isEmpty(); vad.pop()) {
      const { start, samples } = vad.front(false);
      spans.push({ from: base + start, to: base + start + samples.length });
    }
    return spans;
  }
  /** Begins anew in the middle of speech that has no pauses. */
  function cut(from: number): Span {
    const to =
      from +
      quietestPlace(held.view({ from, to: searched }), (searched - from) >> 1, searched - from);
    vad.reset();
    [base, searched, speechFrom] = [to, to, undefined];
    return { from, to };
  }
  function search(sound: Int16Array, mayCut = true): Span[] {
    for (let index = 0; index < windowSamples; index += 1)
      window[index] = (sound[index] ?? 0) / 32_768;
    vad.acceptWaveform(window);
    searched += windowSamples;
    const spans = popped();
    if (!vad.isDetected()) speechFrom = undefined;
    else speechFrom ??= Math.max(base, searched - lookBackSamples);
    if (mayCut && speechFrom !== undefined && searched - speechFrom >= hardCutSamples)
      spans.push(cut(speechFrom));
    return spans;
  }
  return {
    /** Searches the next held window; undefined when there is none, whole. */
    next: (): Span[] | undefined =>
      searched + windowSamples > held.end()
        ? undefined
        : search(held.view({ from: searched, to: searched + windowSamples })),
    /** The rest, and what was open: a pause of our own ends it where it ends. */
    end(): Span[] {
      const end = held.end();
      const spans: Span[] = [];
      const silence = Math.ceil((voiceSettings.minSilenceDuration * sampleRateHz) / windowSamples);
      spans.push(...search(held.view({ from: searched, to: end }), false));
      for (let left = silence + 2; left > 0; left -= 1)
        spans.push(...search(new Int16Array(0), false));
      vad.flush();
      spans.push(...popped());
      return spans.flatMap(({ from, to }) => (from < end ? [{ from, to: Math.min(to, end) }] : []));
    },
    /** No speech that is found later begins earlier. */
    openFrom: (): number => speechFrom ?? Math.max(base, searched - lookBackSamples),
  };
}

/**
 * Searches raw sound (16 kHz, mono, 16 bit) with silero and hands on what is speech, in the order
 * of time: pieces by the rules, cut at pauses. Memory is bounded, whatever the length. `onSearched` is told
 * before which place there is no speech any more that has not been handed on.
 */
export async function* voicedPassages(
  vad: Vad,
  sound: AsyncIterable<Int16Array>,
  options: PieceRules & { readonly onSearched?: (ms: number) => void },
): AsyncGenerator<Passage> {
  vad.reset();
  const rules = joinerRules(options);
  const held = createHeldSound(rules);
  const finder = createFinder(vad, held, rules);
  const joiner = createJoiner(rules);
  const passage = (span: Span): Passage => ({
    startMs: (span.from * 1000) / sampleRateHz,
    samples: held.slice(span),
  });

  function* join(spans: readonly Span[]): Generator<Passage> {
    for (const span of spans) {
      const piece = joiner.add(span);
      if (piece !== undefined) yield passage(piece);
    }
  }
  for await (const samples of sound)
    for (let from = 0; from < samples.length; from += sampleRateHz) {
      held.add(samples.subarray(from, from + sampleRateHz));
      for (let spans = finder.next(); spans !== undefined; spans = finder.next()) {
        yield* join(spans);
        const piece = joiner.finishBefore(finder.openFrom());
        if (piece !== undefined) yield passage(piece);
      }
      const open = finder.openFrom() - edgeSamples;
      const neededFrom = Math.max(0, Math.min(joiner.neededFrom() ?? open, open));
      held.forgetBefore(neededFrom);
      options.onSearched?.((neededFrom * 1000) / sampleRateHz);
    }
  yield* join(finder.end());
  options.onSearched?.((held.end() * 1000) / sampleRateHz);
  const last = joiner.finishBefore(Infinity);
  if (last !== undefined) yield passage({ from: last.from, to: Math.min(last.to, held.end()) });
}
