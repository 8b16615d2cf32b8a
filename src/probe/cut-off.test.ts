import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ffmpeg } from "../../test/support/ffmpeg.ts";
import type { MediaFacts } from "../media/facts.ts";
import { defaultLimits } from "../media/limits.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createProbe, type Probe } from "./probe.ts";

/** A recording that was cut off says so, and one that is whole does not, whatever its container. */

const sounds: Readonly<Record<string, readonly string[]>> = {
  "pcm.wav": [],
  "large.wav": ["-rf64", "always"],
  "pcm.w64": [],
  "pcm.caf": ["-f", "caf"],
  "windows.wma": ["-c:a", "wmav2"],
  "aac.m4a": ["-c:a", "aac", "-movflags", "+faststart"],
  "fragmented.m4a": [
    "-c:a",
    "aac",
    "-movflags",
    "frag_keyframe+empty_moov",
    "-frag_duration",
    "500000",
  ],
  "vorbis.ogg": ["-c:a", "libvorbis"],
  "opus.opus": ["-c:a", "libopus"],
  "flac.oga": ["-c:a", "flac"],
  "adts.aac": ["-c:a", "aac"],
  "dolby.ac3": ["-c:a", "ac3"],
  "layer2.mp2": ["-c:a", "mp2"],
  "plain.mp3": ["-c:a", "libmp3lame", "-write_xing", "0"],
  "live.mka": ["-c:a", "aac", "-live", "1"],
};
const films: Readonly<Record<string, readonly string[]>> = {
  "broadcast.ts": ["-c:v", "mpeg2video", "-c:a", "mp2"],
  "disc.mpg": ["-c:v", "mpeg2video", "-c:a", "mp2"],
  "old.avi": ["-c:v", "mpeg4", "-c:a", "libmp3lame"],
  "windows.wmv": ["-c:v", "wmv2", "-c:a", "wmav2"],
  "stills.mjpeg": ["-c:v", "mjpeg", "-an", "-f", "mjpeg"],
};

const folder = mkdtempSync(join(tmpdir(), "cut-off-test-"));
const pathOf = (name: string): string => join(folder, name);
let probe: Probe;
beforeAll(async () => {
  probe = createProbe({ sandbox: await createSandbox(), limits: defaultLimits });
  const outputs = (of: typeof sounds, ...maps: readonly string[]) =>
    Object.entries(of).flatMap(([name, options]) => [...maps, ...options, pathOf(name)]);
  ffmpeg(
    ..."-f lavfi -i anoisesrc=d=3:a=0.1:seed=1:r=44100".split(" "),
    ..."-f lavfi -i testsrc2=s=160x120:r=25:d=3".split(" "),
    ...outputs(sounds, "-map", "0:a"),
    ...outputs(films, "-map", "1:v", "-map", "0:a", "-g", "10"),
  );
  // No encoder of AMR is at hand: its frames of 12.2 kb/s are a mode and 31 bytes.
  const frame = Buffer.concat([Buffer.from([0x3c]), Buffer.alloc(31, 0xaa)]);
  const frames = Array.from({ length: 150 }, () => frame);
  writeFileSync(pathOf("phone.amr"), Buffer.concat([Buffer.from("#!AMR\n"), ...frames]));
});
afterAll(() => rmSync(folder, { recursive: true }));

const look = (name: string): Promise<MediaFacts> =>
  probe(pathOf(name), { signal: new AbortController().signal });

function cut(name: string, share: number): string {
  const bytes = readFileSync(pathOf(name));
  writeFileSync(pathOf(`cut-${name}`), bytes);
  truncateSync(pathOf(`cut-${name}`), Math.floor(bytes.length * share));
  return `cut-${name}`;
}

describe("the probe", () => {
  it.each([...Object.keys(sounds), ...Object.keys(films), "phone.amr"])(
    "knows a whole %s from one that was cut off",
    async (name) => {
      expect(await look(name)).not.toHaveProperty("incomplete");
      expect(await look(cut(name, 0.537))).toHaveProperty("incomplete");
    },
  );

  it("says how much of plain sound is there", async () => {
    for (const name of ["pcm.caf", "pcm.w64", "large.wav"])
      expect((await look(cut(name, 0.5))).incomplete, name).toEqual({
        decodedMs: expect.closeTo(1500, -2) as number,
        expectedMs: expect.closeTo(3000, -2) as number,
      });
  });

  it("says of an Ogg file that ends between two pages that it may have been cut off", async () => {
    const bytes = readFileSync(pathOf("vorbis.ogg"));
    writeFileSync(pathOf("page.ogg"), bytes.subarray(0, bytes.lastIndexOf("OggS")));
    const { warnings, ...facts } = await look("page.ogg");
    expect(warnings).toContain("it does not say that it ends: it may have been cut off");
    expect(facts).not.toHaveProperty("incomplete");
    expect((await look("vorbis.ogg")).warnings).toEqual([]);
  });

  it("takes a tag behind the last frame for no cut", async () => {
    const tag = Buffer.concat([Buffer.from("TAG"), Buffer.alloc(125)]);
    writeFileSync(pathOf("tag.mp3"), Buffer.concat([readFileSync(pathOf("plain.mp3")), tag]));
    expect(await look("tag.mp3")).not.toHaveProperty("incomplete");
  });
});
