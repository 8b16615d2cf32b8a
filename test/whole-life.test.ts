import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ReportJson } from "../src/cli/process-lines.ts";
import type { HitJson } from "../src/cli/search.ts";
import type { DetailsJson } from "../src/cli/show.ts";
import { fromTranscribeJson } from "../src/media/transcribe-json.ts";
import { transcriptText } from "../src/media/transcript.ts";
import { wordError, wordErrorRate } from "../src/transcribe/word-error.ts";
import { ffmpeg } from "./support/ffmpeg.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";

/**
 * The whole program processes real footage, real recordings and real pictures: the first seconds of
 * the film and the shorter recordings. `npm run whole-life` uses all of them in full.
 */
const takesAll = process.env["WHOLE_LIFE"] === "all";

const launcher = fileURLToPath(new URL("../bin/dailies", import.meta.url));
let folder: string;
let out: string;

/** The peak memory of a process so far, in bytes. */
function peakMemory(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0; // it has just ended
  }
}

async function dailies<T>(...args: string[]): Promise<{ answer: T; peakBytes: number }> {
  const child = spawn(launcher, [...args, "--json", "--data-dir", join(folder, "library")]);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.resume();
  let peakBytes = 0;
  const watch = setInterval(
    () => (peakBytes = Math.max(peakBytes, peakMemory(child.pid ?? 0))),
    50,
  );
  const exitCode = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(watch);
  expect(exitCode, stdout).toBe(0);
  return { answer: JSON.parse(stdout) as T, peakBytes };
}

interface Streams {
  readonly format: { duration: string };
  readonly streams: readonly Record<string, string | number>[];
}

function probe(path: string): Streams {
  const show = ["-show_format", "-show_streams", "-of", "json"];
  return JSON.parse(String(execFileSync("ffprobe", ["-v", "error", ...show, path]))) as Streams;
}

const streamOf = (path: string, type: "video" | "audio") =>
  probe(path).streams.find((stream) => stream["codec_type"] === type) ?? {};

/** Recordings of up to 12 s, which together take as long as the longest alone. */
const references = (): string[][] =>
  readFileSync(sharedMedia("speech/references.tsv"), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split("\t"))
    .filter(([file]) => takesAll || statSync(sharedMedia(`speech/${file}`)).size < 400_000);

/** A video of people walking while a voice reads: all of it, or 8 s. */
function film(): string {
  const whole = sharedMedia("video/walkers.mp4");
  if (takesAll) return whole;
  const path = join(folder, "walkers.mp4");
  ffmpeg("-i", whole, "-t", "8", "-preset", "veryfast", path);
  return path;
}

describeWithSharedMedia("the whole life of real media", () => {
  const names = ["walkers.mp4", "pets.jpg", "cat_720p.jpg", "hot_dog.jpg", "sample.jpg"];
  let first: { answer: ReportJson; peakBytes: number };
  let inputs: string[];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-life-"));
    out = join(folder, "out");
    const images = readdirSync(sharedMedia("images")).filter((file) => file.endsWith(".jpg"));
    inputs = [
      film(),
      ...images.map((file) => sharedMedia(`images/${file}`)),
      ...references().map(([file]) => sharedMedia(`speech/${file}`)),
    ];
    first = await dailies<ReportJson>("process", ...inputs, "--out", out);
  }, 240_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("does every step of every media file, with constant memory", () => {
    const { finished, refused } = first.answer;
    expect(refused).toEqual([]);
    expect(finished).toHaveLength(inputs.length);
    for (const { name, jobs } of finished)
      for (const job of jobs)
        expect(["succeeded", "skipped"], `${name} ${job.step}`).toContain(job.state);
    expect(first.peakBytes).toBeLessThan(150 * 1024 ** 2);
  });

  it("makes the renditions that the presets promise", () => {
    const file = (key: string) => join(out, "output", key);
    expect(streamOf(file("web/walkers.mp4"), "video")).toMatchObject({
      codec_name: "h264",
      profile: "Main",
      level: 31,
      width: 768,
      height: 432,
      pix_fmt: "yuv420p",
    });
    for (const kind of ["web", "phone"])
      expect(streamOf(file(`${kind}/walkers.mp4`), "audio")).toMatchObject({
        codec_name: "aac",
        sample_rate: "44100",
        channels: 1,
      });
    expect(streamOf(file("audio/walkers.mp3"), "audio")).toMatchObject({
      codec_name: "mp3",
      bit_rate: "320000",
    });
    expect(streamOf(file("gif/walkers.gif"), "video")).toMatchObject({ width: 480, height: 270 });
    expect(Number(probe(file("gif/walkers.gif")).format.duration)).toBeCloseTo(6, 1);
    expect(streamOf(file("poster/walkers.jpg"), "video")).toMatchObject({ codec_name: "mjpeg" });
  });

  it("keeps sound and picture in sync within a frame", () => {
    const [source = ""] = inputs;
    for (const kind of ["web", "phone"]) {
      const path = join(out, "output", kind, "walkers.mp4");
      const [video, audio] = [streamOf(path, "video"), streamOf(path, "audio")];
      const apart = (what: string) => Math.abs(Number(video[what]) - Number(audio[what]));
      expect(apart("start_time"), kind).toBeLessThan(0.1);
      const lengths = [video, audio].map((stream) => Number(stream["duration"]));
      for (const [index, type] of (["video", "audio"] as const).entries())
        expect(
          Math.abs((lengths[index] ?? 0) - Number(streamOf(source, type)["duration"])),
          `${kind} ${type}`,
        ).toBeLessThan(0.1);
    }
  });

  // The engine is unsteady: the MP3 of another encoder may change some words (docs/speech.md).
  it("has a word error rate of at most 36 % on clean speech", () => {
    const results = references().map(([file = "", said = ""]) => {
      const json: unknown = JSON.parse(
        readFileSync(join(out, "output/transcribe", `${file}.json`), "utf8"),
      );
      const { words } = fromTranscribeJson(json);
      let free = 0;
      for (const word of words) {
        expect(word.text).toMatch(/^[a-z'.-]+$/);
        expect(word.startMs).toBeGreaterThanOrEqual(free);
        expect(word.endMs).toBeGreaterThan(word.startMs);
        expect(word.confidence).toBeLessThanOrEqual(1);
        free = word.endMs;
      }
      return wordError(said, transcriptText(words));
    });
    expect(wordErrorRate(results)).toBeLessThanOrEqual(0.36);
  });

  it("finds persons, animals and things", async () => {
    const seen = async (name: string) => {
      const { answer } = await dailies<DetailsJson>("show", name);
      return answer.labels.map((label) => label.name);
    };
    const [walkers, pets, cat, hotDog, dogOnSnow] = await Promise.all(names.map(seen));
    expect(walkers).toContain("Person");
    expect(pets).toContain("Dog");
    expect(cat).toContain("Cat");
    expect(hotDog).toContain("Hot Dog");
    expect(dogOnSnow).toContain("Animal");
  });

  it("finds spoken words with their times", async () => {
    const { answer } = await dailies<{ hits: HitJson[] }>(
      "search",
      "wisdom",
      "--media-type",
      "video",
    );
    expect(answer.hits.map((hit) => hit.name)).toEqual(["walkers.mp4"]);
    expect(answer.hits[0]?.moments[0]?.snippet).toContain("[wisdom]");
    expect(Math.abs((answer.hits[0]?.moments[0]?.startMs ?? 0) - 5_800)).toBeLessThan(300);
  });

  it("does no work the second time", async () => {
    const again = await dailies<ReportJson>("process", ...inputs, "--out", out);
    expect(again.answer.finished.filter(({ state }) => state !== "unchanged")).toEqual([]);
    expect(again.answer.finished).toHaveLength(inputs.length);
  });
});
