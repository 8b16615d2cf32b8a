import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../../sandbox/create.ts";
import { audioFacts, videoFacts } from "../facts.fixture.ts";
import { defaultProfile, type Profile, type VideoSpec } from "../profile.ts";
import { checkEncoders } from "./check-encoders.ts";
import {
  decode,
  generate,
  openWorkshop,
  type Played,
  probe,
  type Workshop,
} from "./workshop.fixture.ts";

let shop: Workshop;
let source: string;
let watermark: NonNullable<VideoSpec["watermark"]>;
/** A grey film of 2 s at 60 frames a second, with a quiet voice-like sound that comes and goes. */
const facts = videoFacts(
  {
    width: 320,
    height: 180,
    displayWidth: 320,
    displayHeight: 180,
    frameRate: { num: 60, den: 1 },
  },
  { sampleRateHz: 48_000, channels: 2 },
  { durationMs: 4000 },
);

beforeAll(async () => {
  shop = await openWorkshop();
  source = join(shop.dir, "grey.mp4");
  await generate([
    "-f",
    "lavfi",
    "-i",
    "color=c=gray:s=320x180:r=60:d=4",
    "-f",
    "lavfi",
    "-i",
    "aevalsrc='0.03*sin(2*PI*700*t)*(1+sin(5*t))|0.02*sin(900*t)':s=48000:d=4",
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-c:a",
    "aac",
    source,
  ]);
  const picture = join(shop.dir, "logo.png");
  await generate(["-f", "lavfi", "-i", "color=c=red:s=64x64", "-frames:v", "1", picture]);
  const bytes = await readFile(picture);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await mkdir(join(shop.dir, "watermarks"));
  await writeFile(join(shop.dir, "watermarks", sha256), bytes);
  watermark = { sha256, format: "png", place: "top-right", opacity: 1, width: 0.2 };
});
afterAll(() => shop.close());

const profileWith = (web: Partial<VideoSpec>, audio: object = {}): Profile => ({
  ...defaultProfile,
  web: { ...defaultProfile.web, ...web },
  audio: { ...defaultProfile.audio, ...audio },
});

async function made(profile: Profile, name: "web" | "audio"): Promise<Played> {
  const { renditions } = await shop.make(source, facts, [name], { profile });
  const played = renditions[name];
  if (played === undefined) throw new Error("it was not made");
  return played;
}

/** LUFS of a file, as ffmpeg's ebur128 measures it. */
async function loudnessOf(path: string): Promise<number> {
  const args = ["-hide_banner", "-nostats", "-i", path, "-af", "ebur128", "-f", "null", "-"];
  const { stderr } = await promisify(execFile)("ffmpeg", args);
  return Number([...stderr.matchAll(/I:\s+(-?[\d.]+) LUFS/g)].at(-1)?.[1]);
}

describe("a profile of its own", () => {
  it.each([
    ["web", -16],
    ["audio", -23],
  ] as const)("brings the sound of %s to %i LUFS, measured afterwards", async (name, loudness) => {
    const audio = { ...defaultProfile.web.audio, loudness };
    const profile = profileWith({ audio }, { loudness, bitRate: 128_000 });
    const { path } = await made(profile, name);
    expect(Math.abs((await loudnessOf(path)) - loudness)).toBeLessThanOrEqual(0.2);
  });

  it("leaves silence as it is", async () => {
    const silent = join(shop.dir, "silent.wav");
    await generate(["-f", "lavfi", "-i", "anullsrc=r=48000:d=1", silent]);
    const sound = audioFacts({ codec: "pcm_s16le", sampleRateHz: 48_000 }, { container: "wav" });
    const profile = profileWith({}, { loudness: -16 });
    const { renditions } = await shop.make(silent, sound, ["audio"], { profile });
    expect(await loudnessOf(renditions.audio?.path ?? "")).toBeLessThanOrEqual(-70);
  });

  it("lays the watermark where it belongs, at 60 frames a second", async () => {
    const { path, copied } = await made(profileWith({ maxFrameRate: 60, watermark }), "web");
    const pixels = await decode(path, [
      "-map",
      "0:v:0",
      "-vf",
      "scale=320:180,format=rgb24",
      "-frames:v",
      "1",
      "-f",
      "rawvideo",
    ]);
    const at = (x: number, y: number) => [
      ...pixels.subarray((y * 320 + x) * 3, (y * 320 + x) * 3 + 3),
    ];
    const [red = 0, green = 255] = at(280, 30);
    expect(red - green).toBeGreaterThan(150);
    for (const [x, y] of [
      [30, 30],
      [280, 150],
      [160, 90],
    ] as const) {
      const [r = 0, g = 0] = at(x, y);
      expect(Math.abs(r - g)).toBeLessThan(12);
    }
    expect(copied).toBe(false);
    expect((await probe(path)).video?.["avg_frame_rate"]).toBe("60/1");
  });

  it("fails with a remedy when the watermark's picture is not here", async () => {
    const gone = { ...watermark, sha256: "0".repeat(64) };
    await expect(made(profileWith({ watermark: gone }), "web")).rejects.toMatchObject({
      code: "not_found",
      remedy: expect.stringContaining("--profile"),
    });
  });

  it.each(["hevc", "av1", "vp9"] as const)(
    "encodes %s into MP4 without a complaint",
    async (codec) => {
      const sandbox = await createSandbox();
      const profile = profileWith({ codec, quality: 35 });
      await checkEncoders({ sandbox }, profile);
      const { renditions, notes } = await shop.make(source, facts, ["web"], { profile });
      const found = await probe(renditions.web?.path ?? "");
      expect(found.video).toMatchObject({ codec_name: codec, width: 320, height: 180 });
      expect(Math.abs(found.durationMs - 4000)).toBeLessThanOrEqual(100);
      expect(notes).toEqual([]);
    },
  );

  it("is refused where ffmpeg lacks an encoder, with the field that asks for it", async () => {
    const sandbox = await createSandbox();
    const lacking = join(shop.dir, "ffmpeg-lacking");
    await writeFile(lacking, "#!/bin/sh\necho ' V..... libx264 H.264'\n", { mode: 0o755 });
    const check = checkEncoders({ sandbox, ffmpeg: lacking }, profileWith({ codec: "vp9" }));
    await expect(check).rejects.toMatchObject({
      code: "engine_missing",
      message: expect.stringContaining("renditions.web.codec vp9"),
    });
  });
});
