import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MediaFacts } from "../media/facts.ts";
import { defaultLimits } from "../media/limits.ts";
import { createSandbox } from "../sandbox/create.ts";
import { runToEnd } from "../sandbox/run.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createProbe } from "./probe.ts";
import type { Probe } from "./probe.ts";

let folder: string;
let sandbox: Sandbox;
let run: Probe;
const signal = new AbortController().signal;

/** Runs ffmpeg to make a file in the folder; returns its path. */
async function ffmpeg(name: string, ...args: string[]): Promise<string> {
  const path = join(folder, name);
  const result = await runToEnd(sandbox, {
    command: "ffmpeg",
    args: ["-v", "error", "-y", ...args, path],
    reads: [],
    writes: [folder],
    limits: { wallMs: 30_000, cpuSeconds: 30, memoryBytes: 2 ** 32, fileSizeBytes: 2 ** 24 },
    signal,
  });
  expect(result).toMatchObject({ exitCode: 0, stderr: "" });
  return path;
}

/** Makes a file from a moving test pattern of 64×48. */
function make(name: string, ...args: string[]): Promise<string> {
  return ffmpeg(name, "-f", "lavfi", "-i", "testsrc2=size=64x48:rate=5", ...args);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pictures-test-"));
  sandbox = await createSandbox();
  run = createProbe({ sandbox, limits: defaultLimits });
  await make("still.jpg", "-frames:v", "1");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const probe = (path: string): Promise<MediaFacts> => run(path, { signal });

/** Writes bytes as a file without an ending. */
async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A JPEG that says in its EXIF how it is to be held. */
async function held(orientation: number): Promise<string> {
  const jpeg = await readFile(join(folder, "still.jpg"));
  // "Exif", then big-endian TIFF with one entry: tag 0x0112, a short, once, value 0.
  const exif = Buffer.from(
    "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0",
    "latin1",
  );
  exif.writeUInt16BE(orientation, 24);
  const header = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
  return file(
    `held-${orientation}`,
    Buffer.concat([jpeg.subarray(0, 2), header, exif, jpeg.subarray(2)]),
  );
}

describe("probing pictures", () => {
  test.each([
    ["png", "png_pipe"],
    ["bmp", "bmp_pipe"],
    ["tiff", "tiff_pipe"],
    ["webp", "webp_pipe"],
  ])("a %s is an image", async (ending, container) => {
    const facts = await probe(await make(`still.${ending}`, "-frames:v", "1"));
    expect(facts).toMatchObject({ type: "image", container, video: { width: 64, height: 48 } });
    expect(facts.warnings).toEqual([]);
  });

  test("a GIF is a video, unless it has one frame", async () => {
    expect(await probe(await make("moving.gif", "-t", "1"))).toMatchObject({
      type: "video",
      durationMs: 1000,
    });
    expect((await probe(await make("still.gif", "-frames:v", "1"))).type).toBe("image");
  });

  test("one picture in a film's container is an image, several are a video", async () => {
    expect((await probe(await make("one.mov", "-c:v", "png", "-frames:v", "1"))).type).toBe(
      "image",
    );
    expect((await probe(await make("many.mov", "-c:v", "png", "-t", "1"))).type).toBe("video");
  });

  test("of an animated PNG the first picture, of an animated WebP nothing", async () => {
    const png = await probe(await make("moving.png", "-t", "1", "-f", "apng"));
    expect(png.type).toBe("image");
    expect(png.warnings).toEqual([expect.stringContaining("animated PNG")]);
    const webp = probe(await make("moving.webp", "-t", "1"));
    await expect(webp).rejects.toMatchObject({ code: "unsupported_media" });
  });

  test("HEIC is refused by name", async () => {
    const heic = Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\x10meta", "latin1");
    await expect(probe(await file("photo", heic))).rejects.toMatchObject({
      code: "unsupported_media",
      message: expect.stringContaining("HEIC"),
    });
  });

  test("AVIF is read or refused by name, as this ffmpeg can", async () => {
    const avif = Buffer.from("\0\0\0\x18ftypavif\0\0\0\0mif1avif\0\0\0\x10meta", "latin1");
    await expect(probe(await file("broken", avif))).rejects.toMatchObject({
      code: "unsupported_media",
      message: expect.stringContaining("AVIF"),
    });
  });

  test.each([
    [1, 0, 64, false],
    [2, 0, 64, true],
    [3, 180, 64, false],
    [4, 180, 64, true],
    [5, 90, 48, true],
    [6, 90, 48, false],
    [7, 270, 48, true],
    [8, 270, 48, false],
  ])("EXIF orientation %i turns by %i°", async (orientation, rotation, displayWidth, mirrored) => {
    const { video } = await probe(await held(orientation));
    expect(video).toMatchObject({ rotation, displayWidth, displayHeight: 112 - displayWidth });
    expect(video?.mirrored).toBe(mirrored ? true : undefined);
  });

  test("a picture that was cut off is used as far as it goes, or refused", async () => {
    const jpeg = await readFile(join(folder, "still.jpg"));
    const half = await probe(await file("half", jpeg.subarray(0, jpeg.length / 2)));
    expect(half.warnings).toEqual([expect.stringContaining("damaged")]);
    const little = probe(await file("little", jpeg.subarray(0, 100)));
    await expect(little).rejects.toMatchObject({ code: "damaged_media" });
    const mark = probe(await file("mark", jpeg.subarray(0, 3)));
    await expect(mark).rejects.toMatchObject({ code: "damaged_media" });
  });
});

describe("probing sound and film made here", () => {
  test("finds the length of sound that does not say it", async () => {
    const path = await ffmpeg("tone.aac", "-f", "lavfi", "-i", "sine=duration=7");
    const facts = await probe(path);
    expect(facts.type).toBe("audio");
    expect(Math.abs((facts.durationMs ?? 0) - 7000)).toBeLessThan(60);
  });

  test("a film with subtitles alone is refused", async () => {
    const text = await file("words.srt", Buffer.from("1\n00:00:00,000 --> 00:00:01,000\nhi\n"));
    const path = await ffmpeg("words.mkv", "-i", text);
    await expect(probe(path)).rejects.toMatchObject({
      code: "unsupported_media",
      message: "there is no video, sound or picture in it",
    });
    await expect(probe(text)).rejects.toMatchObject({ message: "it is text" });
  });

  test("interlaced H.264 is known as such, in any container", async () => {
    const flags = ["-t", "1", "-c:v", "libx264", "-flags", "+ildct+ilme", "-pix_fmt", "yuv420p"];
    expect((await probe(await make("fields.ts", ...flags))).video?.interlaced).toBe(true);
    expect((await probe(await make("fields.mkv", ...flags))).video?.interlaced).toBe(true);
  });
});
