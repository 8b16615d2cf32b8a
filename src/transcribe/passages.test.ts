import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batches, timeInRecording, wavOf } from "./batches.ts";
import { lengthMs, speechPassages } from "./passages.ts";
import type { Passage } from "./passages.ts";

const rate = 16_000;

/** Something with the changes of loudness, colour and voicing of speech: buzzing and hissing syllables. */
function babble(ms: number, seed = 1): Int16Array {
  const samples = new Int16Array((ms * rate) / 1000);
  let noise = seed;
  let phase = 0;
  for (let index = 0; index < samples.length; index += 1) {
    const t = index / rate;
    noise = (noise * 16_807) % 2_147_483_647;
    const syllable = Math.sin(Math.PI * ((t * 5) % 1)) ** 2;
    phase += (120 + 20 * Math.sin(t * 3)) / rate;
    const buzz = (phase % 1) - 0.5;
    const hiss = noise / 1_073_741_824 - 1;
    samples[index] = 9_000 * syllable * (Math.floor(t * 10) % 3 === 0 ? hiss * 0.3 : buzz);
  }
  return samples;
}

function silence(ms: number): Int16Array {
  return new Int16Array((ms * rate) / 1000);
}

/** Raw bytes in chunks of an odd size, as pipes hand them over. */
async function* stream(...parts: readonly Int16Array[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part.buffer)));
  for (let from = 0; from < bytes.length; from += 65_537) yield bytes.subarray(from, from + 65_537);
}

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}

const listen = (...parts: readonly Int16Array[]): Promise<Passage[]> =>
  all(speechPassages(stream(...parts)));

describe("speechPassages", () => {
  it("finds where speech begins and ends", async () => {
    const [passage, ...rest] = await listen(silence(20_000), babble(4_000), silence(10_000));
    expect(rest).toEqual([]);
    expect(passage?.startMs).toBeGreaterThan(18_500);
    expect(passage?.startMs).toBeLessThanOrEqual(20_100);
    const endMs = (passage?.startMs ?? 0) + lengthMs(passage?.samples ?? silence(0));
    expect(endMs).toBeGreaterThan(23_900);
    expect(endMs).toBeLessThan(25_500);
  });

  it("finds it across the edges of blocks, with every sample in its place", async () => {
    const sound = babble(200_000);
    const passages = await listen(sound);
    let free = 0;
    for (const { startMs, samples } of passages) {
      expect(startMs).toBeGreaterThanOrEqual(free);
      const from = (startMs * rate) / 1000;
      expect(
        Buffer.compare(
          Buffer.from(samples.buffer),
          Buffer.from(sound.slice(from, from + samples.length).buffer),
        ),
      ).toBe(0);
      expect(lengthMs(samples)).toBeLessThanOrEqual(30_000);
      free = startMs + lengthMs(samples);
    }
    const heardMs = passages.reduce((sum, { samples }) => sum + lengthMs(samples), 0);
    expect(heardMs).toBeGreaterThan(198_000);
  });

  it("finds nothing in nothing", async () => {
    expect(await listen()).toEqual([]);
    expect(await listen(silence(5))).toEqual([]);
    expect(await listen(silence(130_000))).toEqual([]);
  });

  it("does not care how the bytes are cut", async () => {
    const sound = babble(3_000);
    const bytes = Buffer.from(sound.buffer);
    async function* drip(): AsyncGenerator<Uint8Array> {
      for (let from = 0; from < bytes.length; from += 777) yield bytes.subarray(from, from + 777);
    }
    expect(await all(speechPassages(drip()))).toEqual(await listen(sound));
  });
});

describe("batches", () => {
  it("hold every passage once, and know where each came from", async () => {
    const lengths = fc.array(
      fc.record({
        pauseMs: fc.integer({ min: 0, max: 5_000 }),
        ms: fc.integer({ min: 100, max: 3_000 }),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(lengths, async (list) => {
        let startMs = 0;
        const passages = list.map(({ pauseMs, ms }, index): Passage => {
          startMs += pauseMs;
          const passage = { startMs, samples: new Int16Array(ms * 16).fill(index + 1) };
          startMs += ms;
          return passage;
        });
        async function* source(): AsyncGenerator<Passage> {
          yield* passages;
        }
        const made = await all(batches(source(), 4_000));
        expect(made.flatMap((batch) => batch.parts.map((part) => part.startMs))).toEqual(
          passages.map((p) => p.startMs),
        );
        for (const batch of made)
          for (const part of batch.parts) {
            const index = passages.findIndex(
              (passage) =>
                passage.startMs === part.startMs && lengthMs(passage.samples) === part.lengthMs,
            );
            expect(batch.samples[part.batchMs * 16]).toBe(index + 1);
            expect(
              timeInRecording(batch, { startMs: part.batchMs + 10, endMs: part.batchMs + 90 }),
            ).toEqual({
              startMs: part.startMs + 10,
              endMs: part.startMs + 90,
            });
          }
      }),
      { numRuns: 30 },
    );
  });

  it("keep words within their passage", () => {
    const batch = {
      samples: silence(0),
      parts: [
        { batchMs: 0, startMs: 5_000, lengthMs: 1_000 },
        { batchMs: 1_800, startMs: 60_000, lengthMs: 1_000 },
      ],
    };
    expect(timeInRecording(batch, { startMs: 900, endMs: 1_100 })).toEqual({
      startMs: 5_900,
      endMs: 6_000,
    });
    expect(timeInRecording(batch, { startMs: 1_700, endMs: 2_000 })).toEqual({
      startMs: 60_000,
      endMs: 60_200,
    });
  });

  it("are written as WAV", () => {
    const file = Buffer.from(wavOf(Int16Array.of(1, -2)));
    expect(file.toString("latin1", 0, 4)).toBe("RIFF");
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect([file.readUInt32LE(24), file.readUInt16LE(22), file.readUInt32LE(40)]).toEqual([
      16_000, 1, 4,
    ]);
    expect([file.readInt16LE(44), file.readInt16LE(46)]).toEqual([1, -2]);
  });
});
