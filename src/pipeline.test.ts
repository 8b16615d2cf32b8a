import { describe, expect, it } from "vitest";
import type { Change } from "./catalog/catalog.ts";
import type { MediaEvent } from "./media/event.ts";
import type { MediaFacts } from "./media/facts.ts";
import type { JobRequest } from "./media/job.ts";
import { follow, followAll, type PipelineSettings } from "./pipeline.ts";
import { audioFacts, imageFacts, videoFacts } from "./transcode/facts.fixture.ts";
import { defaultProfile, type Profile } from "./transcode/profile.ts";

const settings: PipelineSettings = {
  profile: defaultProfile,
  transcoder: "ffmpeg",
  transcriber: "pocketsphinx",
  labeler: "centernet",
  languageCode: "en-US",
};
const media = { name: "a.mp4", version: "v1" };

const film = videoFacts();
const silent = videoFacts({}, "none");
const recording = audioFacts();
const long = videoFacts({}, {}, { durationMs: 10_001 });
const cover = { streamIndex: 1, width: 300, height: 300 };

/** What follows, in few words: `audio`, or `gif: no_video` where it is left out. */
function stepsAfter(event: MediaEvent, request?: JobRequest): string[] {
  return follow(event, settings, request)
    .map((change: Change) => {
      if (change.type === "enqueue") return change.job.step;
      if (change.type === "skip") return `${change.job.step}: ${change.reason}`;
      return change.type;
    })
    .toSorted();
}

const planned = (facts: MediaFacts, request?: JobRequest) =>
  stepsAfter({ type: "media.probed", ...media, facts }, request);

describe("the poster's time", () => {
  const choice = (profile = defaultProfile, request?: JobRequest) =>
    follow({ type: "media.probed", ...media, facts: film }, { ...settings, profile }, request)
      .flatMap((change) => (change.type === "enqueue" ? [change.job] : []))
      .filter(({ step }) => step === "poster")
      .map((job) => job.settings["renditions"]);
  const taken = (atMs?: number) => [
    [expect.objectContaining({ choice: { candidates: 24, ...(atMs !== undefined && { atMs }) } })],
  ];

  it("is the request's, else the settings', else the best frame's", () => {
    const set = { ...defaultProfile, poster: { ...defaultProfile.poster, atMs: 900 } };
    const asked = { session: "s", posterAtMs: 0 };
    expect(choice()).toEqual(taken());
    expect(choice(set)).toEqual(taken(900));
    expect(choice(set, asked)).toEqual(taken(0));
  });
});

describe("a poster with labels", () => {
  const labels = { type: "labels.created", ...media, labels: "l1" } as const;
  const postersOf = (changes: readonly Change[]) =>
    changes.flatMap((change) =>
      change.type === "enqueue" && change.job.step === "poster" ? [change.job] : [],
    );
  const after = (facts: MediaFacts, request?: JobRequest) =>
    postersOf(follow(labels, settings, request, { facts }));

  it("is made once more when a film was labelled, and for other labels again", () => {
    const probed = { type: "media.probed", ...media, facts: film } as const;
    const [first] = postersOf(follow(probed, settings));
    const [second] = after(film);
    expect(second?.settings).toEqual({ ...first?.settings, labels: "l1" });
    // Whoever plans again finds what is there, once.
    expect(new Set(postersOf(followAll([probed, labels], settings)).map(({ id }) => id))).toEqual(
      new Set([second?.id]),
    );
  });

  it("is not made again for a picture, at a time that was asked for, or unasked", () => {
    expect(after(imageFacts("jpeg_pipe", {}))).toEqual([]);
    expect(after(recording)).toEqual([]);
    expect(after(film, { session: "s", posterAtMs: 5 })).toEqual([]);
    expect(after(film, { session: "s", only: ["label"] })).toEqual([]);
  });
});

describe("the profile", () => {
  const jobsOf = (profile: Profile, request?: JobRequest) =>
    follow({ type: "media.probed", ...media, facts: film }, { ...settings, profile }, request)
      .flatMap((change) => (change.type === "enqueue" ? [change.job] : []))
      .map(({ id, step }) => [step, id]);
  const marked = (sha256: string): Profile => {
    const watermark = { sha256, format: "png", place: "center", opacity: 1, width: 0.2 } as const;
    return { ...defaultProfile, name: "own", web: { ...defaultProfile.web, watermark } };
  };
  const asked = (profile: Profile): JobRequest => ({ session: "s", profile: { ...profile } });

  it("of a request goes before the library's, and is part of the jobs' settings", () => {
    const usual = jobsOf(defaultProfile);
    expect(jobsOf(defaultProfile, asked(marked("a")))).toEqual(jobsOf(marked("a")));
    expect(jobsOf(marked("a"), asked(defaultProfile))).toEqual(usual);
    // A name is no setting.
    expect(jobsOf({ ...marked("a"), name: "other" })).toEqual(jobsOf(marked("a")));
  });

  it("makes other jobs by another watermark, for the film alone", () => {
    const one = jobsOf(marked("a"));
    const differ = jobsOf(marked("b")).filter(([, id], index) => one[index]?.[1] !== id);
    expect(differ.map(([step]) => step)).toEqual(["video"]);
  });

  it("leaves out what it does not name", () => {
    const { gif: _, web: __, phone: ___, ...rest } = defaultProfile;
    const left = follow(
      { type: "media.probed", ...media, facts: film },
      { ...settings, profile: rest },
    ).flatMap((change) => (change.type === "skip" ? [[change.job.step, change.reason]] : []));
    expect(left).toEqual([
      ["video", "not_in_profile"],
      ["gif", "not_in_profile"],
    ]);
  });
});

describe("what each kind of media gets", () => {
  it.each([
    ["a video", film, ["audio", "gif", "label", "poster", "video"]],
    ["a film over 10 s", long, ["audio", "gif", "label", "poster", "stream", "video"]],
    [
      "a silent video",
      silent,
      ["audio: no_audio", "gif", "label", "poster", "transcribe: no_audio", "video"],
    ],
    [
      "a recording",
      recording,
      ["audio", "gif: no_video", "label: no_video", "poster: no_cover_art", "video: no_video"],
    ],
    [
      "a recording with a cover",
      { ...recording, coverArt: cover },
      ["audio", "gif: no_video", "label: no_video", "poster", "video: no_video"],
    ],
    ["a picture", imageFacts("jpeg_pipe", {}), ["label", "poster"]],
  ] as [string, MediaFacts, string[]][])("%s", (_kind, facts, expected) => {
    expect(planned(facts)).toEqual(expected);
  });
});

describe("which event starts which step", () => {
  it.each([
    [{ type: "object.created" }, ["probe"]],
    [{ type: "rendition.created", rendition: "audio" }, ["transcribe"]],
    [{ type: "rendition.created", rendition: "web" }, []],
    [{ type: "transcript.created", transcript: "t1" }, ["index"]],
    [{ type: "labels.created", labels: "l1" }, ["index"]],
    [{ type: "stream.created", stream: "s1" }, ["index"]],
    [{ type: "captions.created", captions: "c1" }, ["index"]],
    [{ type: "step.failed", step: "audio", code: "damaged_media" }, ["transcribe: audio_failed"]],
    [{ type: "step.failed", step: "gif", code: "damaged_media" }, []],
    [{ type: "object.removed" }, ["removeMedia"]],
    [{ type: "media.ready" }, []],
  ])("%j", (event, expected) => {
    expect(stepsAfter({ ...media, ...event } as MediaEvent)).toEqual(expected);
  });

  it("gives the same jobs for the same event, and others for other settings", () => {
    const ids = (languageCode: string) =>
      follow(
        { type: "rendition.created", rendition: "audio", ...media },
        { ...settings, languageCode },
      ).map((change) => (change.type === "enqueue" ? change.job.id : ""));
    expect(ids("en-US")).toEqual(ids("en-US"));
    expect(ids("en-US")).not.toEqual(ids("de-DE"));
  });
});

describe("a request for some steps", () => {
  it("brings them and what they need, and nothing about the rest", () => {
    expect(planned(film, { session: "s", only: ["audio", "transcribe"] })).toEqual(["audio"]);
    expect(planned(film, { session: "s", only: ["gif", "label"] })).toEqual(["gif", "label"]);
    expect(planned(silent, { session: "s", only: ["gif"] })).toEqual(["gif"]);
  });

  it("for the transcript alone makes nothing else, and waits for nothing", () => {
    const request: JobRequest = { session: "s", only: ["transcribe"] };
    expect(planned(film, request)).toEqual(["transcribe"]);
    expect(planned(recording, request)).toEqual(["transcribe"]);
    expect(planned(silent, request)).toEqual(["transcribe: no_audio"]);
    expect(planned(imageFacts("jpeg_pipe", {}), request)).toEqual([]);
  });

  it("gives the same transcript job whether it waits for the audio or not", () => {
    const probed: MediaEvent = { type: "media.probed", ...media, facts: film };
    const heard: MediaEvent = { type: "rendition.created", rendition: "audio", ...media };
    const request: JobRequest = { session: "s", only: ["transcribe"] };
    expect(follow(probed, settings, request)).toEqual(follow(heard, settings, request));
  });

  it("is carried on to the jobs that follow", () => {
    const request: JobRequest = { session: "s", only: ["audio"] };
    const event: MediaEvent = { type: "object.created", ...media };
    expect(follow(event, settings, request)).toMatchObject([{ request }]);
    const audio: MediaEvent = { type: "rendition.created", rendition: "audio", ...media };
    expect(follow(audio, settings, request)).toEqual([]);
  });
});

it("asks for labels as the settings want them, which makes another job", () => {
  const labelJob = (labels?: PipelineSettings["labels"]) => {
    const event = { type: "media.probed", ...media, facts: film } as const;
    const changes = follow(event, { ...settings, ...(labels && { labels }) });
    const [job] = changes.flatMap((change) =>
      change.type === "enqueue" && change.job.step === "label" ? [change.job] : [],
    );
    return job;
  };
  expect(labelJob()?.settings).toEqual({ engine: "centernet" });
  const wish = { minConfidence: 0.55, maxLabels: 10 };
  expect(labelJob(wish)?.settings).toEqual({ engine: "centernet", ...wish });
  expect(labelJob(wish)?.id).not.toBe(labelJob()?.id);
});
