import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { oddNames } from "../../test/support/odd-names.ts";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import type { MediaError } from "../media/errors.ts";
import type { MediaFacts } from "../media/facts.ts";
import { defaultLimits } from "../media/limits.ts";
import type { Limits } from "../media/limits.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createProbe } from "./probe.ts";

let sandbox: Sandbox;
let folder: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  folder = await mkdtemp(join(tmpdir(), "probe-test-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const signal = new AbortController().signal;
function probe(path: string, limits: Partial<Limits> = {}): Promise<MediaFacts> {
  return createProbe({ sandbox, limits: { ...defaultLimits, ...limits } })(path, { signal });
}

/** Facts that must be among those found; a text is the code of the refusal. */
type Expected = { [K in keyof MediaFacts]?: unknown } | string;

const h264 = { codec: "h264", width: 640, height: 360, displayWidth: 640, displayHeight: 360 };
const landscape = { ...h264, rotation: 0, transfer: "sdr", interlaced: false, bitDepth: 8 };
const film = { type: "video", durationMs: 4000, video: landscape, audioTracks: 1, warnings: [] };

/** Every file of the folder, and what must come out. */
const hostile: Readonly<Record<string, Expected>> = {
  "a.flac": { type: "audio", container: "flac", durationMs: 3000, audio: { codec: "flac" } },
  "a.wav": { type: "audio", durationMs: 2000, audio: { codec: "pcm_s16le", channels: 1 } },
  "attach.mkv": { ...film, durationMs: 4021, container: "matroska,webm" },
  "bitflip.mp4": film,
  "bomb_16000.png": "limit_pixels",
  "bomb_4096_600f.mp4": { type: "video", video: { width: 4096, height: 4096 }, audioTracks: 0 },
  "browser_noduration.webm": { type: "video", durationMs: 4014, video: { codec: "vp8" } },
  "cover.mp3": {
    type: "audio",
    durationMs: 5068,
    audio: { codec: "mp3", sampleRateHz: 22_050, streamIndex: 0 },
    coverArt: { streamIndex: 1, width: 320, height: 240 },
  },
  "evil_concat.mp4": "unsupported_media",
  "evil_dash.mpd": "unsupported_media",
  "evil_hls_file.mp4": "unsupported_media",
  "evil_hls_http.m3u8": "unsupported_media",
  "evil_hls_self.m3u8": "unsupported_media",
  "evil_sdp.mp4": "unsupported_media",
  "evil_svg.svg": "unsupported_media",
  "fragmented.mp4": { ...film, durationMs: 4021 },
  "hdr10_pq.mp4": { type: "video", video: { codec: "hevc", transfer: "pq", bitDepth: 10 } },
  "html_as.mp4": "unsupported_media",
  "in.gif": { type: "video", container: "gif", durationMs: 2000, audioTracks: 0 },
  "interlaced_sar.ts": {
    type: "video",
    video: {
      interlaced: true,
      width: 1440,
      displayWidth: 1920,
      displayHeight: 1080,
      sampleAspectRatio: { num: 4, den: 3 },
    },
  },
  "multi_audio.mkv": {
    type: "video",
    audioTracks: 2,
    audio: { streamIndex: 2, language: "deu", sampleRateHz: 44_100, durationMs: 4023 },
    warnings: ["it has 2 sound tracks; number 2 (deu) is used, not number 1 (eng)"],
  },
  "no_audio.mp4": { type: "video", audioTracks: 0 },
  "no_video.mp4": { type: "audio", durationMs: 4000, audio: { codec: "aac", profile: "LC" } },
  "odd_641x359_444.mp4": { type: "video", video: { pixelFormat: "yuv444p", width: 640 } },
  "ok_faststart.mp4": film,
  "old.flv": { type: "video", video: { codec: "flv1" }, audio: { codec: "mp3", streamIndex: 0 } },
  "one_frame.mp4": { type: "video", durationMs: 40 },
  "png_as.mp4": { type: "image", container: "png_pipe", video: { codec: "png", width: 320 } },
  "portrait_360x640.mp4": {
    type: "video",
    video: { width: 360, height: 640, displayWidth: 1138, displayHeight: 640 },
  },
  "random.mp4": "unsupported_media",
  "rot90.mp4": { type: "video", video: { rotation: 270, displayWidth: 360, displayHeight: 640 } },
  "trunc_faststart.mp4": {
    ...film,
    warnings: ["it is cut off: at least 187489 bytes are missing at its end"],
  },
  "trunc_nomoov.mp4": "damaged_media",
  "vfr.mp4": { type: "video", video: { variableFrameRate: true, frameRate: { num: 30, den: 1 } } },
  "wrongext_mp4.mp3": { ...film, durationMs: 4001 },
  "zero_byte.mp4": "empty_file",
};

const others: Readonly<Record<string, Expected>> = {
  "images/sample.jpg": {
    type: "image",
    container: "jpeg_pipe",
    video: { codec: "mjpeg", width: 1023, height: 768, rotation: 0 },
    audioTracks: 0,
    warnings: [],
  },
  "speech/jfk.wav": { type: "audio", durationMs: 11_000, audio: { sampleRateHz: 16_000 } },
  "video/walkers.mp4": {
    type: "video",
    durationMs: 45_000,
    containerLongName: "QuickTime / MOV",
    video: { profile: "High", level: 22, refs: 4, frameRate: { num: 10, den: 1 } },
    audio: { codec: "aac", channels: 1 },
  },
};

/** The code of the refusal, or the facts. */
function outcomeOf(path: string): Promise<MediaFacts | string> {
  return probe(path).catch((error: MediaError) => error.code);
}

/** What `toMatchObject` is for objects, for either kind of outcome. */
const like = (expected: Expected): unknown =>
  typeof expected === "string" ? expected : expect.objectContaining(nested(expected));

function nested(expected: object): object {
  const entries = Object.entries(expected).map(([key, value]) =>
    value?.constructor === Object ? [key, expect.objectContaining(value)] : [key, value],
  );
  return Object.fromEntries(entries);
}

describeWithSharedMedia("probe", () => {
  test("every hostile file is in the table", () => {
    expect(readdirSync(sharedMedia("hostile"))).toEqual(Object.keys(hostile).toSorted());
  });

  test.each(Object.entries(hostile))("hostile/%s", async (name, expected) => {
    expect(await outcomeOf(sharedMedia(`hostile/${name}`))).toEqual(like(expected));
  });

  test.each(Object.entries(others))("%s", async (name, expected) => {
    expect(await outcomeOf(sharedMedia(name))).toEqual(like(expected));
  });

  test("unknown is absent, not 0 and not undefined", async () => {
    const facts = await probe(sharedMedia("hostile/png_as.mp4"));
    expect(Object.keys(facts)).not.toContain("durationMs");
    expect(JSON.parse(JSON.stringify(facts))).toEqual(facts);
    for (const key of ["frameRate", "level", "bitRate", "durationMs"])
      expect(Object.keys(facts.video ?? {})).not.toContain(key);
  });

  test.each([...oddNames, "playlist.m3u8", "no ending"])(
    "a file is no less itself when it is called %j",
    async (name) => {
      const path = join(folder, name);
      await copyFile(sharedMedia("hostile/ok_faststart.mp4"), path);
      expect(await probe(path)).toMatchObject({ type: "video", durationMs: 4000 });
      expect(existsSync(join(folder, "PWNED"))).toBe(false);
    },
  );

  test("a picture is no less itself when its name is a pattern", async () => {
    const path = join(folder, "%03d.jpg");
    await copyFile(sharedMedia("images/pets.jpg"), path);
    expect(await probe(path)).toMatchObject({ type: "image", video: { width: 512 } });
  });

  test("limits hold, whether the length is written in the file or found", async () => {
    const long = probe(sharedMedia("hostile/ok_faststart.mp4"), { maxDurationMs: 3999 });
    await expect(long).rejects.toMatchObject({ code: "limit_duration" });
    const found = probe(sharedMedia("hostile/browser_noduration.webm"), { maxDurationMs: 3999 });
    await expect(found).rejects.toMatchObject({ code: "limit_duration" });
    const large = probe(sharedMedia("hostile/ok_faststart.mp4"), { maxPixels: 640 * 360 - 1 });
    await expect(large).rejects.toMatchObject({ code: "limit_pixels" });
  });

  test("says what is missing, and stops when told to", async () => {
    const path = sharedMedia("hostile/ok_faststart.mp4");
    await expect(probe(join(folder, "nowhere"))).rejects.toMatchObject({ code: "not_found" });
    const other = createProbe({ sandbox, limits: defaultLimits, ffprobe: "no-ffprobe" });
    await expect(other(path, { signal })).rejects.toMatchObject({ code: "engine_missing" });
    const stopped = createProbe({ sandbox, limits: defaultLimits })(path, {
      signal: AbortSignal.timeout(20),
    });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });
  });

  test("a refusal says in one line what is wrong", async () => {
    const messageOf = (name: string): Promise<string> =>
      probe(sharedMedia(`hostile/${name}`)).then(
        () => "",
        (error: Error) => error.message,
      );
    expect(await messageOf("evil_hls_file.mp4")).toBe("it is an HLS playlist");
    expect(await messageOf("bomb_16000.png")).toMatch(/16000×16000.*120 megapixels/);
    expect(await messageOf("trunc_nomoov.mp4")).toMatch(/moov.*cut off/);
    expect(await messageOf("random.mp4")).not.toContain("\n");
  });
});
