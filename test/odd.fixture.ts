import { createProbe } from "../src/probe/probe.ts";
import { defaultLimits, type Limits } from "../src/media/limits.ts";
import type { MediaFacts } from "../src/media/facts.ts";
import type { RenditionName } from "../src/media/media.ts";
import type { Sandbox } from "../src/sandbox/sandbox.ts";
import { decodeSound } from "../src/transcribe/decode-sound.ts";
import { decode, openWorkshop, type Played } from "../src/transcode/ffmpeg/workshop.fixture.ts";

/** What the product makes of a file: its facts, its renditions, and the sound that is transcribed. */
export interface Outcome {
  readonly facts: MediaFacts;
  readonly renditions: Partial<Record<RenditionName, Played>>;
  readonly notes: readonly string[];
}

const signal = new AbortController().signal;

/** The engines of the product, in a folder of their own. */
export async function openBench(sandbox: Sandbox) {
  const shop = await openWorkshop();
  const probe = (path: string, limits: Partial<Limits> = {}): Promise<MediaFacts> =>
    createProbe({ sandbox, limits: { ...defaultLimits, ...limits } })(path, { signal });
  return {
    probe,
    dir: shop.dir,
    async make(path: string, names: readonly RenditionName[]): Promise<Outcome> {
      const facts = await probe(path);
      return { facts, ...(await shop.make(path, facts, names)) };
    },
    /** What is transcribed of an upload without renditions, as samples of 16 kHz. */
    async upload(path: string): Promise<Int16Array> {
      const { audio, container } = await probe(path);
      if (audio === undefined) throw new Error("it has no sound");
      const { mixGain: gain, channels } = audio;
      const mix = gain === undefined ? {} : { mix: { channels, gain } };
      const track = { ...audio, ...mix, container };
      const sound = decodeSound(sandbox, path, { limits: defaultLimits, signal, track });
      return samplesOf(sound.bytes);
    },
    /** The same of an audio rendition. */
    rendition: (path = ""): Promise<Int16Array> =>
      samplesOf(decodeSound(sandbox, path, { limits: defaultLimits, signal }).bytes),
    close: () => shop.close(),
  };
}

async function samplesOf(sound: AsyncGenerator<Uint8Array>): Promise<Int16Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of sound) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readInt16LE(2 * at));
}

/** When sound begins after silence of 300 ms or more, in seconds; and how loud the loudest is, 0–1. */
export function phrases(samples: Int16Array): { starts: number[]; peak: number; seconds: number } {
  const block = 160; // 10 ms
  const loudness = Array.from({ length: Math.ceil(samples.length / block) }, (_, index) =>
    samples
      .subarray(index * block, (index + 1) * block)
      .reduce((most, value) => Math.max(most, Math.abs(value)), 0),
  );
  const loudestOfAll = Math.max(0, ...loudness);
  const starts: number[] = [];
  let quiet = 30;
  for (const [index, loudest] of loudness.entries()) {
    if (loudest < loudestOfAll / 8) quiet += 1;
    else {
      if (quiet >= 30) starts.push(index / 100);
      quiet = 0;
    }
  }
  return { starts, peak: loudestOfAll / 32_768, seconds: samples.length / 16_000 };
}

/** One frame at a time in seconds, as `width`×`height` RGB. */
export function frameAt(path: string, seconds: number, width = 16, height = 16): Promise<Buffer> {
  const filter = `trim=start=${seconds},format=rgb24,scale=${width}:${height}:flags=area`;
  return decode(path, ["-map", "0:v:0", "-vf", filter, "-frames:v", "1", "-f", "rawvideo"]);
}

/** RGB pixels, turned clockwise by quarters. */
export function turned(pixels: Buffer, width: number, height: number, quarters: number): Buffer {
  if (quarters === 0) return pixels;
  const out = Buffer.alloc(pixels.length);
  for (let y = 0; y < width; y += 1)
    for (let x = 0; x < height; x += 1)
      pixels.copy(
        out,
        (y * height + x) * 3,
        ((height - 1 - x) * width + y) * 3,
        ((height - 1 - x) * width + y) * 3 + 3,
      );
  return turned(out, height, width, quarters - 1);
}
