import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pictureFacts } from "../../test/support/picture-facts.ts";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import type { MediaFacts } from "../media/facts.ts";
import { defaultLimits } from "../media/limits.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { decodeFrames } from "./frames.ts";
import type { FramesRequest } from "./frames.ts";

/** 64×48 pixels, red: ffmpeg's libaom made it. */
const redAvif = [
  "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUIAAAD5bWV0YQAAAAAAAAAvaGRscgAAAAAAAAAAcGljdAAAAA",
  "AAAAAAAAAAAFBpY3R1cmVIYW5kbGVyAAAAAA5waXRtAAAAAAABAAAAHmlsb2MAAAAARAAAAQABAAAAAQAAASEAAAAd",
  "AAAAKGlpbmYAAAAAAAEAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAAGppcHJwAAAAS2lwY28AAAAUaXNwZQAAAA",
  "AAAABAAAAAMAAAABBwaXhpAAAAAAMICAgAAAAMYXYxQ4EADAAAAAATY29scm5jbHgAAgACAAIAAAAAF2lwbWEAAAAA",
  "AAAAAQABBAECgwQAAAAlbWRhdAoGGBV/vbAIMhMaAAAAUAAAADatYZemxnfcIjPw",
].join("");

const readsAv1 = /\bav1\b/.test(execFileSync("ffmpeg", ["-v", "error", "-decoders"]).toString());

let sandbox: Sandbox;
let dir: string;
beforeAll(async () => {
  sandbox = await createSandbox();
  dir = mkdtempSync(join(tmpdir(), "dailies-frames-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const size = 64;

function make(name: string, source: string, ...args: string[]): string {
  const path = join(dir, name);
  const input = ["-v", "error", "-y", "-f", "lavfi", "-i", source];
  execFileSync("ffmpeg", [...input, ...args, path]);
  return path;
}

async function decode(path: string, seen: MediaFacts, more: Partial<FramesRequest> = {}) {
  // It is read as the probe read it, and in no other way.
  const facts = path.endsWith(".png") ? { ...seen, container: "png_pipe" } : seen;
  const times: number[] = [];
  const pictures: Uint8Array[] = [];
  const onFrame: FramesRequest["onFrame"] = async ({ timestampMs, pixels }) => {
    times.push(timestampMs);
    pictures.push(Uint8Array.from(pixels));
  };
  const signal = new AbortController().signal;
  const request = {
    path,
    facts,
    sampling: "first",
    size,
    limits: defaultLimits,
    signal,
    onFrame,
  } as const;
  const decoded = await decodeFrames({ sandbox, ffmpeg: "ffmpeg" }, { ...request, ...more });
  return { ...decoded, times, pictures };
}

/** The colour in the middle of a ninth of the picture, as a word. */
function colourAt(picture: Uint8Array | undefined, column: 0 | 1 | 2, row: 0 | 1 | 2): string {
  const x = Math.floor(((column + 0.5) / 3) * size);
  // As wide as what it was fitted into.
  const y = Math.floor((((row + 0.5) / 3) * (picture?.length ?? 0)) / 3 / size);
  const [red = 0, green = 0, blue = 0] = picture?.subarray((y * size + x) * 3) ?? [];
  return red > 150 ? "red" : green > 100 ? "green" : blue > 150 ? "blue" : "other";
}

const everyHalfSecond = { intervalMs: 500, keyframesOnly: false };

describe("frames of a video", () => {
  it("come at the planned times, with their true ones, from the media's start", async () => {
    const path = make("ten.mp4", "testsrc=s=64x36:r=10:d=3");
    const facts = pictureFacts("video", 64, 36, { durationMs: 3000 });
    const { times, frames } = await decode(path, facts, { sampling: everyHalfSecond });
    expect(times).toEqual([0, 500, 1000, 1500, 2000, 2500]);
    expect(frames).toBe(6);
  });

  it("come with the cuts between them, at the frame where the new picture begins", async () => {
    const path = make(
      "cut.mp4",
      "testsrc=s=64x36:r=10:d=2[a];mandelbrot=s=64x36:r=10,trim=duration=1.3,setsar=1[b];[a][b]concat",
    );
    const facts = pictureFacts("video", 64, 36, { durationMs: 3300 });
    const { cuts, times } = await decode(path, facts, { sampling: everyHalfSecond });
    expect(cuts.map(({ atMs }) => atMs)).toEqual([2000]);
    expect(cuts[0]?.confidence).toBeGreaterThan(0.5);
    expect(times).toHaveLength(7);
    const seldom = { intervalMs: 3000, keyframesOnly: false };
    expect((await decode(path, facts, { sampling: seldom })).cuts).toEqual(cuts);
  });

  it("are only the keyframes when told so", async () => {
    const path = make("keys.mp4", "testsrc=s=64x36:r=10:d=6", "-g", "25", "-keyint_min", "25");
    const facts = pictureFacts("video", 64, 36, { durationMs: 6000 });
    const sampling = { intervalMs: 500, keyframesOnly: true };
    expect((await decode(path, facts, { sampling })).times).toEqual([0, 2500, 5000]);
  });

  it("are handed over one at a time, and decoding waits", async () => {
    const path = make("slow.mp4", "testsrc=s=64x36:r=10:d=2");
    const facts = pictureFacts("video", 64, 36, { durationMs: 2000 });
    let busy = 0;
    let most = 0;
    const onFrame = async () => {
      busy += 1;
      most = Math.max(most, busy);
      await new Promise((resolve) => setTimeout(resolve, 20));
      busy -= 1;
    };
    const sampling = { intervalMs: 100, keyframesOnly: false };
    expect((await decode(path, facts, { sampling, onFrame })).frames).toBe(20);
    expect(most).toBe(1);
  });

  it("stop when their reader fails, with that failure", async () => {
    const path = make("long.mp4", "testsrc=s=64x36:r=25:d=20");
    const facts = pictureFacts("video", 64, 36, { durationMs: 20_000 });
    const onFrame = () => Promise.reject(new Error("cannot look"));
    await expect(decode(path, facts, { sampling: everyHalfSecond, onFrame })).rejects.toThrow(
      "cannot look",
    );
  });

  it("stop at the signal", async () => {
    const path = make("cancelled.mp4", "testsrc=s=64x36:r=25:d=20");
    const facts = pictureFacts("video", 64, 36, { durationMs: 20_000 });
    const controller = new AbortController();
    const onFrame = async () => controller.abort();
    const more = { sampling: everyHalfSecond, onFrame, signal: controller.signal };
    await expect(decode(path, facts, more)).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("pictures as displayed", () => {
  // Red above, green to the left, blue to the right.
  const scene =
    "color=green:s=60x60,drawbox=30:0:30:60:blue:fill,drawbox=0:0:60:20:red:fill,format=yuv420p";

  it.each([
    { rotation: 0, turn: "null" },
    { rotation: 90, turn: "transpose=cclock" },
    { rotation: 180, turn: "hflip,vflip" },
    { rotation: 270, turn: "transpose=clock" },
  ] as const)("are turned by $rotation degrees", async ({ rotation, turn }) => {
    const path = make(`turned-${rotation}.png`, `${scene},${turn}`, "-frames:v", "1");
    const { pictures } = await decode(path, pictureFacts("image", 60, 60, { rotation }));
    const places = [
      colourAt(pictures[0], 1, 0),
      colourAt(pictures[0], 0, 2),
      colourAt(pictures[0], 2, 2),
    ];
    expect(places).toEqual(["red", "green", "blue"]);
  });

  it("are turned once, when the video's container says so too", async () => {
    const upright = make("stored.mp4", `${scene},transpose=cclock`, "-frames:v", "1");
    const path = join(dir, "rotated.mp4");
    const copy = [
      "-v",
      "error",
      "-y",
      "-i",
      upright,
      "-c",
      "copy",
      "-metadata:s:v",
      "rotate=270",
      path,
    ];
    execFileSync("ffmpeg", copy);
    const { pictures } = await decode(path, pictureFacts("video", 60, 60, { rotation: 90 }));
    expect(colourAt(pictures[0], 1, 0)).toBe("red");
  });

  it.each([
    ["jpg", "jpeg_pipe"],
    ["webp", "webp_pipe"],
    ["bmp", "bmp_pipe"],
    ["tiff", "tiff_pipe"],
    ["gif", "gif"],
  ])("are read from .%s", async (ending, container) => {
    const path = make(`red.${ending}`, "color=red:s=60x60", "-frames:v", "1");
    const { pictures } = await decode(path, { ...pictureFacts("image", 60, 60), container });
    expect(pictures).toHaveLength(1);
    expect(colourAt(pictures[0], 1, 1)).toBe("red");
  });

  it.runIf(readsAv1)("are read from AVIF, where ffmpeg decodes AV1", async () => {
    const path = join(dir, "red.avif");
    writeFileSync(path, Buffer.from(redAvif, "base64"));
    const container = "mov,mp4,m4a,3gp,3g2,mj2";
    const { pictures } = await decode(path, { ...pictureFacts("image", 64, 48), container });
    expect(colourAt(pictures[0], 1, 1)).toBe("red");
  });

  it("may be as large as the limit, though decoders make room for more", async () => {
    // 720 is no whole number of JPEG's blocks with their margins: they take 752×500 for it.
    const path = make("large.jpg", "color=red:s=720x500", "-frames:v", "1");
    const facts = { ...pictureFacts("image", 720, 500), container: "jpeg_pipe" };
    const just = { ...defaultLimits, maxPicturePixels: 720 * 500 };
    expect((await decode(path, facts, { limits: just })).frames).toBe(1);
    const half = { ...defaultLimits, maxPicturePixels: 720 * 250 };
    await expect(decode(path, facts, { limits: half })).rejects.toMatchObject({
      code: "limit_pixels",
    });
  });

  it("keep their proportions, square pixels or not, and come without bars", async () => {
    const path = make("wide.png", "color=red:s=60x60", "-frames:v", "1");
    const facts = pictureFacts("image", 60, 60, { displayWidth: 180, displayHeight: 60 });
    const [picture] = (await decode(path, facts)).pictures;
    expect(picture).toHaveLength(64 * 21 * 3);
    expect(([0, 1, 2] as const).map((row) => colourAt(picture, 1, row))).toEqual(
      Array(3).fill("red"),
    );
  });
});

describeWithSharedMedia("frames of odd files", () => {
  const odd = (name: string) => sharedMedia(`hostile/${name}`);

  it.each([
    ["random.mp4", "damaged_media"],
    ["zero_byte.mp4", "damaged_media"],
    ["evil_hls_file.mp4", "damaged_media"],
    ["evil_concat.mp4", "damaged_media"],
    ["no_video.mp4", "damaged_media"],
    ["bomb_16000.png", "limit_pixels"],
  ])("%s is refused: %s", async (name, code) => {
    const facts = pictureFacts("video", 64, 64, { durationMs: 1000 });
    await expect(decode(odd(name), facts)).rejects.toMatchObject({ code });
  });

  it("come from a damaged file as far as it can be read, with its complaints", async () => {
    const facts = pictureFacts("video", 640, 360, { durationMs: 4000 });
    const { frames, complaints } = await decode(odd("bitflip.mp4"), facts, {
      sampling: everyHalfSecond,
    });
    expect(frames).toBeGreaterThanOrEqual(4);
    expect(complaints[0]).toContain("h264");
  });

  it("come from HDR", async () => {
    const display = { displayWidth: 640, displayHeight: 330 };
    const facts = pictureFacts("video", 640, 360, { transfer: "pq", durationMs: 2000, ...display });
    expect((await decode(odd("hdr10_pq.mp4"), facts)).frames).toBe(1);
  });

  it("have rising times where the frame rate varies", async () => {
    const facts = pictureFacts("video", 640, 360, { durationMs: 4000 });
    const { times } = await decode(odd("vfr.mp4"), facts, { sampling: everyHalfSecond });
    expect(times.length).toBeGreaterThan(2);
    for (const [index, time] of times.slice(1).entries())
      expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(499);
  });
});
