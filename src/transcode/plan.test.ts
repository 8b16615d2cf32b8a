import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MediaFacts } from "../media/facts.ts";
import { renditionNames } from "../media/media.ts";
import { audioFacts, imageFacts, videoFacts } from "./facts.fixture.ts";
import { transcodeJobs } from "./jobs.ts";
import { type PlannedMovie, planRenditions } from "./plan.ts";
import { defaultProfile } from "./profile.ts";

function reasons(facts: MediaFacts): Record<string, string> {
  const { planned, leftOut } = planRenditions(facts, defaultProfile);
  return Object.fromEntries([
    ...planned.map(({ rendition }) => [rendition, "planned"]),
    ...leftOut.map(({ rendition, reason }) => [rendition, reason]),
  ]);
}

function movie(facts: MediaFacts, name: "web" | "phone"): PlannedMovie {
  const found = planRenditions(facts, defaultProfile).planned.find(
    (plan): plan is PlannedMovie => plan.rendition === name,
  );
  if (found === undefined) throw new Error(`no ${name} was planned`);
  return found;
}

const cover = { streamIndex: 1, width: 320, height: 240 };

describe("what each kind of media gets", () => {
  it("a video: everything", () => {
    expect(new Set(Object.values(reasons(videoFacts())))).toEqual(new Set(["planned"]));
  });
  it("a silent video: no audio, and films without sound", () => {
    const facts = videoFacts({}, "none");
    expect(reasons(facts)).toMatchObject({ web: "planned", audio: "no_audio", gif: "planned" });
    expect(movie(facts, "web")).not.toHaveProperty("audio");
  });
  it("a recording: audio, and a poster of its cover art", () => {
    const films = { web: "no_video", phone: "no_video", gif: "no_video", audio: "planned" };
    expect(reasons(audioFacts())).toEqual({ ...films, poster: "no_cover_art" });
    expect(reasons(audioFacts({}, { coverArt: cover }))).toEqual({ ...films, poster: "planned" });
  });
  it("a picture: a poster", () => {
    const left = { web: "is_image", phone: "is_image", gif: "is_image", audio: "is_image" };
    expect(reasons(imageFacts("jpeg_pipe", {}))).toEqual({ ...left, poster: "planned" });
  });
});

describe("taking streams over", () => {
  it("copies video that fits, and sound only when it fits too", () => {
    const web = movie(videoFacts(), "web");
    expect([web.video.copy, web.audio?.copy]).toEqual([true, false]);
    const all = movie(videoFacts({}, { sampleRateHz: 44_100, bitRate: 128_000 }), "phone");
    expect([all.video.copy, all.audio?.copy]).toEqual([true, true]);
  });

  it.each([
    [{ codec: "hevc" }],
    [{ profile: "High" }],
    [{ profile: "Baseline" }],
    [{ profile: undefined }],
    [{ level: 32 }],
    [{ level: -99 }],
    [{ level: undefined }],
    [{ refs: 4 }],
    [{ refs: undefined }],
    [{ pixelFormat: "yuvj420p" }],
    [{ pixelFormat: undefined }],
    [{ bitDepth: 10 }],
    [{ transfer: "pq" as const }],
    [{ interlaced: true }],
    [{ rotation: 90 as const, displayWidth: 360, displayHeight: 640 }],
    [{ sampleAspectRatio: { num: 4, den: 3 }, displayWidth: 853 }],
    [{ width: 1920, height: 1080, displayWidth: 1920, displayHeight: 1080 }],
    [{ height: 359, displayHeight: 359 }],
    [{ frameRate: { num: 60, den: 1 } }],
    [{ frameRate: undefined }],
    [{ variableFrameRate: true }],
    [{ bitRate: 2_200_001 }],
    [{ bitRate: undefined }],
  ])("encodes for the web when the source has %o", (video) => {
    expect(movie(videoFacts(video), "web").video.copy).toBe(false);
  });

  it("encodes what comes in a container without frame times", () => {
    const facts = videoFacts({}, {}, { container: "avi" });
    expect(movie(facts, "web").video.copy).toBe(false);
  });

  it("copies mono sound into the films, and mono MP3", () => {
    const mono = { sampleRateHz: 44_100, channels: 1, bitRate: 64_000 };
    expect(movie(videoFacts({}, mono), "web").audio).toMatchObject({ copy: true, channels: 1 });
  });

  it("copies MP3 only at the very rate", () => {
    const mp3 = { codec: "mp3", profile: undefined, sampleRateHz: 44_100 };
    const copies = (bitRate: number) => {
      const { planned } = planRenditions(audioFacts({ ...mp3, bitRate }), defaultProfile);
      return planned.flatMap((plan) => (plan.rendition === "audio" ? [plan.audio.copy] : []));
    };
    expect([copies(320_000), copies(128_000)]).toEqual([[true], [false]]);
  });
});

describe("figures of a plan", () => {
  it("turns the box for pictures that stand, and says how to turn what is stored", () => {
    const { video } = movie(
      videoFacts({
        width: 3840,
        height: 2160,
        displayWidth: 2160,
        displayHeight: 3840,
        rotation: 90,
      }),
      "web",
    );
    expect(video.picture).toMatchObject({ width: 720, height: 1280, rotation: 90 });
  });
  it("has a keyframe every 90 frames, or three seconds when that is sooner", () => {
    const interval = (num: number) =>
      movie(videoFacts({ frameRate: { num, den: 1 } }), "web").video.keyframeFrames;
    expect([interval(30), interval(60), interval(10)]).toEqual([90, 90, 30]);
  });
  it("looks for the poster all over the video", () => {
    const { planned } = planRenditions(videoFacts({}, {}, { durationMs: 45_000 }), defaultProfile);
    expect(planned.find(({ rendition }) => rendition === "poster")).toMatchObject({
      choice: { candidates: 24 },
    });
  });
});

const side = fc.integer({ min: 1, max: 8192 });
const anyFacts: fc.Arbitrary<MediaFacts> = fc
  .record({
    type: fc.constantFrom("video", "audio", "image"),
    width: side,
    height: side,
    rotation: fc.constantFrom(0, 90, 180, 270),
    rate: fc.option(fc.record({ num: fc.nat(120_000), den: fc.integer({ min: 1, max: 1001 }) })),
    variableFrameRate: fc.boolean(),
    interlaced: fc.boolean(),
    transfer: fc.constantFrom("sdr", "pq", "hlg"),
    hasSound: fc.boolean(),
    hasCover: fc.boolean(),
    durationMs: fc.option(fc.nat(86_400_000)),
  } as const)
  .map((drawn): MediaFacts => {
    const { width, height, rotation, variableFrameRate, interlaced, transfer } = drawn;
    const turned = rotation % 180 === 90;
    const video = {
      width,
      height,
      rotation,
      variableFrameRate,
      interlaced,
      transfer,
      displayWidth: turned ? height : width,
      displayHeight: turned ? width : height,
      frameRate: drawn.rate === null || drawn.rate.num === 0 ? undefined : drawn.rate,
    };
    const rest = {
      durationMs: drawn.durationMs ?? undefined,
      ...(drawn.hasCover ? { coverArt: cover } : {}),
    };
    if (drawn.type === "image") return imageFacts("png_pipe", video);
    if (drawn.type === "audio") return audioFacts({}, rest);
    return videoFacts(video, drawn.hasSound ? {} : "none", rest);
  });

describe("planRenditions, whatever comes", () => {
  it("names every rendition exactly once, planned or left out", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { planned, leftOut } = planRenditions(facts, defaultProfile);
        const names = [...planned, ...leftOut].map(({ rendition }) => rendition);
        expect(names.toSorted()).toEqual([...renditionNames].toSorted());
      }),
    );
  });
  it("is JSON, and the same for the same facts", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const plan = planRenditions(facts, defaultProfile);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
        expect(planRenditions(structuredClone(facts), defaultProfile)).toEqual(plan);
      }),
    );
  });
  it("copies only pictures that need nothing done", () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        for (const plan of planRenditions(facts, defaultProfile).planned) {
          if (!("video" in plan) || !plan.video.copy) continue;
          const { picture, frameRate } = plan.video;
          expect([picture.width, picture.height]).toEqual([
            facts.video?.width,
            facts.video?.height,
          ]);
          expect([frameRate, picture.toneMap]).toEqual([undefined, undefined]);
          expect([picture.rotation, picture.deinterlace]).toEqual([0, false]);
        }
      }),
    );
  });
});

describe("transcodeJobs", () => {
  const media = { name: "talk.mp4", version: "v1" };

  it("puts web and phone into one job, and gives each other rendition its own", () => {
    const { jobs, skipped } = transcodeJobs(
      media,
      planRenditions(videoFacts(), defaultProfile),
      "ffmpeg 5.1.9",
    );
    const made = jobs.map(({ step, settings }) => [
      step,
      (settings["renditions"] as { rendition: string }[]).map(({ rendition }) => rendition),
    ]);
    expect(Object.fromEntries(made)).toEqual({
      audio: ["audio"],
      poster: ["poster"],
      gif: ["gif"],
      video: ["web", "phone"],
    });
    expect(skipped).toEqual([]);
  });
  it("says why a step has nothing to do", () => {
    const { jobs, skipped } = transcodeJobs(
      media,
      planRenditions(audioFacts(), defaultProfile),
      "ffmpeg 5.1.9",
    );
    expect(jobs.map(({ step }) => step)).toEqual(["audio"]);
    expect(Object.fromEntries(skipped.map(({ job, reason }) => [job.step, reason]))).toEqual({
      poster: "no_cover_art",
      video: "no_video",
      gif: "no_video",
    });
  });
  it("gives other jobs for another engine, and the same ones for the same", () => {
    const plan = planRenditions(videoFacts(), defaultProfile);
    const ids = (engine: string) => transcodeJobs(media, plan, engine).jobs.map(({ id }) => id);
    expect(ids("a")).toEqual(ids("a"));
    expect(ids("a").filter((id) => ids("b").includes(id))).toEqual([]);
  });
});
