import type { AudioFacts, MediaFacts, VideoFacts } from "../media/facts.ts";

/** 640×360 at 30 frames a second, as a phone or a browser makes it; fits every spec. */
const plainVideo: VideoFacts = {
  streamIndex: 0,
  codec: "h264",
  profile: "Constrained Baseline",
  level: 30,
  refs: 1,
  pixelFormat: "yuv420p",
  bitDepth: 8,
  width: 640,
  height: 360,
  displayWidth: 640,
  displayHeight: 360,
  rotation: 0,
  sampleAspectRatio: { num: 1, den: 1 },
  frameRate: { num: 30, den: 1 },
  averageFrameRate: { num: 30, den: 1 },
  variableFrameRate: false,
  interlaced: false,
  transfer: "sdr",
  bitRate: 538_092,
  durationMs: 4000,
};

/** 48 kHz stereo: AAC, but not at the rate of the specs. */
const plainAudio: AudioFacts = {
  streamIndex: 1,
  codec: "aac",
  profile: "LC",
  sampleRateHz: 48_000,
  channels: 2,
  bitRate: 64_677,
  durationMs: 4000,
};

const mp4 = {
  container: "mov,mp4,m4a,3gp,3g2,mj2",
  containerLongName: "QuickTime / MOV",
  warnings: [],
} as const;

type Changes<Facts> = { readonly [Name in keyof Facts]?: Facts[Name] | undefined };

/** Lays changes over facts; `undefined` takes a fact away. */
function changed<Facts extends object>(facts: Facts, changes: Changes<Facts>): Facts {
  const entries = Object.entries({ ...facts, ...changes });
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- what remains has the same fields
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Facts;
}

export function videoFacts(
  video: Changes<VideoFacts> = {},
  audio: Changes<AudioFacts> | "none" = {},
  rest: Changes<MediaFacts> = {},
): MediaFacts {
  const sound = audio === "none" ? {} : { audio: changed(plainAudio, audio) };
  const facts: MediaFacts = {
    ...mp4,
    type: "video",
    durationMs: 4000,
    video: changed(plainVideo, video),
    ...sound,
    audioTracks: audio === "none" ? 0 : 1,
  };
  return changed(facts, rest);
}

export function audioFacts(
  audio: Changes<AudioFacts> = {},
  rest: Changes<MediaFacts> = {},
): MediaFacts {
  const facts: MediaFacts = {
    ...mp4,
    type: "audio",
    durationMs: 4000,
    audio: changed({ ...plainAudio, streamIndex: 0 }, audio),
    audioTracks: 1,
  };
  return changed(facts, rest);
}

/** A picture in a container of its own, such as `jpeg_pipe`. */
export function imageFacts(container: string, video: Changes<VideoFacts>): MediaFacts {
  const still = { frameRate: undefined, durationMs: undefined, bitRate: undefined } as const;
  return {
    type: "image",
    container,
    containerLongName: container,
    video: changed(plainVideo, { ...still, ...video }),
    audioTracks: 0,
    warnings: [],
  };
}
