import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AlignedWord, Aligner, SpokenPassage } from "./aligner.ts";
import { alignWords, realignWords } from "./align-words.ts";
import { synthesise, type Synthesised } from "./synthesis.fixture.ts";

const sentence = "she had your dark suit in greasy wash water all year".split(" ");
const numbers = "we had 10 boats in 1859".split(" ");
const said = "we had ten boats in eighteen-fifty-nine".split(" ");
const pauseMs = (index: number): number => (index === 0 ? 300 : index % 4 === 0 ? 250 : 0);

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

/** What every aligner does, on speech whose words begin where we put them. */
export function describeAligner(name: string, create: () => Promise<Aligner>): void {
  describe(`the aligner ${name}`, () => {
    let aligner: Aligner;
    let folder: string;
    const { signal } = new AbortController();
    beforeAll(async () => {
      aligner = await create();
      folder = mkdtempSync(join(tmpdir(), "dailies-align-"));
    });
    afterAll(() => {
      expect(readdirSync(folder).filter((file) => !file.endsWith(".s16"))).toEqual([]);
      rmSync(folder, { recursive: true });
    });

    function soundOf({ samples }: Pick<Synthesised, "samples">): string {
      const path = join(folder, "sound.s16");
      writeFileSync(path, new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength));
      return path;
    }
    const where = (sound: string, languageCode = "en-US") => ({
      sound,
      languageCode,
      workDir: folder,
      signal,
    });
    async function align(
      speech: Pick<Synthesised, "samples">,
      passages: readonly SpokenPassage[],
    ): Promise<AlignedWord[][]> {
      return await aligner.align({ ...where(soundOf(speech)), passages });
    }
    const wholeOf = ({ samples }: Synthesised, words: readonly string[]) => ({
      startMs: 0,
      endMs: samples.length / 16,
      words,
    });

    it("finds where words begin: half within 15 ms, 95 in 100 within 50 ms", async () => {
      const errors: number[] = [];
      for (const voice of ["slt", "rms", "en-us"]) {
        const speech = synthesise(voice, sentence, pauseMs);
        const [words = []] = await align(speech, [wholeOf(speech, sentence)]);
        expect(words).toHaveLength(sentence.length);
        for (const [index, { startMs, endMs, state }] of words.entries()) {
          expect(state).not.toBe("failed");
          expect(startMs).toBeGreaterThanOrEqual(words[index - 1]?.endMs ?? 0);
          expect(endMs).toBeGreaterThan(startMs);
          errors.push(Math.abs(startMs - (speech.words[index]?.startMs ?? NaN)));
        }
      }
      expect(quantile(errors, 0.5)).toBeLessThanOrEqual(15);
      expect(quantile(errors, 0.95)).toBeLessThanOrEqual(50);
    });

    it("knows how numerals are said, and gives each its whole time", async () => {
      const speech = synthesise("slt", said, pauseMs);
      const [words = []] = await align(speech, [wholeOf(speech, numbers)]);
      const [ten, year] = [words[2], words[5]];
      expect(ten?.startMs).toBeCloseTo(speech.words[2]?.startMs ?? NaN, -2);
      expect(year?.startMs).toBeCloseTo(speech.words[5]?.startMs ?? NaN, -2);
      expect(Math.abs((year?.endMs ?? NaN) - (speech.words[5]?.endMs ?? NaN))).toBeLessThan(120);
    });

    it("keeps passages apart, and fails the words of one that holds no sound of them", async () => {
      const speech = synthesise("slt", sentence, pauseMs);
      const half = speech.words[6]?.startMs ?? NaN;
      const end = speech.samples.length / 16;
      const [first = [], none = [], last = []] = await align(speech, [
        { startMs: 0, endMs: half, words: sentence.slice(0, 6) },
        { startMs: half, endMs: half + 100, words: sentence },
        { startMs: half, endMs: end, words: [...sentence.slice(6), "…"] },
      ]);
      expect(first.at(-1)?.endMs).toBeLessThanOrEqual(half);
      expect(none.map(({ state }) => state)).toEqual(sentence.map(() => "failed"));
      expect(none[0]?.startMs).toBe(Math.round(half));
      expect(last[0]?.startMs).toBeGreaterThanOrEqual(Math.floor(half));
      expect(last.at(-1)?.state).toBe("failed");
    });

    it("takes words that no dictionary has, however strange", async () => {
      const strange = ["Zorvanilka", "-x", "FSG_END", "(2)", "漢字", "a".repeat(5_000), "\0\n", ""];
      const speech = synthesise("slt", sentence, pauseMs);
      const [words = []] = await align(speech, [wholeOf(speech, strange)]);
      expect(words).toHaveLength(strange.length);
      expect(words.every(({ startMs, endMs }) => endMs >= startMs)).toBe(true);
    });

    it("aligns edited words between neighbours that stay where they are", async () => {
      const speech = synthesise("slt", sentence, pauseMs);
      const passage = { startMs: 0, endMs: speech.samples.length / 16, hasTimes: false };
      const words = sentence.map((text) => ({
        text: text === "dark" ? "duck" : text,
        startMs: 0,
        endMs: 0,
      }));
      const place = where(soundOf(speech));
      const whole = (await alignWords(aligner, [{ ...passage, words }], place)).words;
      const edited = whole.map((word, index) => (index === 3 ? { ...word, text: "dark" } : word));
      const again = await realignWords(aligner, edited, { from: 3, to: 4 }, place);
      expect(again.toSpliced(3, 1)).toEqual(edited.toSpliced(3, 1));
      expect(again[3]?.startMs).toBeGreaterThanOrEqual(again[2]?.endMs ?? NaN);
      expect(again[3]?.endMs).toBeLessThanOrEqual(again[4]?.startMs ?? NaN);
      expect(Math.abs((again[3]?.startMs ?? NaN) - (speech.words[3]?.startMs ?? NaN))).toBeLessThan(
        50,
      );
    });
  });
}
