import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultLimits } from "../media/limits.ts";
import { videoFacts } from "../transcode/facts.fixture.ts";
import { soundRefusal, workRefusal } from "./budget.ts";

interface Film {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
  readonly sizeBytes: number;
}

function codeOf({ width, height, frames, sizeBytes }: Film): string | undefined {
  const facts = videoFacts({ width, height });
  const streams = [{ index: facts.video?.streamIndex, nb_frames: String(frames) }];
  return workRefusal(streams, facts, sizeBytes, defaultLimits)?.code;
}

describe("how much work a film may ask for", () => {
  it.each<[string, Film, string | undefined]>([
    ["a GIF", { width: 480, height: 270, frames: 100, sizeBytes: 2e6 }, undefined],
    [
      "a GIF that is a hog",
      { width: 6000, height: 6000, frames: 200, sizeBytes: 4645 },
      "limit_work",
    ],
    ["a black minute", { width: 1920, height: 1080, frames: 1800, sizeBytes: 50_000 }, undefined],
    [
      "a still lecture in 4K",
      { width: 3840, height: 2160, frames: 216_000, sizeBytes: 6e6 },
      undefined,
    ],
    ["a feature in 4K", { width: 3840, height: 2160, frames: 345_600, sizeBytes: 2e10 }, undefined],
    [
      "a second of 1,000 frames",
      { width: 4096, height: 4096, frames: 1000, sizeBytes: 25_000 },
      "limit_work",
    ],
    ["one pixel without end", { width: 1, height: 1, frames: 1e9, sizeBytes: 1e6 }, "limit_work"],
  ])("%s", (_what, film, code) => {
    expect(codeOf(film)).toBe(code);
  });

  it("never refuses a film of a bit for each 1,000 pixels or more", () => {
    const size = fc.integer({ min: 2, max: 6000 });
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 1e6 }), (width, height, frames) => {
        fc.pre(width * height > 4096);
        const sizeBytes = Math.ceil((frames * width * height) / 8000);
        expect(codeOf({ width, height, frames, sizeBytes })).toBeUndefined();
      }),
    );
  });
});

describe("which sound can be used", () => {
  it.each([
    [{ sample_rate: "8000", channels: 1 }, undefined],
    [{ sample_rate: "192000", channels: 6, channel_layout: "5.1" }, undefined],
    [{ sample_rate: "48000", channels: 9, channel_layout: "7.1+downmix" }, undefined],
    [{ sample_rate: "48000", channels: 16 }, undefined],
    [{ sample_rate: "48000", channels: 10 }, undefined],
    [{ sample_rate: "48000", channels: 33 }, "limit_channels"],
    [{ sample_rate: "48000", channels: 128, channel_layout: "ambisonic 10" }, "limit_channels"],
    [{ sample_rate: "1", channels: 1 }, "limit_rate"],
    [{ sample_rate: "4000000", channels: 1 }, "limit_rate"],
  ])("%j: %s", (stream, code) => {
    expect(soundRefusal(stream)?.code).toBe(code);
  });
});
