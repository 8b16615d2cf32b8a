import type { MediaFacts, VideoFacts } from "../../media/facts.ts";
import { videoFacts } from "../facts.fixture.ts";

const matroska = { container: "matroska,webm" };

/** Stored and shown sizes that are the same. */
export function sized(width: number, height: number): Partial<VideoFacts> {
  return { width, height, displayWidth: width, displayHeight: height };
}

/** A video of the shared media, its facts, and what its web film is to be. */
export interface Odd {
  readonly file: string;
  readonly facts: MediaFacts;
  /** What the web film is to be. */
  readonly width: number;
  readonly height: number;
  readonly durationMs: number;
  readonly rate: string;
  readonly sound: boolean;
  readonly gif: readonly [width: number, height: number];
  /** Why the first picture cannot be compared with the source's. */
  readonly differs?: string;
  /** Matrix, primaries and curve that it has to be marked with; absent: the source's. */
  readonly colors?: string;
}

const usual = { durationMs: 4000, rate: "30/1", sound: true, gif: [480, 270] } as const;

/** Videos that plain ffmpeg turns into something squashed, turned, dark or unplayable. */
export const oddities: readonly Odd[] = [
  {
    ...usual,
    file: "rot90.mp4",
    width: 360,
    height: 640,
    gif: [270, 480],
    facts: videoFacts({ rotation: 270, displayWidth: 360, displayHeight: 640 }),
  },
  {
    ...usual,
    file: "portrait_360x640.mp4",
    width: 1138,
    height: 640,
    durationMs: 2000,
    facts: videoFacts(
      {
        width: 360,
        height: 640,
        displayWidth: 1138,
        displayHeight: 640,
        durationMs: 2000,
        sampleAspectRatio: { num: 256, den: 81 },
      },
      { durationMs: 2005 },
      { durationMs: 2006 },
    ),
  },
  {
    ...usual,
    file: "hdr10_pq.mp4",
    width: 640,
    height: 360,
    durationMs: 2000,
    rate: "25/1",
    sound: false,
    differs: "it is tone-mapped",
    colors: "bt709",
    facts: videoFacts(
      {
        codec: "hevc",
        profile: "Main 10",
        pixelFormat: "yuv420p10le",
        bitDepth: 10,
        transfer: "pq",
        frameRate: { num: 25, den: 1 },
        durationMs: 2000,
      },
      "none",
      { durationMs: 2000 },
    ),
  },
  {
    ...usual,
    file: "vfr.mp4",
    width: 640,
    height: 360,
    facts: videoFacts({
      variableFrameRate: true,
      averageFrameRate: { num: 900, den: 59 },
      durationMs: 3933,
    }),
  },
  {
    ...usual,
    file: "odd_641x359_444.mp4",
    width: 640,
    height: 358,
    durationMs: 400,
    rate: "25/1",
    sound: false,
    gif: [480, 268],
    facts: videoFacts(
      {
        ...sized(640, 358),
        profile: "High 4:4:4 Predictive",
        pixelFormat: "yuv444p",
        frameRate: { num: 25, den: 1 },
        durationMs: 400,
      },
      "none",
      { durationMs: 400 },
    ),
  },
  {
    ...usual,
    file: "one_frame.mp4",
    width: 320,
    height: 240,
    durationMs: 40,
    rate: "25/1",
    sound: false,
    gif: [320, 240],
    facts: videoFacts(
      { ...sized(320, 240), level: 13, frameRate: { num: 25, den: 1 }, durationMs: 40 },
      "none",
      { durationMs: 40 },
    ),
  },
  {
    ...usual,
    file: "no_audio.mp4",
    width: 640,
    height: 360,
    sound: false,
    facts: videoFacts({}, "none"),
  },
  {
    ...usual,
    file: "multi_audio.mkv",
    width: 640,
    height: 360,
    facts: videoFacts(
      { bitRate: undefined, durationMs: undefined },
      {
        streamIndex: 2,
        sampleRateHz: 44_100,
        channels: 1,
        bitRate: undefined,
        durationMs: undefined,
      },
      { ...matroska, durationMs: 4055, audioTracks: 2 },
    ),
  },
  {
    ...usual,
    file: "interlaced_sar.ts",
    width: 1280,
    height: 720,
    durationMs: 2083,
    rate: "12/1",
    sound: false,
    differs: "its lines are woven differently",
    facts: videoFacts(
      {
        codec: "mpeg2video",
        profile: "Main",
        level: 6,
        bitRate: undefined,
        width: 1440,
        height: 1080,
        displayWidth: 1920,
        displayHeight: 1080,
        sampleAspectRatio: { num: 4, den: 3 },
        interlaced: true,
        durationMs: 2083,
        frameRate: { num: 12, den: 1 },
      },
      "none",
      { container: "mpegts", durationMs: 2083 },
    ),
  },
  {
    ...usual,
    file: "browser_noduration.webm",
    width: 640,
    height: 360,
    facts: videoFacts(
      {
        codec: "vp8",
        profile: "0",
        level: undefined,
        bitRate: undefined,
        durationMs: undefined,
      },
      { codec: "opus", bitRate: undefined, durationMs: undefined },
      { ...matroska, durationMs: undefined },
    ),
  },
  {
    ...usual,
    file: "old.flv",
    width: 640,
    height: 360,
    durationMs: 2025,
    facts: videoFacts(
      { codec: "flv1", streamIndex: 1, profile: undefined, durationMs: undefined },
      { codec: "mp3", streamIndex: 0, sampleRateHz: 44_100, durationMs: undefined },
      { container: "flv", durationMs: 2025 },
    ),
  },
  {
    ...usual,
    file: "in.gif",
    width: 320,
    height: 180,
    durationMs: 2000,
    rate: "10/1",
    sound: false,
    gif: [320, 180],
    colors: "bt709",
    facts: videoFacts(
      {
        ...sized(320, 180),
        codec: "gif",
        profile: undefined,
        pixelFormat: "bgra",
        frameRate: { num: 10, den: 1 },
        bitRate: undefined,
        durationMs: 2000,
      },
      "none",
      { container: "gif", durationMs: 2000 },
    ),
  },
];
