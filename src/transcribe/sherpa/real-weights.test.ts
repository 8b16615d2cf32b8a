import { execFile } from "node:child_process";
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { nonSpeech } from "../../../test/support/non-speech.ts";
import { sharedMedia } from "../../../test/support/shared-media.ts";
import {
  describeWithSpeechModels,
  sharedVoice,
  sharedWhisperBase,
  triesAllSpeech,
} from "../../../test/support/shared-models.ts";
import { transcriptText } from "../../media/transcript.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { createPocketsphinxAligner } from "../align/pocketsphinx.ts";
import { synthesise } from "../align/synthesis.fixture.ts";
import { wordError } from "../word-error.ts";
import { toyTransducer } from "./toy-models.fixture.ts";
import { useStudio } from "./transcriber.fixture.ts";

const run = promisify(execFile);
const studio = useStudio();

const heavyBytes = 300_000_000;

/** A length in a protocol buffer. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) | 128, ...varint(Math.floor(value / 128))];
}

/** A field that holds a message: https://protobuf.dev/programming-guides/encoding/ */
const field = (number: number, head: readonly number[], bodyBytes = 0): number[] => [
  (number << 3) | 2,
  ...varint(head.length + bodyBytes),
  ...head,
];

/**
 * Makes the toy's encoder 300 MB heavier: protocol buffers are merged when one follows the other, so a
 * tensor of zeros that nothing uses is appended to its graph.
 */
function makeHeavy(dir: string): void {
  const raw = [(9 << 3) | 2, ...varint(heavyBytes)];
  const tensor = [1 << 3, ...varint(heavyBytes), 16, 3, ...field(8, [...Buffer.from("w")])];
  const initializer = field(5, [...tensor, ...raw], heavyBytes);
  const path = join(dir, "encoder.onnx");
  appendFileSync(path, Buffer.from(field(7, initializer, heavyBytes)));
  truncateSync(path, statSync(path).size + heavyBytes);
}

describeWithSpeechModels("a model of 300 MB on eight processors", () => {
  it("is no matter of address space", async () => {
    const path = studio.recording("many.wav", [20_000, 120_001, 400_007, 500_000, 731_313]);
    const expected = await studio.transcribe({ path });
    const dir = studio.toyCopy("heavy");
    makeHeavy(dir);
    const by = studio.sherpa({ model: toyTransducer(dir), threads: 8 });
    const { transcript } = await studio.transcribe({ path, by });
    expect(transcript.words).toEqual(expected.transcript.words);
  });
});

/** What somebody says in a shared recording. */
function saidIn(name: string): string {
  const lines = readFileSync(sharedMedia("speech/references.tsv"), "utf8").split("\n");
  return lines.find((line) => line.startsWith(`${name}\t`))?.split("\t")[1] ?? "";
}

describeWithSpeechModels("speech by real weights: Whisper base", () => {
  const short: readonly [string, number][] = [["jfk.wav", 2]];
  const whole: readonly [string, number][] = [1, 8].map((threads) => ["two_cities.wav", threads]);
  const tries = triesAllSpeech ? whole : short;
  it.each(tries)("transcribes all of %s, %s pieces at the same time", async (name, threads) => {
    const path = sharedMedia(`speech/${name}`);
    const by = studio.sherpa({ model: sharedWhisperBase(), voice: sharedVoice(), threads });
    const { transcript, notes } = await studio.transcribe({ path, by });
    expect(notes).toEqual([]);
    const text = transcriptText(transcript.words);
    const { errors, words } = wordError(saidIn(name), text);
    expect(errors / words).toBeLessThan(0.03);
    expect(text).toMatch(
      /^(It was the best of times.* of comparison only|And so.* your country)\.$/,
    );
  });
});

describeWithSpeechModels("times of words, by real weights and the aligner", () => {
  it("are within 50 ms of an exact truth, where the model's own are rough", async () => {
    const sentence = "she had your dark suit in greasy wash water all year".split(" ");
    const said = synthesise("rms", sentence, (index) => (index % 4 === 0 ? 300 : 0));
    const raw = join(studio.folder, "truth.s16");
    const path = join(studio.folder, "truth.wav");
    writeFileSync(raw, new Uint8Array(said.samples.buffer));
    await run("ffmpeg", [..."-v error -y -f s16le -ar 16000 -ac 1 -i".split(" "), raw, path]);
    const aligner = createPocketsphinxAligner(await createSandbox());
    const by = studio.sherpa({ model: sharedWhisperBase(), voice: sharedVoice(), aligner });
    const { transcript } = await studio.transcribe({ path, by });
    const bare = (text: string) => text.toLowerCase();
    const errors = transcript.words.flatMap(({ text, startMs }) => {
      const truth = said.words.find((word) => word.text === bare(text));
      return truth === undefined ? [] : [Math.abs(startMs - truth.startMs)];
    });
    expect(errors.length).toBeGreaterThanOrEqual(8);
    const sorted = errors.toSorted((a, b) => a - b);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(20);
    expect(Math.max(...errors)).toBeLessThanOrEqual(80);
  });
});

/** Some of the sixty kinds that `node scripts/non-speech.ts` tries at length, with all models that are here. */
const tried = [
  "faint white noise",
  "noise of a voice's band, at the pace of syllables",
  "applause",
  "mains hum",
  "a siren",
  "drums and bass",
  "a melody with harmonics",
  "birds",
];

describeWithSpeechModels("where nobody speaks", () => {
  const kinds = nonSpeech.filter(({ name }) =>
    (triesAllSpeech ? tried : tried.slice(0, 2)).includes(name),
  );
  it.each(triesAllSpeech ? [true, false] : [false])(
    "Whisper writes no word (with a voice detector: %s)",
    async (withVoice) => {
      const model = sharedWhisperBase();
      const by = withVoice
        ? studio.sherpa({ model, voice: sharedVoice() })
        : studio.withoutVoice(model);
      for (const { name, source } of kinds) {
        const path = join(studio.folder, `${name}.wav`);
        const input = ["-f", "lavfi", "-i", source, "-t", "7", "-ar", "16000", "-ac", "1", "-y"];
        await run("ffmpeg", ["-nostdin", "-v", "error", ...input, path]);
        const { transcript } = await studio.transcribe({ path, by });
        expect([name, transcriptText(transcript.words)]).toEqual([name, ""]);
      }
    },
    120_000,
  );
});
