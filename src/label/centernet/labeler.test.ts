import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { ffmpeg } from "../../../test/support/ffmpeg.ts";
import { pictureFacts } from "../../../test/support/picture-facts.ts";
import { isAlive } from "../../../test/support/processes.ts";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import type { Progress } from "../../media/engine.ts";
import { doWork } from "../../../test/support/do-work.ts";
import type { MediaFacts } from "../../media/facts.ts";
import { defaultLimits } from "../../media/limits.ts";
import type { Box } from "../../media/label.ts";
import { createMemoryObjectStore } from "../../objects/memory.ts";
import { createSandbox } from "../../sandbox/create.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { overlap } from "../geometry.ts";
import { summarize } from "../timeline.ts";
import { createCenternetLabeler } from "./labeler.ts";
import type { CenternetLabeler } from "./labeler.ts";

const objects = createMemoryObjectStore();
let sandbox: Sandbox;
let dir: string;
let labeler: CenternetLabeler;
const others: CenternetLabeler[] = [];
const seenPids = new Set<number>();

const options = () => ({ sandbox, objects, limits: defaultLimits });

beforeAll(async () => {
  sandbox = await createSandbox();
  dir = mkdtempSync(join(tmpdir(), "dailies-label-"));
  labeler = createCenternetLabeler(options());
});
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.close()));
});
afterAll(async () => {
  await labeler.close();
  rmSync(dir, { recursive: true, force: true });
  expect([...seenPids].filter(isAlive)).toEqual([]);
});

/** A labeller of a test's own, closed after it. */
function another(
  more: Partial<Parameters<typeof createCenternetLabeler>[0]> = {},
): CenternetLabeler {
  const made = createCenternetLabeler({ ...options(), ...more });
  others.push(made);
  return made;
}

const petsPath = sharedMedia("images/pets.jpg");
const pets = pictureFacts("image", 512, 430);

async function label(
  path: string,
  facts: MediaFacts,
  more: {
    by?: CenternetLabeler;
    signal?: AbortSignal;
    onProgress?: (progress: Progress) => void;
  } = {},
) {
  const { by = labeler, signal = new AbortController().signal, onProgress = () => {} } = more;
  const source = await objects.putFile({ bucket: "uploads", key: path }, path);
  try {
    const work = { signal, onProgress, workDir: dir };
    return (await doWork(by, { source, facts }, work)).labeling;
  } finally {
    for (const pid of by.pids()) seenPids.add(pid);
    await objects.remove(source);
  }
}

const namesOf = (labeling: Parameters<typeof summarize>[0]) =>
  summarize(labeling).map(({ name }) => name);

/** The first seconds of the walkers, stored turned by these filters. */
function walkers(name: string, seconds: number, ...filters: string[]): string {
  const path = join(dir, name);
  const video = sharedMedia("video/walkers.mp4");
  const codec = filters.length > 0 ? ["-vf", ...filters] : ["-c", "copy"];
  ffmpeg("-ss", "2", "-i", video, "-t", String(seconds), "-an", ...codec, path);
  return path;
}

describeWithSharedMedia("CenterNet on pictures", () => {
  // What it finds in the other pictures is seen in test/whole-life.test.ts.
  it("finds two dogs, their places, and what they are kinds of", async () => {
    const labeling = await label(petsPath, pets);
    const [dog] = labeling.frames[0]?.labels.filter(({ name }) => name === "Dog") ?? [];
    expect(dog?.instances).toHaveLength(2);
    expect(dog?.confidence).toBeGreaterThan(0.6);
    expect(namesOf(labeling).toSorted()).toEqual(["Animal", "Canine", "Dog", "Mammal", "Pet"]);
    expect(labeling.frames[0]?.timestampMs).toBeUndefined();
    expect(labeling.segments).toEqual([]);
    expect(labeling.engine).toMatchObject({
      name: "centernet",
      version: expect.stringContaining("4."),
    });
  });

  it("turns a photograph as its facts say: the same dogs at the same places", async () => {
    const path = join(dir, "turned.jpg");
    ffmpeg("-i", petsPath, "-vf", "transpose=cclock", path);
    const places = (labeling: Awaited<ReturnType<typeof label>>): Box[] =>
      labeling.frames.flatMap(({ labels }) =>
        labels.flatMap(({ name, instances }) =>
          name === "Dog" ? instances.map(({ box }) => box) : [],
        ),
      );
    const upright = places(await label(petsPath, pets));
    const facts = pictureFacts("image", 430, 512, { rotation: 90 });
    const turned = places(await label(path, facts));
    expect(turned).toHaveLength(upright.length);
    for (const box of upright)
      expect(Math.max(...turned.map((other) => overlap(box, other)))).toBeGreaterThan(0.7);
  });

  it("says what is wrong with what is no picture, and goes on with the next", async () => {
    const facts = { ...pictureFacts("image", 100, 100), container: "png_pipe" };
    await expect(label(sharedMedia("hostile/random.mp4"), facts)).rejects.toMatchObject({
      code: "damaged_media",
    });
    const pids = labeler.pids();
    const labeling = await label(petsPath, pets);
    expect(namesOf(labeling)).toContain("Dog");
    expect(labeler.pids()).toEqual(pids);
  });
});

describeWithSharedMedia("CenterNet on videos", () => {
  it("finds the person from when on they walk, with progress", async () => {
    const facts = pictureFacts("video", 768, 432, { durationMs: 4000 });
    const fractions: number[] = [];
    const onProgress = ({ fraction }: Progress) => void fractions.push(fraction ?? 0);
    const labeling = await label(walkers("walkers.mp4", 4), facts, { onProgress });
    expect(namesOf(labeling)).toEqual(["Person"]);
    expect(labeling.segments).toHaveLength(1);
    expect(labeling.segments[0]?.startMs).toBeLessThan(2500);
    expect(labeling.segments[0]?.endMs).toBeGreaterThan(3500);
    expect(labeling.frames.length).toBeGreaterThanOrEqual(8);
    expect(labeling.frames[3]?.timestampMs).toBe(1500);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.8);
  });

  it("turns a video as its facts say", async () => {
    const path = walkers("turned.mp4", 2, "transpose=clock");
    const facts = pictureFacts("video", 432, 768, { rotation: 270, durationMs: 2000 });
    expect(namesOf(await label(path, facts))).toContain("Person");
  });

  it("looks at all frames of a long video when its keyframes are too rare", async () => {
    const path = join(dir, "rare.mp4");
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=64x36:r=5:d=10", "-g", "9999", path);
    // It claims to last an hour: then 600 frames are planned, one in six seconds.
    const facts = pictureFacts("video", 64, 36, { durationMs: 3_600_000 });
    const { frames } = await label(path, facts);
    expect(frames.map(({ timestampMs }) => timestampMs)).toEqual([0, 6000]);
  });

  it("fails when its child is killed, and starts another, which ends when it has been idle", async () => {
    const facts = pictureFacts("video", 768, 432, { durationMs: 4000 });
    const path = walkers("killed.mp4", 4);
    const by = another({ idleMs: 1000 });
    expect(by.pids()).toEqual([]);
    let killed = 0;
    const onProgress = () => {
      killed = by.pids()[0] ?? 0;
      process.kill(killed, "SIGKILL");
    };
    await expect(label(path, facts, { by, onProgress })).rejects.toMatchObject({
      code: "engine_failed",
      retryable: true,
    });
    expect(by.pids()).toEqual([]);
    expect(namesOf(await label(petsPath, pets, { by }))).toContain("Dog");
    const [pid = 0] = by.pids();
    expect(by.pids()).toEqual([pid]);
    expect(pid).not.toBe(killed);
    expect(isAlive(killed)).toBe(false);
    expect(isAlive(pid)).toBe(true);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
    expect(by.pids()).toEqual([]);
  });

  it("stops at the signal, and leaves no process", async () => {
    const facts = pictureFacts("video", 768, 432, { durationMs: 4000 });
    const controller = new AbortController();
    const more = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(label(walkers("cancelled.mp4", 4), facts, more)).rejects.toMatchObject({
      code: "cancelled",
    });
    await labeler.close();
    expect([...seenPids].filter(isAlive)).toEqual([]);
  });
});

describeWithSharedMedia("CenterNet's child process", () => {
  it("takes no work after the end", async () => {
    const by = another();
    await by.close();
    await expect(label(petsPath, pets, { by })).rejects.toMatchObject({ code: "cancelled" });
  });

  it("names what to install when the model is not there", async () => {
    const by = another({ modelDir: dir });
    await expect(label(petsPath, pets, { by })).rejects.toMatchObject({
      code: "model_missing",
      message: expect.stringContaining("centernet.json"),
    });
  });

  it("tells what the engine said when it cannot start", async () => {
    const modelDir = mkdtempSync(join(dir, "broken-"));
    for (const ending of ["json", "bin"])
      execFileSync("sh", ["-c", 'echo "{" > "$1"', "sh", join(modelDir, `centernet.${ending}`)]);
    await expect(label(petsPath, pets, { by: another({ modelDir }) })).rejects.toMatchObject({
      code: "engine_failed",
      details: { stderr: expect.stringContaining("JSON") },
    });
  });
});
