import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { ffmpeg } from "../../../test/support/ffmpeg.ts";
import { pictureFacts } from "../../../test/support/picture-facts.ts";
import { describeWithSharedMedia, sharedMedia } from "../../../test/support/shared-media.ts";
import { sharedClassifier, sharedDetector } from "../../../test/support/shared-models.ts";
import { visiblePerson } from "../../../test/support/walkers.ts";
import type { Progress } from "../../media/engine.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { Labeling } from "../../media/label.ts";
import { summarize } from "../timeline.ts";
import { openLookout } from "./labeler.fixture.ts";
import type { Lookout } from "./labeler.fixture.ts";
import type { OnnxEngine } from "./labeler.ts";

let pair: OnnxEngine;
let at: Lookout;
const label: Lookout["label"] = (...asked) => at.label(...asked);
const engineOf: Lookout["engineOf"] = (...asked) => at.engineOf(...asked);

beforeAll(async () => {
  at = await openLookout();
});
afterEach(() => at.closeEngines());
afterAll(async () => {
  await pair?.close();
  at.close();
  at.expectNoneLeft();
});

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
    pair = at.keptEngineOf([sharedDetector(), sharedClassifier()]);
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
  const path = join(at.dir, name);
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
      there: visiblePerson(timestampMs + 22_000),
      tracks: labels.flatMap(({ name, instances }) =>
        name === "Person" ? instances.map(({ track }) => track) : [],
      ),
    }));
    const visible = persons.filter(({ there }) => there === "fully");
    const found = visible.filter(({ tracks }) => tracks.length > 0);
    expect(visible.length).toBeGreaterThanOrEqual(6);
    expect(found.length / visible.length).toBeGreaterThanOrEqual(0.8);
    for (const { there, tracks } of persons) if (there === "none") expect(tracks).toEqual([]);
    const [first, last] = [found[0]?.tracks[0], found.at(-1)?.tracks[0]];
    expect(found[1]?.tracks).toContain(first);
    expect(last).not.toBe(first);
    expect(labeling.segments.filter(({ name }) => name === "Person")).toHaveLength(2);
    expect(labeling.shots).toEqual([{ startMs: 0, endMs: 10_000, confidence: 1 }]);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.9);
  });

  it("find where one picture follows another", async () => {
    const path = join(at.dir, "cut.mp4");
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
    const path = join(at.dir, "ten.mp4");
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
    await expect(label(pair, join(at.dir, "ten.mp4"), facts, more)).rejects.toMatchObject({
      code: "cancelled",
    });
    await pair.close();
    at.expectNoneLeft();
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
