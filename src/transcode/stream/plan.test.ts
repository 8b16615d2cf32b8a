import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { audioFacts, imageFacts, videoFacts } from "../facts.fixture.ts";
import { defaultProfile } from "../profile.ts";
import { apart, planStream, type PlannedStream } from "./plan.ts";

const spec = defaultProfile.stream;
const long = { durationMs: 60_000 };

function planned(
  video: Parameters<typeof videoFacts>[0],
  audio: Parameters<typeof videoFacts>[1] = {},
): PlannedStream {
  const plan = planStream(videoFacts(video, audio, long), spec);
  if (plan === undefined) throw new Error("nothing is planned");
  return plan;
}

const size = (width: number, height: number) => {
  return { width, height, displayWidth: width, displayHeight: height };
};
const sizes = (video: Parameters<typeof videoFacts>[0]) =>
  planned(video).rungs.map(({ picture: { width, height } }) => `${width}x${height}`);

describe("which rungs a stream has", () => {
  it.each([
    ["a 1080p film", size(1920, 1080), "426x240 640x360 852x480 1280x720 1920x1080"],
    ["a portrait film", size(1080, 1920), "240x426 360x640 480x852 720x1280 1080x1920"],
    ["4:3", size(640, 480), "320x240 480x360 640x480"],
    [
      "a size little above a rung, which takes its place",
      size(1000, 562),
      "426x240 640x360 1000x562",
    ],
    ["cinema", size(1920, 804), "426x178 640x268 852x358 1280x536 1920x804"],
    ["a tiny film", size(120, 90), "120x90"],
    ["2160p", size(3840, 2160), "426x240 640x360 852x480 1280x720 1920x1080 2560x1440 3840x2160"],
  ])("%s", (_what, video, expected) => {
    expect(sizes(video).join(" ")).toBe(expected);
  });

  it("none is larger than the film, all have its shape, and rates rise by half at least", () => {
    const side = fc.integer({ min: 2, max: 4096 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const { rungs } = planned(size(width, height));
        expect(rungs.length).toBeGreaterThan(0);
        for (const [at, { picture, maxBitRate, name }] of rungs.entries()) {
          expect(picture.width).toBeLessThanOrEqual(Math.max(2, width));
          expect(picture.height).toBeLessThanOrEqual(Math.max(2, height));
          expect([picture.width % 2, picture.height % 2]).toEqual([0, 0]);
          expect(name).toMatch(/^video-\d+$/);
          const next = rungs[at + 1];
          if (next !== undefined) expect(next.maxBitRate).toBeGreaterThanOrEqual(1.5 * maxBitRate);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("60 frames a second stay, and more become 60", () => {
    const at60 = planned({ frameRate: { num: 60, den: 1 } });
    expect([at60.frameRate, at60.shownRate]).toEqual([undefined, { num: 60, den: 1 }]);
    expect(planned({ frameRate: { num: 120, den: 1 } }).frameRate).toEqual({ num: 120, den: 2 });
    expect(planned({ variableFrameRate: true }).frameRate).toEqual({ num: 30, den: 1 });
  });

  it("what costs little more than the one below it takes its place", () => {
    expect(apart([100, 140, 150, 400], (cost) => cost, 1.5)).toEqual([100, 150, 400]);
    expect(apart([100, 110], (cost) => cost, 1.5)).toEqual([110]);
  });
});

it("the sound is never copied and keeps its language; a silent film has none", () => {
  const audio = { codec: "aac", sampleRateHz: 48_000, bitRate: 64_000, language: "deu" };
  expect(planned({}, audio).audio).toMatchObject({ copy: false, language: "deu", codec: "aac" });
  expect(planned({}, "none").audio).toBeUndefined();
});

it("short films, recordings and pictures have no stream", () => {
  expect(planStream(videoFacts({}, {}, { durationMs: 10_000 }), spec)).toBeUndefined();
  expect(planStream(audioFacts(), spec)).toBeUndefined();
  expect(planStream(imageFacts("jpeg_pipe", {}), spec)).toBeUndefined();
  expect(planStream(videoFacts({}, {}, long), undefined)).toBeUndefined();
});

it("the storyboard of a film of any length is one sheet", () => {
  const everyMs = (durationMs: number) => {
    const plan = planStream(videoFacts({}, {}, { durationMs }), spec);
    return plan?.storyboard.everyMs;
  };
  expect([everyMs(12_000), everyMs(200_000), everyMs(3_600_000)]).toEqual([2000, 2000, 36_000]);
});
