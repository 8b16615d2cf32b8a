import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectOutput, type OutputFormat } from "./inspect.ts";
import { generate, openWorkshop, type Workshop } from "./workshop.fixture.ts";

let shop: Workshop;
const outputs: { format: OutputFormat; path: string; args: string[] }[] = [];

beforeAll(async () => {
  shop = await openWorkshop();
  const args: Record<OutputFormat, string[]> = {
    mp4: ["-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart", "-f", "mp4"],
    mp3: ["-vn", "-c:a", "libmp3lame", "-f", "mp3"],
    gif: ["-an", "-f", "gif"],
    jpeg: ["-an", "-frames:v", "1", "-f", "mjpeg"],
  };
  const sources = [
    "-f",
    "lavfi",
    "-i",
    "testsrc2=s=64x36:r=10:d=1",
    "-f",
    "lavfi",
    "-i",
    "sine=d=1",
  ];
  for (const format of ["mp4", "mp3", "gif", "jpeg"] as const) {
    const path = join(shop.dir, `whole.${format}`);
    outputs.push({ format, path, args: args[format] });
    await generate([...sources, "-pix_fmt", "yuv420p", ...args[format], path]);
  }
});
afterAll(() => shop.close());

describe("inspectOutput", () => {
  it("finds size and lengths where the format states them", async () => {
    const found = await Promise.all(
      outputs.map(async ({ format, path }) => [format, await inspectOutput(path, format)]),
    );
    const size = { width: 64, height: 36 };
    const { mp4, ...others } = Object.fromEntries(found);
    expect(others).toEqual({ mp3: { soundBytes: 8359 }, gif: size, jpeg: size });
    expect(mp4).toMatchObject({ ...size, durationMs: expect.closeTo(1000, -2) });
    expect(mp4.tracks).toMatchObject([
      { kind: "video", durationMs: 1000, ...size },
      { kind: "audio", durationMs: expect.closeTo(1000, -2) },
    ]);
  });

  it("finds no sound in an MP3 that has only the frame that describes the others", async () => {
    const whole = await readFile(join(shop.dir, "whole.mp3"));
    const empty = join(shop.dir, "empty.mp3");
    await writeFile(empty, whole.subarray(0, -8359));
    expect(await inspectOutput(empty, "mp3")).toEqual({ soundBytes: 0 });
  });

  it("takes nothing that was cut off for whole, at whatever byte", async () => {
    for (const { format, path } of outputs.filter((output) => output.format !== "mp3")) {
      const whole = await readFile(path);
      const cut = join(shop.dir, `cut.${format}`);
      for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 60)) {
        await writeFile(cut, whole.subarray(0, length));
        expect(await inspectOutput(cut, format), `${format}, ${length} bytes`).toBeUndefined();
      }
    }
  });

  it("finds nothing in what is absent, empty or something else", async () => {
    const noise = join(shop.dir, "noise");
    await writeFile(noise, Buffer.alloc(4096, 7));
    const empty = join(shop.dir, "empty");
    await writeFile(empty, "");
    for (const format of ["mp4", "mp3", "gif", "jpeg"] as const)
      for (const path of [noise, empty, join(shop.dir, "absent")])
        expect(await inspectOutput(path, format)).toBeUndefined();
  });
});
