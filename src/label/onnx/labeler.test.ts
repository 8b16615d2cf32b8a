import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { pictureFacts } from "../../../test/support/picture-facts.ts";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import {
  modelAt,
  sharedClassifier,
  sharedDetector,
  storeOf,
} from "../../../test/support/shared-models.ts";
import { somebodyAt } from "../../../test/support/walkers.ts";
import { finished } from "../../media/engine.ts";
import type { Progress } from "../../media/engine.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { Labeling } from "../../media/label.ts";
import { defaultLimits } from "../../media/limits.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { createMemoryObjectStore } from "../../objects/memory.ts";
import { createSandbox } from "../../sandbox/create.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { imagenetNames } from "../taxonomy.ts";
import { summarize } from "../timeline.ts";
import { createOnnxEngine } from "./labeler.ts";
import type { OnnxEngine, OnnxOptions } from "./labeler.ts";
import { toyModel } from "./toy-model.fixture.ts";
import type { ToyOutput } from "./toy-model.fixture.ts";

const objects = createMemoryObjectStore();
let sandbox: Sandbox;
let dir: string;
let pair: OnnxEngine;
const engines: OnnxEngine[] = [];
const seenPids = new Set<number>();

function engineOf(models: readonly InstalledModel[], more: Partial<OnnxOptions> = {}): OnnxEngine {
  const store = storeOf(...models);
  const engine = createOnnxEngine({
    sandbox,
    objects,
    limits: defaultLimits,
    models: store,
    ...more,
  });
  engines.push(engine);
  return engine;
}

beforeAll(async () => {
  sandbox = await createSandbox();
  dir = mkdtempSync(join(tmpdir(), "dailies-onnx-"));
});
afterEach(async () => {
  await Promise.all(engines.splice(0).map((engine) => engine.close()));
});
afterAll(async () => {
  await pair?.close();
  rmSync(dir, { recursive: true, force: true });
  expect([...seenPids].filter(isAlive)).toEqual([]);
});

/** Zombies have ended: they wait for whoever started them. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

interface More {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly minConfidence?: number;
  readonly maxLabels?: number;
}

let count = 0;

async function label(
  engine: OnnxEngine,
  path: string,
  facts: MediaFacts,
  { signal = new AbortController().signal, onProgress = () => {}, ...wish }: More = {},
): Promise<Labeling> {
  const labeler = engine.best();
  if (!labeler) throw new Error("there is no model");
  count += 1;
  const source = { bucket: "uploads", key: path, version: `v${count}` } as const;
  await objects.putFile(source, path);
  try {
    const request = { jobId: "job", source, facts, ...wish };
    const options = { signal, onProgress, workDir: dir };
    return finished(await labeler.start(request, options)).labeling;
  } finally {
    for (const pid of engine.pids()) seenPids.add(pid);
    await objects.remove(source);
  }
}

const ffmpeg = (...args: string[]) => execFileSync("ffmpeg", ["-v", "error", "-y", ...args]);

const image = (name: string) => sharedMedia(`images/${name}`);
const photographs: Record<string, MediaFacts> = {
  "sample.jpg": pictureFacts("image", 1024, 768),
  "cat_720p.jpg": pictureFacts("image", 1280, 720),
  "hot_dog.jpg": pictureFacts("image", 1280, 853),
  "pets.jpg": pictureFacts("image", 512, 430),
};
const factsOf = (name: string) => photographs[name] ?? pictureFacts("image", 1, 1);

const percents = (labeling: Labeling): Record<string, number> =>
  Object.fromEntries(
    summarize(labeling).map(({ name, confidence }) => [name, Math.round(confidence * 100)]),
  );

describeWithSharedMedia("detector and classifier on pictures", () => {
  beforeAll(() => {
    const models = storeOf(sharedDetector(), sharedClassifier());
    pair = createOnnxEngine({ sandbox, objects, limits: defaultLimits, models });
  });

  it("see the dog on the snow, which the detector takes for a horse", async () => {
    const labeling = await label(pair, image("sample.jpg"), factsOf("sample.jpg"));
    const told = percents(labeling);
    for (const name of ["Dog", "Animal", "Canine", "Mammal", "Pet"])
      expect(told[name]).toBeGreaterThanOrEqual(80);
    expect(told).not.toHaveProperty("Horse");
    const dog = labeling.frames[0]?.labels.find(({ name }) => name === "Dog");
    expect(dog?.instances).toHaveLength(1);
    expect(dog?.parents).toEqual(["Canine", "Pet", "Mammal", "Animal"]);
    expect(labeling.engine).toMatchObject({
      name: "onnx",
      version: expect.stringContaining("onnxruntime-node 1."),
      model: expect.stringMatching(/^yolox-nano \w{12} \+ mobilenet-v2 \w{12}$/),
    });
    expect(labeling.shots).toBeUndefined();
  });

  it("see the cat, the hot dog and both dogs, and nothing that is not there", async () => {
    const cat = percents(await label(pair, image("cat_720p.jpg"), factsOf("cat_720p.jpg")));
    expect(cat["Cat"]).toBeGreaterThanOrEqual(80);
    expect(cat).not.toHaveProperty("Dog");
    const food = percents(await label(pair, image("hot_dog.jpg"), factsOf("hot_dog.jpg")));
    expect(food["Hot Dog"]).toBeGreaterThanOrEqual(80);
    expect(food["Food"]).toBeGreaterThanOrEqual(80);
    expect(food).not.toHaveProperty("Dog");
    const pets = await label(pair, image("pets.jpg"), factsOf("pets.jpg"));
    expect(percents(pets)["Dog"]).toBeGreaterThanOrEqual(80);
    expect(pets.frames[0]?.labels.find(({ name }) => name === "Dog")?.instances).toHaveLength(2);
    expect(percents(pets)).not.toHaveProperty("Cat");
  });

  it("say what is wrong with what is no picture, and go on: as sure and as many as is wanted", async () => {
    const facts = { ...pictureFacts("image", 100, 100), container: "png_pipe" };
    const random = label(pair, sharedMedia("hostile/random.mp4"), facts);
    await expect(random).rejects.toMatchObject({ code: "damaged_media" });
    const pids = pair.pids();
    const wish = { minConfidence: 0.94, maxLabels: 2 };
    const labeling = await label(pair, image("pets.jpg"), factsOf("pets.jpg"), wish);
    const [first, second, ...others] = labeling.frames[0]?.labels ?? [];
    expect(others).toEqual([]);
    expect(Math.min(first?.confidence ?? 0, second?.confidence ?? 0)).toBeGreaterThanOrEqual(0.94);
    expect(pair.pids()).toEqual(pids);
  });
});

/** Some seconds of the walkers, from a keyframe or encoded anew. */
function walkers(name: string, start: number, seconds: number): string {
  const path = join(dir, name);
  const video = sharedMedia("video/walkers.mp4");
  const codec = ["-an", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "18"];
  ffmpeg("-ss", String(start), "-i", video, "-t", String(seconds), ...codec, path);
  return path;
}

describeWithSharedMedia("detector and classifier on videos", () => {
  it("find a person in every frame with one, and in no empty one; one goes, another comes", async () => {
    const facts = pictureFacts("video", 768, 432, { durationMs: 10_000 });
    const fractions: number[] = [];
    const onProgress = ({ fraction }: Progress) => void fractions.push(fraction ?? 0);
    const labeling = await label(pair, walkers("ten.mp4", 22, 10), facts, { onProgress });
    const persons = labeling.frames.map(({ timestampMs = 0, labels }) => ({
      there: somebodyAt(timestampMs + 22_000),
      tracks: labels.flatMap(({ name, instances }) =>
        name === "Person" ? instances.map(({ track }) => track) : [],
      ),
    }));
    const plainly = persons.filter(({ there }) => there === "plainly");
    const found = plainly.filter(({ tracks }) => tracks.length > 0);
    expect(plainly.length).toBeGreaterThanOrEqual(6);
    expect(found.length / plainly.length).toBeGreaterThanOrEqual(0.8);
    for (const { there, tracks } of persons) if (there === "nobody") expect(tracks).toEqual([]);
    const [first, last] = [found[0]?.tracks[0], found.at(-1)?.tracks[0]];
    expect(found[1]?.tracks).toContain(first);
    expect(last).not.toBe(first);
    expect(labeling.segments.filter(({ name }) => name === "Person")).toHaveLength(2);
    expect(labeling.shots).toEqual([{ startMs: 0, endMs: 10_000, confidence: 1 }]);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.9);
  });

  it("find where one picture follows another", async () => {
    const path = join(dir, "cut.mp4");
    const still = ["-loop", "1", "-t", "1.4", "-i", image("sample.jpg")];
    const graph = "[0:v]format=yuv420p[a];[1:v]scale=320:180,setsar=1,fps=25,format=yuv420p[b];";
    const source = ["-f", "lavfi", "-i", "testsrc=s=320x180:r=25:d=1.6"];
    ffmpeg(...source, ...still, "-filter_complex", `${graph}[a][b]concat`, path);
    const facts = pictureFacts("video", 320, 180, { durationMs: 3000 });
    const { shots, frames } = await label(pair, path, facts);
    expect(shots).toMatchObject([
      { startMs: 0, endMs: 1600 },
      { startMs: 1600, endMs: 3000 },
    ]);
    expect(frames.at(-1)?.labels.map(({ name }) => name)).toContain("Dog");
  });

  it("fail when the child is killed, and start another for the next", async () => {
    const facts = pictureFacts("video", 768, 432, { durationMs: 10_000 });
    let killed = 0;
    const onProgress = () => {
      killed = pair.pids()[0] ?? 0;
      process.kill(killed, "SIGKILL");
    };
    const path = join(dir, "ten.mp4");
    await expect(label(pair, path, facts, { onProgress })).rejects.toMatchObject({
      code: "engine_failed",
      retryable: true,
      // The runtime says so when it cannot send usage data: it is not to try.
      details: { stderr: expect.not.stringMatching(/telemetry/i) },
    });
    expect(pair.pids()).toEqual([]);
    expect(percents(await label(pair, image("pets.jpg"), factsOf("pets.jpg")))).toHaveProperty(
      "Dog",
    );
    expect(pair.pids()).not.toContain(killed);
  });

  it("stop at the signal", async () => {
    const facts = pictureFacts("video", 768, 432, { durationMs: 10_000 });
    const controller = new AbortController();
    const more = { signal: controller.signal, onProgress: () => controller.abort() };
    await expect(label(pair, join(dir, "ten.mp4"), facts, more)).rejects.toMatchObject({
      code: "cancelled",
    });
    await pair.close();
    expect([...seenPids].filter(isAlive)).toEqual([]);
  });
});

describeWithSharedMedia("with some of the models", () => {
  const look = async (engine: OnnxEngine) =>
    percents(await label(engine, image("pets.jpg"), factsOf("pets.jpg")));

  it("labels with the detector alone", async () => {
    const detector = engineOf([sharedDetector()]);
    expect(detector.best()?.id).toMatch(/^onnx-\d+:yolox-nano@\w{12}$/);
    expect(await look(detector)).toMatchObject({
      Dog: expect.any(Number),
      Pet: expect.any(Number),
    });
  });

  it("labels with the classifier alone, through WebAssembly as natively", async () => {
    const native = await look(engineOf([sharedClassifier()]));
    expect(native["Dog"]).toBeGreaterThanOrEqual(80);
    expect(Object.keys(native).length).toBeGreaterThan(4);
    const wasm = await look(engineOf([sharedClassifier()], { runtime: "onnxruntime-web" }));
    expect(Object.keys(wasm)).toEqual(Object.keys(native));
    for (const [name, percent] of Object.entries(wasm))
      expect(Math.abs(percent - (native[name] ?? 0))).toBeLessThanOrEqual(2);
  });

  it("is nothing without a model, and names what is gone", () => {
    expect(engineOf([]).best()).toBeUndefined();
    const before = engineOf([sharedDetector()]).best()?.id ?? "";
    expect(engineOf([sharedDetector(), sharedClassifier()]).named(before)?.id).toBe(before);
    expect(() => engineOf([sharedClassifier()]).named(before)).toThrow(/yolox-nano.* not here/);
    const other = before.replace(/@\w+/, "@000000000000");
    expect(() => engineOf([sharedDetector()]).named(other)).toThrow(/not here any more/);
    expect(engineOf([]).named("centernet-coco80-1")).toBeUndefined();
  });

  it("takes the first that it knows how to feed", () => {
    const detector = sharedDetector();
    const odd = { ...detector, manifest: { ...detector.manifest, id: "odd", kind: "yolov8" } };
    expect(engineOf([odd]).best()).toBeUndefined();
    expect(engineOf([odd, detector]).best()?.id).toContain("yolox-nano");
  });
});

let toys = 0;

/** A model of a test's own. */
function toy(
  task: "detection" | "classification" | "tagging",
  kind: string,
  bytes: Uint8Array,
  files: Record<string, string> = {},
): InstalledModel {
  toys += 1;
  const path = join(dir, `toy-${toys}.onnx`);
  writeFileSync(path, bytes);
  return modelAt({ id: `toy-${kind}`, task, kind }, { model: path, ...files });
}

const oneHot = (length: number, index: number, value: number) =>
  Array.from({ length }, (_, at) => (at === index ? value : 0));

describe("models of the other kinds", () => {
  const grey = () => {
    const path = join(dir, "grey.png");
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x48:d=1", "-frames:v", "1", path);
    return path;
  };
  const facts = { ...pictureFacts("image", 64, 48), container: "png_pipe" };
  const output = (name: string, dims: number[], values: number[]): ToyOutput => ({
    name,
    dims,
    values,
  });

  it("D-FINE's boxes are where they are said to be", async () => {
    const logits = output(
      "logits",
      [1, 2, 80],
      [...oneHot(80, 16, 4), ...Array(80).fill(-9)].map((v) => v || -9),
    );
    const boxes = output("pred_boxes", [1, 2, 4], [0.5, 0.5, 0.2, 0.5, 0.1, 0.1, 0.1, 0.1]);
    const model = toy("detection", "dfine", toyModel([1, 3, 640, 640], [logits, boxes]));
    const { frames } = await label(engineOf([model]), grey(), facts);
    const dog = frames[0]?.labels.find(({ name }) => name === "Dog");
    expect(dog?.confidence).toBeCloseTo(0.982, 2);
    const [{ box } = {}] = dog?.instances ?? [];
    expect(box?.left).toBeCloseTo(0.4, 3);
    expect(box?.height).toBeCloseTo(0.5, 3);
  });

  it("EfficientNet-Lite is fed beside each other, bytes less 127 by 128", async () => {
    // Grey is 128 or nearly, and so 0.008 when it is fed rightly: the scores still add up to 1. Fed
    // otherwise they would not, and be taken for logits, of which none is sure.
    const scores = output("scores", [1, 1000], oneHot(1000, imagenetNames.indexOf("Zebra"), 1));
    const model = toy(
      "classification",
      "efficientnet-lite",
      toyModel([1, 224, 224, 3], [scores], 1e-3),
    );
    const { frames } = await label(engineOf([model]), grey(), facts);
    expect(frames[0]?.labels.map(({ name }) => name)).toContain("Zebra");
  });

  it("a tagger names its tags by its own file", async () => {
    const tags = join(dir, "tags.txt");
    writeFileSync(tags, "wedding dress\r\nsunset\nfog\n");
    const scores = output("tags", [1, 3], [3, -3, 5]);
    const model = toy("tagging", "ram", toyModel([1, 3, 384, 384], [scores]), { tags });
    const { frames } = await label(engineOf([model]), grey(), facts);
    expect(frames[0]?.labels.map(({ name }) => name)).toEqual(["Fog", "Wedding Dress"]);
    writeFileSync(tags, "two\nnames\n");
    const wrong = label(
      engineOf([toy("tagging", "ram", toyModel([1, 3, 384, 384], [scores]), { tags })]),
      grey(),
      facts,
    );
    await expect(wrong).rejects.toMatchObject({ code: "model_invalid" });
  });

  it("one that is none of its kind is refused, by name", async () => {
    const wrong = toyModel([1, 3, 224, 224], [output("scores", [1, 7], oneHot(7, 1, 1))]);
    const refusal = label(engineOf([toy("classification", "mobilenet", wrong)]), grey(), facts);
    await expect(refusal).rejects.toMatchObject({ code: "model_invalid" });
    const noPicture = toyModel([1, 7], [output("scores", [1, 1000], oneHot(1000, 1, 1))]);
    await expect(
      label(engineOf([toy("classification", "mobilenet", noPicture)]), grey(), facts),
    ).rejects.toMatchObject({
      code: "model_invalid",
      message: expect.stringContaining("toy-mobilenet"),
    });
  });

  it("one that is damaged is refused, by name, whatever is wrong with it", async () => {
    const whole = toyModel([1, 3, 224, 224], [output("scores", [1, 1000], oneHot(1000, 1, 1))]);
    const broken = toy("classification", "mobilenet", whole);
    truncateSync(broken.file("model"), 700);
    const page = toy("classification", "mobilenet", Buffer.from("<!doctype html><p>Not found"));
    const empty = toy("classification", "mobilenet", Buffer.alloc(0));
    for (const model of [broken, page, empty]) {
      const engine = engineOf([model]);
      await expect(label(engine, grey(), facts)).rejects.toMatchObject({
        code: "model_invalid",
        retryable: false,
        message: expect.stringContaining("toy-mobilenet"),
      });
      expect(engine.pids()).toEqual([]);
    }
  });
});
