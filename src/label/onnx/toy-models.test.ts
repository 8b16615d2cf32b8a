import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ffmpeg } from "../../../test/support/ffmpeg.ts";
import { pictureFacts } from "../../../test/support/picture-facts.ts";
import { modelAt } from "../../../test/support/shared-models.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { imagenetNames } from "../taxonomy.ts";
import { openLookout } from "./labeler.fixture.ts";
import type { Lookout } from "./labeler.fixture.ts";
import { toyModel } from "./toy-model.fixture.ts";
import type { ToyOutput } from "./toy-model.fixture.ts";

let at: Lookout;
const label: Lookout["label"] = (...asked) => at.label(...asked);
const engineOf: Lookout["engineOf"] = (...asked) => at.engineOf(...asked);

beforeAll(async () => {
  at = await openLookout();
});
afterEach(() => at.closeEngines());
afterAll(() => {
  at.close();
  at.expectNoneLeft();
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
  const path = join(at.dir, `toy-${toys}.onnx`);
  writeFileSync(path, bytes);
  return modelAt({ id: `toy-${kind}`, task, kind }, { model: path, ...files });
}

const oneHot = (length: number, index: number, value: number) =>
  Array.from({ length }, (_, place) => (place === index ? value : 0));

describe("models of the other kinds", () => {
  const grey = () => {
    const path = join(at.dir, "grey.png");
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=64x48:d=1", "-frames:v", "1", path);
    return path;
  };
  const facts = { ...pictureFacts("image", 64, 48), container: "png_pipe" };
  const output = (name: string, dims: number[], values: number[]): ToyOutput => ({
    name,
    dims,
    values,
  });

  it("a YOLOX that takes one size only sees frames as it was made to", async () => {
    const path = join(at.dir, "grey.mp4");
    ffmpeg("-f", "lavfi", "-i", "color=gray:s=128x72:r=10:d=1", path);
    // One dog in the middle of the square, 64 pixels wide and high, whatever it is shown.
    const rows = 52 * 52 + 26 * 26 + 13 * 13;
    const values = Array(rows * 85).fill(0);
    const row = 52 * 52 + 26 * 26 + 6 * 13 + 6;
    const dog = [0.5, 0.5, Math.log(2), Math.log(2), 0.95];
    for (const [column, value] of [...dog, ...oneHot(80, 16, 1)].entries())
      values[row * 85 + column] = value;
    const constant = output("output", [1, rows, 85], values);
    const model = toy("detection", "yolox", toyModel([1, 3, 416, 416], [constant]));
    const video = pictureFacts("video", 128, 72, { durationMs: 1000 });
    const { frames } = await label(engineOf([model]), path, video);
    expect(frames).toHaveLength(2);
    const [{ box } = {}] = frames[0]?.labels.find(({ name }) => name === "Dog")?.instances ?? [];
    expect(box?.left).toBeCloseTo(176 / 416, 2);
    expect(box?.top).toBeCloseTo((176 - 91) / 234, 2);
    expect(box?.height).toBeCloseTo(64 / 234, 2);
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
    const tags = join(at.dir, "tags.txt");
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
