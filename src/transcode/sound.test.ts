import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AudioFacts } from "../media/facts.ts";
import { defaultProfile } from "./profile.ts";
import { soundFor } from "./sound.ts";

const { audio: mp3, web } = defaultProfile;

function sound(codec: string, channels: number, bitRate?: number, profile?: string): AudioFacts {
  return {
    streamIndex: 1,
    codec,
    sampleRateHz: 48_000,
    channels,
    ...(bitRate !== undefined && { bitRate }),
    ...(profile !== undefined && { profile }),
  };
}

describe("the sound of the renditions", () => {
  it.each([
    ["a voice memo is not blown up", sound("aac", 1, 64_275, "LC"), [1, 65_000]],
    ["stereo at a low rate", sound("aac", 2, 96_000, "LC"), [2, 96_000]],
    ["stereo at a high rate", sound("aac", 2, 256_000, "LC"), [2, 160_000]],
    ["mono without loss", sound("pcm_s16le", 1, 768_000), [1, 80_000]],
    ["stereo of an unknown rate", sound("opus", 2), [2, 160_000]],
    ["5.1: the share of two channels", sound("ac3", 6, 192_000), [2, 64_000]],
    ["Opus is made into more", sound("opus", 2, 64_000), [2, 96_000]],
    ["HE-AAC is made into twice its rate", sound("aac", 2, 48_000, "HE-AACv2"), [2, 96_000]],
    ["not so little that it hurts", sound("mp3", 2, 16_000), [2, 64_000]],
  ])("%s", (_what, source, [channels, bitRate]) => {
    expect(soundFor(source, web.audio)).toEqual({ ...web.audio, channels, bitRate });
  });

  it("MP3 keeps its preset's constant rate, and mono stays mono", () => {
    expect(soundFor(sound("aac", 1, 64_000), mp3)).toEqual({ ...mp3, channels: 1 });
    expect(soundFor(sound("aac", 6, 64_000), mp3)).toEqual(mp3);
  });

  it("never has more channels than the source, or more of anything than the spec", () => {
    const source = fc.record({
      codec: fc.constantFrom("aac", "mp3", "opus", "flac", "pcm_s16le", "ac3"),
      channels: fc.integer({ min: 1, max: 16 }),
      bitRate: fc.option(fc.integer({ min: 1, max: 5_000_000 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(source, ({ codec, channels, bitRate }) => {
        for (const spec of [web.audio, mp3]) {
          const made = soundFor(sound(codec, channels, bitRate), spec);
          expect(made.channels).toBe(Math.min(channels, spec.channels));
          expect(made.bitRate).toBeLessThanOrEqual(spec.bitRate);
          expect(made.bitRate).toBeGreaterThanOrEqual(made.channels * 32_000);
        }
      }),
    );
  });
});
