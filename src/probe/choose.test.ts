import { describe, expect, it } from "vitest";
import { chooseStreams, mixGainOf } from "./choose.ts";
import type { Evidence } from "./choose.ts";
import type { Json } from "./json.ts";

const video = (index: number, more: Json = {}): Json => ({
  index,
  codec_type: "video",
  codec_name: "h264",
  width: 640,
  height: 360,
  nb_frames: "100",
  duration: "4.0",
  disposition: { default: 1 },
  ...more,
});
const audio = (index: number, more: Json = {}): Json => ({
  index,
  codec_type: "audio",
  codec_name: "aac",
  sample_rate: "48000",
  channels: 2,
  channel_layout: "stereo",
  disposition: { default: index === 0 ? 1 : 0 },
  ...more,
});
const heard = (...peaks: readonly (readonly number[])[]): Evidence => ({
  loudness: new Map(peaks.map((peaksDb, index) => [index, { peaksDb, levelsDb: peaksDb }])),
});
const pick = (streams: readonly Json[], evidence: Evidence = {}) => {
  const { video: shown, audio: sound } = chooseStreams(streams, evidence);
  return shown?.["index"] ?? sound?.["index"];
};

describe("the film among video streams", () => {
  it.each<[string, Json]>([
    ["one frame", { nb_frames: "1", width: 1920, height: 1080 }],
    ["a short one", { duration: "0.5" }],
    ["a preview", { width: 160, height: 90 }],
    ["a series of stills", { codec_name: "mjpeg", nb_frames: "40" }],
    ["a still by its flag", { disposition: { default: 1, still_image: 1 } }],
  ])("is not %s, though it is first and marked", (_what, still) => {
    expect(pick([video(0, still), video(1, { disposition: { default: 0 } })])).toBe(1);
  });

  it("is the marked one, else the first, among equals", () => {
    const plain = { disposition: { default: 0 } };
    expect(pick([video(0, plain), video(1)])).toBe(1);
    expect(pick([video(0, plain), video(1, plain)])).toBe(0);
  });
});

it("lists subtitles, and says which are pictures", () => {
  const subtitle = (index: number, codec_name: string): Json => ({
    index,
    codec_type: "subtitle",
    codec_name,
  });
  const { tracks, warnings } = chooseStreams([
    video(0),
    subtitle(1, "subrip"),
    subtitle(2, "hdmv_pgs_subtitle"),
  ]);
  expect(tracks.map(({ kind, number }) => `${kind} ${number}`)).toEqual([
    "video 1",
    "subtitle 1",
    "subtitle 2",
  ]);
  expect(warnings).toEqual(["subtitles that are pictures cannot be kept as text: number 2"]);
});

describe("a track that people want", () => {
  const tagged = (index: number, language: string) =>
    audio(index, { tags: { language }, disposition: { default: index === 0 ? 1 : 0 } });
  const streams = [tagged(0, "eng"), tagged(1, "ger"), tagged(2, "de-AT"), tagged(3, "x\u0000!")];
  const chosen = (audioTrack: number | string) =>
    chooseStreams(streams, {}, { audioTrack }).audio?.["index"];

  it("is found by its number, or by its language however that is written", () => {
    expect([1, 2, "de", "deu", "de-AT", "en-US", "ENG"].map(chosen)).toEqual([0, 1, 1, 1, 2, 0, 0]);
  });

  it.each([0, 5, "fr", "!", ""])("is refused when there is no %j", (wish) => {
    expect(() => chosen(wish)).toThrow(/there is number 1 \(eng, .*number 2 \(ger, /);
  });
});

describe("the sound among tracks", () => {
  it("is the marked one, unless it is silent, a comment or much shorter", () => {
    expect(pick([audio(0), audio(1)], heard([-10], [-10]))).toBe(0);
    expect(pick([audio(0), audio(1)], heard([-91, -91], [-10]))).toBe(1);
    expect(pick([audio(0), audio(1)], heard([-91], [-Infinity]))).toBe(0);
    expect(pick([audio(0, { disposition: { default: 1, comment: 1 } }), audio(1)])).toBe(1);
    const lengths = [audio(0, { duration: "1" }), audio(1, { duration: "60" })];
    expect(pick(lengths)).toBe(1);
  });

  it("adds channels up so that they do not clip, and as loud as they are", () => {
    expect(mixGainOf(audio(0, { channels: 3 }), heard([-Infinity, -20, -Infinity]))).toBe(1);
    expect(mixGainOf(audio(0, { channels: 4 }), heard([0, 0, 0, 0]))).toBeCloseTo(0.245, 3);
    expect(mixGainOf(audio(0, { channels: 5 }), {})).toBe(0.2);
  });
});
