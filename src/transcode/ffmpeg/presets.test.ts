import { execFile } from "node:child_process";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import type { Progress } from "../../media/engine.ts";
import { videoFacts } from "../facts.fixture.ts";
import type { PlannedRendition } from "../plan.ts";
import {
  complaints,
  decode,
  generate,
  openWorkshop,
  type Played,
  probe,
  type Workshop,
} from "./workshop.fixture.ts";

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop();
});
afterAll(() => shop.close());

/** The first 10 s of walkers.mp4 as a probe sees them: H.264 High@2.2 at 10 frames a second, AAC 16 kHz mono. */
const walkers = videoFacts(
  {
    profile: "High",
    level: 22,
    width: 768,
    height: 432,
    displayWidth: 768,
    displayHeight: 432,
    frameRate: { num: 10, den: 1 },
    bitRate: 157_252,
    durationMs: 10_000,
  },
  { sampleRateHz: 16_000, channels: 1, bitRate: 64_275, durationMs: 10_000 },
  { durationMs: 10_000 },
);

async function keyframeTimes(path: string): Promise<number[]> {
  const entries = ["-skip_frame", "nokey", "-show_entries", "frame=pts_time", "-of", "json"];
  const args = ["-v", "error", "-select_streams", "v", ...entries, path];
  const { stdout } = await promisify(execFile)("ffprobe", args);
  // eslint-disable-next-line typescript/no-unsafe-type-assertion -- ffprobe's own format
  const { frames } = JSON.parse(stdout) as { frames: { pts_time: string }[] };
  return frames.map((frame) => Number(frame.pts_time));
}

async function streamHash(path: string): Promise<string> {
  const args = ["-v", "error", "-i", path, "-map", "0:v", "-c", "copy", "-f", "streamhash", "-"];
  return (await promisify(execFile)("ffmpeg", args)).stdout;
}

function need(played: Played | undefined): Played {
  if (played === undefined) throw new Error("the rendition was not made");
  return played;
}

describeWithSharedMedia("the presets, on real footage", () => {
  const progress: Progress[] = [];
  let path: string;
  let made: Awaited<ReturnType<Workshop["make"]>>;
  beforeAll(async () => {
    path = join(shop.dir, "walkers.mp4");
    await generate(["-i", sharedMedia("video/walkers.mp4"), "-t", "10", "-c", "copy", path]);
    made = await shop.make(path, walkers, ["web", "phone", "audio", "gif", "poster"], {
      onProgress: (current) => progress.push(current),
    });
  });

  it("notes nothing about a sound source, and leaves nothing in its work folder", async () => {
    expect(made.notes).toEqual([]);
    expect(await shop.leftovers()).toEqual([]);
  });

  it("web: H.264 Main@3.1 with 3 references and a keyframe every three seconds, AAC as in the source", async () => {
    const web = need(made.renditions.web);
    const { video, audio, durationMs } = await probe(web.path);
    expect(video).toMatchObject({
      codec_name: "h264",
      profile: "Main",
      level: 31,
      pix_fmt: "yuv420p",
      width: 768,
      height: 432,
      r_frame_rate: "10/1",
      field_order: "progressive",
    });
    expect(Number(video?.["bit_rate"])).toBeLessThanOrEqual(2_200_000);
    expect(audio).toMatchObject({
      codec_name: "aac",
      profile: "LC",
      channels: 1,
      sample_rate: "44100",
    });
    expect(Math.abs(Number(audio?.["bit_rate"]) - 65_000)).toBeLessThan(3000);
    const source = await probe(path);
    expect(Math.abs(durationMs - source.durationMs)).toBeLessThan(100);
    expect(web).toMatchObject({ durationMs, width: 768, height: 432, copied: false });
    const times = await keyframeTimes(web.path);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(3);
    const bytes = await readFile(web.path);
    expect(bytes.includes(" ref=3 ")).toBe(true); // x264 writes its settings into the stream
    expect(bytes.indexOf("moov")).toBeLessThan(bytes.indexOf("mdat"));
  });

  it("phone: the picture fitted already, and is the source's own, bit by bit", async () => {
    const phone = need(made.renditions.phone);
    expect(phone.copied).toBe(true);
    const { video, audio } = await probe(phone.path);
    expect(video).toMatchObject({ profile: "High", level: 22, width: 768, height: 432 });
    expect(audio).toMatchObject({ codec_name: "aac", channels: 1, sample_rate: "44100" });
    expect(Number(audio?.["bit_rate"])).toBeLessThan(70_000);
    expect(await streamHash(phone.path)).toBe(await streamHash(path));
  });

  it("audio: MP3, 320 kb/s constant, 44.1 kHz, mono stays mono", async () => {
    const { audio, streams, durationMs } = await probe(need(made.renditions.audio).path);
    const constant = { codec_name: "mp3", bit_rate: "320000", sample_rate: "44100", channels: 1 };
    expect(audio).toMatchObject(constant);
    expect(streams).toBe(1);
    expect(Math.abs(durationMs - 10_000)).toBeLessThan(150);
  });

  it("gif: the first six seconds at ten frames, fits 480×480", async () => {
    const gif = need(made.renditions.gif);
    const { video, durationMs } = await probe(gif.path);
    expect(video).toMatchObject({ codec_name: "gif", width: 480, height: 270, nb_frames: "60" });
    expect([durationMs, gif.durationMs]).toEqual([6000, 6000]);
  });

  it("poster: a JPEG that fits 1280×1280, and is not one colour", async () => {
    const poster = need(made.renditions.poster);
    expect(poster).toMatchObject({ width: 768, height: 432 });
    expect(poster.object.contentType).toBe("image/jpeg");
    const { video } = await probe(poster.path);
    expect(video).toMatchObject({ codec_name: "mjpeg", width: 768, height: 432 });
    const grey = await decode(poster.path, ["-vf", "scale=32:32,format=gray", "-f", "rawvideo"]);
    expect(Math.max(...grey) - Math.min(...grey)).toBeGreaterThan(100);
  });

  it("tells how far it is", () => {
    const last = progress.findLast(({ fraction }) => fraction !== undefined);
    expect(last?.fraction).toBeGreaterThan(0.5);
    expect(last?.speed).toBeGreaterThan(0);
    expect(last?.remainingMs).toBeGreaterThanOrEqual(0);
  });
});

describe("a GIF that would be too large", () => {
  it("gives way to its budget, and is whole", async () => {
    const path = join(shop.dir, "moves.mp4");
    const source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2"];
    await generate([...source, "-c:v", "libx264", "-preset", "ultrafast", path]);
    const size = { width: 160, height: 90, displayWidth: 160, displayHeight: 90 };
    const facts = videoFacts({ ...size, durationMs: 2000 }, "none", { durationMs: 2000 });
    const adjust = (plan: PlannedRendition) => ({ ...plan, maxBytes: 20_000 });
    const full = need((await shop.make(path, facts, ["gif"])).renditions.gif);
    expect(full.object.sizeBytes).toBeGreaterThan(40_000);
    const gif = need((await shop.make(path, facts, ["gif"], { adjust })).renditions.gif);
    expect(gif.object.sizeBytes).toBeLessThanOrEqual(20_000);
    const { video, durationMs } = await probe(gif.path);
    expect(Math.abs(durationMs - 2000)).toBeLessThan(200);
    expect(gif).toMatchObject({ width: video?.["width"], height: video?.["height"], durationMs });
  });
});

describe("audio and video in step", () => {
  const white = "color=c=black:s=320x180:r=30:d=3,drawbox=enable='gte(t,2)':c=white:t=fill";
  const tone = "if(gte(t,2),sin(2*PI*1000*t)/2,0)";

  /** When the picture turns white and when the tone begins, in ms. */
  async function onsets(path: string, rate: number): Promise<{ flash: number; beep: number }> {
    const zero = "fps=100:start_time=0"; // on one clock, from the file's zero
    const grey = ["-map", "0:v", "-vf", `${zero},scale=2:2,format=gray`, "-f", "rawvideo"];
    const pixels = await decode(path, grey);
    const padded = [
      "-map",
      "0:a",
      "-af",
      "aresample=async=1:first_pts=0",
      "-ac",
      "1",
      "-f",
      "s16le",
    ];
    const sound = await decode(path, padded);
    const samples = Array.from({ length: sound.length / 2 }, (_, at) => sound.readInt16LE(at * 2));
    const flash = (pixels.findIndex((value) => value > 128) / 4) * 10;
    const beep = (samples.findIndex((value) => Math.abs(value) > 3000) / rate) * 1000;
    return { flash, beep };
  }

  it.each([
    ["5.1 sound", 6, "0"],
    ["sound that starts late", 2, "0.5"],
  ])("within a frame: %s", async (_what, channels, offset) => {
    const path = join(shop.dir, `flash-${channels}.mkv`);
    const layout = channels === 6 ? "5.1" : "stereo";
    const voices = Array.from({ length: channels }, () => tone).join("|");
    await generate(
      [
        ["-f", "lavfi", "-i", white, "-itsoffset", offset],
        ["-f", "lavfi", "-i", `aevalsrc='${voices}':s=48000:d=3:c=${layout}`],
        ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "ac3", path],
      ].flat(),
    );
    const facts = videoFacts(
      {
        width: 320,
        height: 180,
        displayWidth: 320,
        displayHeight: 180,
        bitRate: undefined,
        durationMs: undefined,
      },
      { codec: "ac3", channels, durationMs: undefined },
      { container: "matroska,webm", durationMs: 3000 + Number(offset) * 1000 },
    );
    const { renditions, notes } = await shop.make(path, facts, ["web", "audio"]);
    expect(notes).toEqual([]);
    const web = need(renditions.web);
    expect((await probe(web.path)).audio).toMatchObject({ channels: 2, channel_layout: "stereo" });
    const late = Number(offset) * 1000;
    const { flash, beep } = await onsets(web.path, 44_100);
    expect(Math.abs(flash - 2000)).toBeLessThanOrEqual(34);
    expect(Math.abs(beep - flash - late)).toBeLessThanOrEqual(34);
    // The recording's clock is the video's: the transcript is made from it.
    const sound = await decode(need(renditions.audio).path, ["-ac", "1", "-f", "s16le"]);
    const samples = Array.from({ length: sound.length / 2 }, (_s, at) => sound.readInt16LE(at * 2));
    const start = (samples.findIndex((value) => Math.abs(value) > 3000) / 44_100) * 1000;
    expect(Math.abs(start - 2000 - late)).toBeLessThanOrEqual(34);
  });
});

describe("streams that fit", () => {
  it("are taken over whole, and decoded once without complaint", async () => {
    const path = join(shop.dir, "fits.mp4");
    await generate(
      [
        ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=2", "-f", "lavfi", "-i", "sine=d=2"],
        ["-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "main", "-pix_fmt", "yuv420p"],
        ["-c:a", "aac", "-b:a", "96k", "-ar", "44100", "-ac", "2", path],
      ].flat(),
    );
    const facts = videoFacts(
      {
        profile: "Main",
        level: 12,
        durationMs: 2000,
        bitRate: 400_000,
        width: 320,
        height: 180,
        displayWidth: 320,
        displayHeight: 180,
      },
      { sampleRateHz: 44_100, bitRate: 96_000, durationMs: 2000 },
      { durationMs: 2000 },
    );
    const { renditions, notes } = await shop.make(path, facts, ["web", "phone"]);
    const web = need(renditions.web);
    expect([web.copied, need(renditions.phone).copied, notes]).toEqual([true, true, []]);
    expect(await streamHash(web.path)).toBe(await streamHash(path));
    expect(await complaints(web.path)).toBe("");
    const file = await open(web.path);
    const head = await file.read(Buffer.alloc(8), 0, 8, 0).finally(() => file.close());
    expect(head.buffer.toString("latin1", 4, 8)).toBe("ftyp");
  });
});
