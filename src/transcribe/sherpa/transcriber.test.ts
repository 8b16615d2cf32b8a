import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { describeWithSharedMedia } from "../../../test/support/shared-media.ts";
import type { Progress } from "../../media/engine.ts";
import type { Word } from "../../media/transcript.ts";
import type { Aligner } from "../align/aligner.ts";
import { describeSherpa } from "./describe.ts";
import { storeOf, toyTransducer } from "./toy-models.fixture.ts";
import { modelsDir, useStudio, toyDir } from "./transcriber.fixture.ts";

const run = promisify(execFile);
const studio = useStudio();
const { sherpa, transcribe, recording, toyCopy } = studio;

/** One piece as the package itself hears it. */
interface Reference {
  readonly fromMs: number;
  readonly tokens: readonly string[];
  readonly timestamps: readonly number[];
  readonly durations: readonly number[];
  readonly ys_log_probs: readonly number[];
}

/** The same sound, heard by the package itself: each of silero's segments with 240 ms at each side. */
const reference = `
const [, main, wav, toy, silero] = process.argv;
const sherpa = require(main);
const bytes = require("node:fs").readFileSync(wav);
const all = Float32Array.from(new Int16Array(new Uint8Array(bytes.subarray(44)).buffer), (v) => v / 32768);
const vad = new sherpa.Vad({ sampleRate: 16000, numThreads: 1, sileroVad: { model: silero,
  threshold: 0.5, minSilenceDuration: 0.3, minSpeechDuration: 0.25, maxSpeechDuration: 20, windowSize: 512 } }, 60);
const recognizer = new sherpa.OfflineRecognizer({ featConfig: { sampleRate: 16000, featureDim: 80 },
  modelConfig: { transducer: { encoder: toy + "/encoder.onnx", decoder: toy + "/decoder.onnx", joiner: toy + "/joiner.onnx" },
    tokens: toy + "/tokens.txt", modelType: "nemo_transducer", numThreads: 1 } });
for (let at = 0; at + 512 <= all.length; at += 512) vad.acceptWaveform(all.slice(at, at + 512));
vad.flush();
const pieces = [];
for (; !vad.isEmpty(); vad.pop()) {
  const { start, samples } = vad.front(false);
  const from = Math.max(0, start - 3840);
  const stream = recognizer.createStream();
  stream.acceptWaveform({ samples: all.slice(from, start + samples.length + 3840), sampleRate: 16000 });
  recognizer.decode(stream);
  pieces.push({ fromMs: from / 16, ...recognizer.getResult(stream) });
}
console.log(JSON.stringify(pieces));
`;

async function heardByThePackage(path: string): Promise<Reference[]> {
  const main = createRequire(import.meta.url).resolve("sherpa-onnx-node");
  const voice = join(modelsDir, "silero_vad.onnx");
  const { stdout } = await run(process.execPath, ["-e", reference, main, path, toyDir, voice]);
  return JSON.parse(stdout) as Reference[];
}

/** What a word's times must be: those of its token, as long as it does not share them with another. */
function expectTimes(words: readonly Word[], { fromMs, timestamps, durations }: Reference): void {
  for (const [index, word] of words.entries()) {
    const [before, start, after] = [-1, 0, 1].map((by) => timestamps[index + by]);
    if (start === undefined || before === start) continue;
    expect(word.startMs).toBe(Math.round(fromMs + start * 1000));
    if (after === start) continue;
    const until = Math.min(start + Math.max(0.08, durations[index] ?? NaN), after ?? Infinity);
    expect(word.endMs).toBe(Math.round(fromMs + until * 1000));
  }
}

describeWithSharedMedia("the sherpa transcriber", () => {
  it("hears what the package hears, each piece at its offset, with the same confidence", async () => {
    const path = recording("five.wav", [20_000, 120_001, 400_007, 500_000, 731_313]);
    const progress: Progress[] = [];
    const [pieces, { transcript, notes, realTimeFactor }] = await Promise.all([
      heardByThePackage(path),
      transcribe({ path, durationMs: 49_000, onProgress: (one) => void progress.push(one) }),
    ]);
    expect(notes).toEqual([]);
    expect(realTimeFactor).toBeGreaterThan(0);
    expect(transcript.engine).toEqual({ name: "sherpa", version: "1.13.8", model: "toy" });
    expect(pieces).toHaveLength(5);

    const tokens = pieces.flatMap((piece) => piece.tokens);
    // The toy says "hello" and "wor" alone; "ld" would join the word before it.
    expect(tokens.filter((token) => !token.startsWith(" "))).toEqual([]);
    expect(transcript.words.map(({ text }) => ` ${text}`)).toEqual(tokens);
    const logProbs = pieces.flatMap((piece) => piece.ys_log_probs);
    for (const [index, { confidence }] of transcript.words.entries())
      expect(confidence).toBeCloseTo(Math.exp(logProbs[index] ?? NaN), 12);
    let first = 0;
    for (const piece of pieces) {
      expectTimes(transcript.words.slice(first, first + piece.tokens.length), piece);
      first += piece.tokens.length;
    }

    const fractions = progress.map(({ fraction = NaN }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(progress.at(-1)?.speed).toBeGreaterThan(1);
    expect(progress.at(-1)?.remainingMs).toBe(0);
  });

  it("is not all done while words are aligned", async () => {
    const progress: Progress[] = [];
    const atAligner: Progress[] = [];
    const aligner: Aligner = {
      id: "fake",
      async align({ passages, onProgress }) {
        atAligner.push(...progress.slice(-1));
        onProgress?.(passages.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0));
        return passages.map(({ startMs, endMs, words }) =>
          words.map(() => ({ startMs, endMs, state: "aligned" as const })),
        );
      },
    };
    await transcribe({
      path: recording("aligned.wav", [20_000]),
      durationMs: 5_000,
      by: sherpa({ model: toyTransducer(toyDir, { languages: ["en"] }), aligner }),
      onProgress: (one) => void progress.push(one),
    });
    expect(atAligner).toHaveLength(1);
    expect(atAligner[0]?.fraction).toBeLessThan(0.8);
    expect(atAligner[0]?.remainingMs).toBeGreaterThan(0);
    const fractions = progress.map(({ fraction = NaN }) => fraction);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
  });

  it.each([
    ["silence", "anullsrc=r=16000:cl=mono:d=5"],
    ["a fifth of a second", "sine=frequency=200:duration=0.2"],
    ["nothing at all", "anullsrc=r=16000:cl=mono:d=0.01"],
    ["pink noise", "anoisesrc=color=pink:duration=10:amplitude=0.3:seed=1"],
    ["notes", "aevalsrc='0.3*sin(2*PI*t*(220+110*floor(mod(t*3,5))))*exp(-4*mod(t,0.33))':d=10"],
    ["drums", "aevalsrc='0.8*(random(0)-0.5)*exp(-10*mod(t,0.5))':d=10"],
  ])("hears no words in %s", async (what, source) => {
    const path = join(studio.folder, `${what}.mp3`);
    await run("ffmpeg", ["-nostdin", "-v", "error", "-f", "lavfi", "-i", source, path]);
    const { transcript, notes } = await transcribe({ path });
    expect(transcript.words).toEqual([]);
    expect(notes).toEqual(["no speech found"]);
  });

  it("finds speech by the room's own gate when there is no detector", async () => {
    const by = studio.withoutVoice();
    expect(by.id).toMatch(/^sherpa\/toy-[0-9a-f]{12}\/gate\/3$/);
    expect(sherpa().id).toMatch(/^sherpa\/toy-[0-9a-f]{12}\/silero-vad-[0-9a-f]{12}\/3$/);
    const { transcript } = await transcribe({ path: recording("gate.wav", [160_000]), by });
    expect(transcript.words[0]?.startMs).toBeGreaterThan(8_500);
    expect(transcript.words.length).toBeGreaterThan(5);
  });
});

describeWithSharedMedia("what the sherpa transcriber is asked", () => {
  it("knows the model's languages only", async () => {
    const by = sherpa({ model: toyTransducer(toyDir, { languages: ["en", "zh"] }) });
    const path = recording("language.wav", [16_000]);
    await expect(transcribe({ path, by, languageCode: "de-DE" })).rejects.toMatchObject({
      code: "unsupported_language",
    });
    const { transcript } = await transcribe({ path, by, languageCode: "zh-CN" });
    expect(transcript.languageCode).toBe("zh-CN");
  });

  it.each([
    ["speakers", { speakers: "auto" as const }, "dailies models pull campplus"],
    ["languages", { identifyLanguage: {} }, "dailies models pull whisper-tiny"],
  ])("names what to fetch for %s when it is not here", async (_what, more, command) => {
    const failed = transcribe({ path: recording("missing.wav", [0]), ...more });
    await expect(failed).rejects.toMatchObject({
      code: "model_missing",
      message: expect.stringContaining(command),
      details: { command },
    });
  });

  it("refuses a number of speakers that is none", async () => {
    for (const speakers of [0, 1.5, 51, Number.NaN])
      await expect(
        transcribe({ path: recording("none.wav", [0]), speakers }),
      ).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it("listens for phrases where the model has its vocabulary, and says when it cannot", async () => {
    const path = recording("phrases.wav", [16_000]);
    const vocabulary = [{ phrase: "world" }];
    const plain = await transcribe({ path, vocabulary });
    expect(plain.notes).toEqual(["the model toy cannot be made to listen for a vocabulary"]);
    expect(plain.transcript.words.map(({ text }) => text)).not.toContain("world");

    const dir = toyCopy("with-vocabulary");
    writeFileSync(join(dir, "bpe.vocab"), "<unk>\t0\n▁hello\t-1\n▁wor\t-2\nld\t-3\n▁\t-9\n");
    const model = toyTransducer(dir, { files: { bpe: "bpe.vocab" } });
    const { transcript, notes } = await transcribe({ path, vocabulary, by: sherpa({ model }) });
    expect(notes).toEqual([]);
    expect(transcript.words.map(({ text }) => text)).toContain("world");

    // The toy has no token for a letter that is not in its words.
    const strange = [{ phrase: "wor/ld: Ż" }];
    const other = await transcribe({ path, vocabulary: strange, by: sherpa({ model }) });
    expect(other.notes).toEqual(["some phrases could not be put to the model"]);
  });

  it("describes what can be had, and how", () => {
    const described = describeSherpa(storeOf(toyTransducer(toyDir, { languages: ["en"] })));
    expect(described).toMatchObject({
      version: "1.13.8",
      models: [{ model: "toy", languages: ["en"], takesVocabulary: false }],
      voice: "gate",
      tellsSpeakers: false,
      identifiesLanguages: false,
    });
    expect(described.lacks.map(({ remedy }) => remedy)).toEqual([
      "dailies models pull silero-vad",
      "dailies models pull campplus",
      "dailies models pull pyannote-segmentation-3",
      "dailies models pull whisper-tiny",
    ]);
    const unknown = describeSherpa(storeOf(toyTransducer(toyDir, { kind: "telepathy" })));
    expect(unknown.models).toEqual([]);
    expect(unknown.lacks[0]?.what).toContain("telepathy");
  });
});
