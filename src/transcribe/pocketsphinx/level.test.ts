import { expect, it } from "vitest";
import { levelled } from "./level.ts";

/** A second of a tone, at so many dB of full scale (mean square). */
const tone = (levelDb: number): Int16Array =>
  Int16Array.from({ length: 16_000 }, (_, index) =>
    Math.round(32_768 * Math.SQRT2 * 10 ** (levelDb / 20) * Math.sin(index / 5)),
  );

const levelOf = (samples: Int16Array): number =>
  10 *
  Math.log10(samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length);

it.each([-10, -26, -34])("leaves sound of %i dB as it is", (levelDb) => {
  const sound = tone(levelDb);
  expect(levelled(sound)).toBe(sound);
});

it.each([-55, -40, -5])("brings sound of %i dB to what the model expects", (levelDb) => {
  expect(levelOf(levelled(tone(levelDb)))).toBeCloseTo(-26, 0);
});

it("leaves silence silent", () => {
  expect(levelled(new Int16Array(16_000)).every((sample) => sample === 0)).toBe(true);
});
