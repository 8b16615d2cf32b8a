import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ErrorCode } from "../src/media/errors.ts";
import { MediaError } from "../src/media/errors.ts";
import { defaultLimits } from "../src/media/limits.ts";
import { createProbe } from "../src/probe/probe.ts";
import type { Probe } from "../src/probe/probe.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";
import * as hogs from "./support/hogs.ts";

/** Small files whose decoding would take far too much. The probe refuses each in seconds, with its own code. */

let folder: string;
let probe: Probe;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-hogs-"));
  probe = createProbe({ sandbox: await createSandbox(), limits: defaultLimits });
});
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();

async function codeOf(path: string): Promise<ErrorCode | "accepted"> {
  try {
    await probe(path, { signal });
    return "accepted";
  } catch (error) {
    if (error instanceof MediaError) return error.code;
    throw error;
  }
}

describeWithSharedMedia("hogs", () => {
  it.each<[string, ErrorCode]>([
    ["wav_1hz.wav", "limit_rate"],
    ["gif_6000_200f.gif", "limit_work"],
    ["gif_65535_many.gif", "limit_pixels"],
    ["png_iccp_1g.png", "limit_memory"],
    ["wav_48ch.wav", "limit_channels"],
    ["mkv_10k_tracks.mkv", "limit_streams"],
  ])(
    "%s is refused: %s",
    async (name, code) => {
      expect(await codeOf(sharedMedia(`hogs/${name}`))).toBe(code);
    },
    30_000,
  );
});

describe("files that we build", () => {
  it.each<[string, () => Uint8Array, readonly string[]]>([
    ["sound of 4 GHz", () => hogs.wav({ sampleRate: 0xffff_fff0, seconds: 0 }), hogs.anyRefusal],
    ["sound of 900 kHz", () => hogs.wav({ sampleRate: 900_000, seconds: 1 }), ["limit_rate"]],
    ["sound of 40 channels", () => hogs.wav({ channels: 40, seconds: 1 }), ["limit_channels"]],
    ["sound of 65,535 channels", () => hogs.wav({ channels: 65_535 }), hogs.anyRefusal],
    [
      "48 hours of silence",
      () => hogs.flacHeader(48 * 3600),
      ["limit_duration", ...hogs.anyRefusal],
    ],
    [
      "an animation of 36 megapixels, 1,000 times",
      () => hogs.gif(6000, 6000, 1000),
      ["limit_work"],
    ],
    ["an animation of one pixel, 2 million times", () => hogs.gif(1, 1, 2e6), hogs.anyRefusal],
    ["a GIF that is too wide", () => hogs.gif(65_000, 65_000, 2), ["limit_pixels"]],
    ["a video with 4,000 million samples", () => hogs.mp4WithSamples(0xffff_fff0), hogs.anyRefusal],
    ["an edit list of a million entries", () => hogs.mp4WithEdits(1_000_000), hogs.anyRefusal],
    ["boxes in boxes, 10,000 deep", () => hogs.nestedBoxes(10_000), hogs.anyRefusal],
    ["lacing that never ends", () => hogs.mkvWithLaces(), ["accepted", ...hogs.anyRefusal]],
    ["10 MB of subtitles", () => hogs.subtitles(200_000), ["unsupported_media"]],
    ["an SVG that unfolds", () => hogs.svg(), ["unsupported_media"]],
    ["a PDF", () => Buffer.from("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"), ["unsupported_media"]],
    ["an animated WebP", () => hogs.animatedWebp(), ["unsupported_media"]],
  ])(
    "%s",
    async (name, make, codes) => {
      const path = join(folder, name.replaceAll(/\W/g, "-"));
      writeFileSync(path, make());
      expect(codes).toContain(await codeOf(path));
    },
    30_000,
  );
});

describe("ordinary files", () => {
  it.each<[string, readonly string[]]>([
    ["a black film", ["-f", "lavfi", "-i", "color=black:s=640x360:r=30:d=5"]],
    ["a telephone's sound", ["-f", "lavfi", "-i", "sine=sample_rate=8000:d=2", "-ar", "8000"]],
    ["sound of eight channels", ["-f", "lavfi", "-i", "sine=d=1", "-ac", "8", "-c:a", "flac"]],
    ["a long animation", ["-f", "lavfi", "-i", "testsrc=s=160x120:r=10:d=20"]],
  ])("%s is accepted", async (name, args) => {
    const ending = name.includes("sound") ? "mka" : name.includes("animation") ? "gif" : "mp4";
    const path = join(folder, `${name.replaceAll(/\W/g, "-")}.${ending}`);
    execFileSync("ffmpeg", ["-v", "error", ...args, path]);
    expect(await codeOf(path)).toBe("accepted");
  });
});
