import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneVoice } from "./one-voice.ts";

/** Interleaved stereo of a tone; the right channel is `factor(second)` times the left one. */
function stereo(seconds: number, factor: (second: number) => number): Buffer {
  const frames = seconds * 16_000;
  const bytes = Buffer.alloc(frames * 4);
  for (let frame = 0; frame < frames; frame += 1) {
    const left = Math.round(8000 * Math.sin(frame / 10));
    bytes.writeInt16LE(left, frame * 4);
    bytes.writeInt16LE(Math.round(left * factor(frame / 16_000)), frame * 4 + 2);
  }
  return bytes;
}

async function mono(bytes: Buffer, pieceBytes = 4096): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  const out: Uint8Array[] = [];
  for await (const piece of oneVoice(pieces())) out.push(piece);
  return Buffer.concat(out);
}

function loudness(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at + 1 < bytes.length; at += 2) sum += bytes.readInt16LE(at) ** 2;
  return Math.sqrt(sum / (bytes.length / 2));
}

describe("two channels as one", () => {
  const plain = 8000 / Math.SQRT2;

  it.each([
    ["the same on both sides", () => 1, plain],
    ["turned upside down on one side", () => -1, plain],
    ["upside down and softer", () => -0.5, plain * 0.75],
    ["on one side alone", () => 0, plain / 2],
    ["upside down from the second second on", (s: number) => (s < 1 ? 1 : -1), plain],
  ])("%s is heard", async (_what, factor, expected) => {
    const heard = loudness(await mono(stereo(3, factor)));
    expect(heard / expected).toBeGreaterThan(0.9);
    expect(heard / expected).toBeLessThan(1.1);
  });

  it("keeps the length, whatever pieces the sound comes in", async () => {
    const sizes = fc.tuple(fc.integer({ min: 0, max: 9000 }), fc.integer({ min: 1, max: 9000 }));
    await fc.assert(
      fc.asyncProperty(sizes, async ([frames, pieceBytes]) => {
        const bytes = stereo(1, () => -1).subarray(0, frames * 4);
        const whole = await mono(bytes, bytes.length || 1);
        expect(whole.length).toBe(bytes.length / 2);
        expect((await mono(bytes, pieceBytes)).equals(whole)).toBe(true);
      }),
      { numRuns: 20 },
    );
  });
});
