import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import { defaultLimits, type Limits } from "../media/limits.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { decodeSound } from "./decode-sound.ts";
import type { SoundTrack } from "./transcriber.ts";

const run = promisify(execFile);
let sandbox: Sandbox;
let folder: string;

beforeAll(async () => {
  sandbox = await createSandbox();
  folder = await mkdtemp(join(tmpdir(), "dailies-decode-"));
});
afterAll(() => rm(folder, { recursive: true }));

const signal = new AbortController().signal;

interface Decoded {
  readonly samples: Int16Array;
  readonly durationMs: number;
  readonly notes: readonly string[];
}

async function decode(
  path: string,
  track?: SoundTrack,
  limits: Limits = defaultLimits,
): Promise<Decoded> {
  const sound = decodeSound(sandbox, path, { limits, durationMs: 4_000, track, signal });
  const chunks: Uint8Array[] = [];
  for await (const bytes of sound.bytes) chunks.push(bytes);
  const { buffer } = Uint8Array.from(Buffer.concat(chunks));
  return {
    samples: new Int16Array(buffer),
    durationMs: sound.decodedMs(),
    notes: sound.notes(),
  };
}

/** The loudest of the samples between two times. */
function peak({ samples }: Decoded, fromMs: number, toMs: number): number {
  return samples.subarray(fromMs * 16, toMs * 16).reduce((most, one) => Math.max(most, one), 0);
}

const mov = "mov,mp4,m4a,3gp,3g2,mj2";
const matroska = "matroska,webm";

async function generate(name: string, ...args: readonly string[]): Promise<string> {
  const path = join(folder, name);
  await run("ffmpeg", ["-nostdin", "-v", "error", ...args, path]);
  return path;
}

const tone = (seconds: number): string[] => ["-f", "lavfi", "-i", `sine=d=${seconds}`];

describe("the sound of an upload", () => {
  it("begins when the film does, so that words are in step with the renditions", async () => {
    const picture = ["-f", "lavfi", "-i", "color=size=64x64:duration=3"];
    const late = await generate("late.mkv", ...picture, "-itsoffset", "1", ...tone(2));
    const sound = await decode(late, { container: matroska, streamIndex: 1 });
    expect(sound.durationMs).toBeCloseTo(3_000, -2);
    expect(peak(sound, 0, 900)).toBe(0);
    expect(peak(sound, 1_100, 2_900)).toBeGreaterThan(1_000);
    expect(sound.notes).toEqual([]);
  });

  it("is of the track that is asked for", async () => {
    const silence = ["-f", "lavfi", "-i", "anullsrc=d=1"];
    const maps = ["-map", "0", "-map", "1"];
    const two = await generate("two.mka", ...silence, ...tone(1), ...maps);
    const [first, second] = [
      await decode(two, { container: matroska, streamIndex: 0 }),
      await decode(two, { container: matroska, streamIndex: 1 }),
    ];
    expect(peak(first, 0, 1_000)).toBe(0);
    expect(peak(second, 0, 1_000)).toBeGreaterThan(1_000);
  });

  it("is of one channel alone, where that is asked for", async () => {
    const sides = "aevalsrc=0|0.5*sin(2000*t):d=1:s=16000";
    const path = await generate("sides.wav", "-f", "lavfi", "-i", sides);
    const wav = { container: "wav", streamIndex: 0 };
    const [left, right] = [
      await decode(path, { ...wav, channel: 0 }),
      await decode(path, { ...wav, channel: 1 }),
    ];
    expect(peak(left, 0, 1_000)).toBe(0);
    expect(peak(right, 0, 1_000)).toBeGreaterThan(15_000);
  });

  it("is refused when it plays longer than is allowed, also by a file that does not say so", async () => {
    const path = await generate("long.wav", ...tone(3));
    const limits = { ...defaultLimits, maxDurationMs: 1_500 };
    const track = { container: "wav", streamIndex: 0 };
    await expect(decode(path, track, limits)).rejects.toMatchObject({ code: "limit_duration" });
  });

  it("ends with its reader", async () => {
    const path = await generate("minutes.flac", ...tone(600));
    const options = { limits: defaultLimits, durationMs: 600_000, signal };
    const sound = decodeSound(sandbox, path, options);
    await sound.bytes.next();
    await sound.bytes.return(undefined);
    expect(sound.decodedMs()).toBeLessThan(60_000);
  });
});

describeWithSharedMedia("the sound of damaged uploads", () => {
  const aac = { container: mov, streamIndex: 1, durationMs: 4_000 };
  it("half a file: what there is, and how much that is", async () => {
    const { durationMs, notes } = await decode(sharedMedia("hostile/trunc_faststart.mp4"), aac);
    expect(durationMs).toBeGreaterThan(1_000);
    expect(durationMs).toBeLessThan(2_000);
    expect(notes).toEqual([
      expect.stringMatching(/^the source is damaged: .*1\.\d of 4\.0 s could be decoded$/),
    ]);
  });

  it("nothing at all is an error with a code", async () => {
    for (const name of ["random.mp4", "trunc_nomoov.mp4", "evil_hls_file.mp4"])
      await expect(decode(sharedMedia(`hostile/${name}`), aac)).rejects.toMatchObject({
        code: "damaged_media",
      });
  });
});
