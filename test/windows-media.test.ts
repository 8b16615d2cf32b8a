import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** Windows Media: the decoder leaves out the beginning of the sound, and the rest stays in step with the picture. */

const rateHz = 44_100;
const framesPerSecond = 25;
let folder: string;
let dailies: LocalLibrary;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-windows-"));
  dailies = await openDailies(readConfig({ dataDir: join(folder, "library") }, {}));
});
afterAll(async () => {
  await dailies.close();
  rmSync(folder, { recursive: true });
});

const decode = (...args: readonly string[]): Buffer =>
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...args, "-"]);

/** When the picture becomes white, in seconds, to a frame. */
function flashAt(path: string): number {
  const format = `fps=${framesPerSecond},scale=1:1,format=gray`;
  const pixels = decode("-i", path, "-vf", format, "-f", "rawvideo");
  return pixels.findIndex((value) => value > 128) / framesPerSecond;
}

/** When the tone begins, in seconds. */
function toneAt(path: string): number {
  const bytes = decode("-i", path, "-ac", "1", "-ar", String(rateHz), "-f", "s16le");
  const values = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  return values.findIndex((value) => Math.abs(value) > 1500) / rateHz;
}

it("sound of Windows Media is in step with the picture", async () => {
  const codec = "wmav2";
  const film = join(folder, `${codec}.wmv`);
  const flash = "drawbox=color=white:t=fill:enable='between(t,2,2.2)'";
  const pictures = `color=black:s=64x64:r=${framesPerSecond}:d=3,${flash}`;
  const tone = `sine=440:sample_rate=${rateHz}:d=3,volume=0:enable='not(between(t,2,2.2))'`;
  const sources = [pictures, tone].flatMap((source) => ["-f", "lavfi", "-i", source]);
  ffmpeg(...sources, "-c:v", "wmv2", "-c:a", codec, film);
  const out = join(folder, "out");
  const { finished } = await dailies.process([film], { out, only: ["video", "audio"] });
  expect(finished).toMatchObject([{ state: "ready" }]);
  const web = join(out, `output/web/${codec}.wmv.mp4`);
  const step = Math.abs(flashAt(web) - toneAt(web));
  expect(step).toBeLessThanOrEqual(1 / framesPerSecond);
  const sound = join(out, `output/audio/${codec}.wmv.mp3`);
  expect(Math.abs(flashAt(web) - toneAt(sound))).toBeLessThanOrEqual(1 / framesPerSecond);
});
