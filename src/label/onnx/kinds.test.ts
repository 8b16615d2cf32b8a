import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { feedingOf, NotOfItsKind, readClasses, readDfine, readTags, readYolox } from "./kinds.ts";

const model = (kind: string, settings = {}) => ({ kind, settings });
const yolox = feedingOf(model("yolox"), [1, 3, 416, 416]);
const wide = { width: 416, height: 416, within: { left: 0, top: 91, width: 416, height: 234 } };
const rows = 52 * 52 + 26 * 26 + 13 * 13;

/** YOLOX's output with things at some rows: offsets and logarithms of sizes, sureness, class. */
function yoloxOutput(things: Record<number, readonly number[]>) {
  const data = new Float32Array(rows * 85);
  for (const [row, [x = 0, y = 0, w = 0, h = 0, sure = 0, index = 0, score = 1]] of Object.entries(
    things,
  )) {
    data.set([x, y, w, h, sure], Number(row) * 85);
    data[Number(row) * 85 + 5 + index] = score;
  }
  return { name: "output", data, dims: [1, rows, 85] };
}

describe("how models are fed", () => {
  it("follows the kind, the shape of the input and the settings", () => {
    expect(yolox).toMatchObject({ width: 416, layout: "planes", order: "bgr", fill: 114 });
    const lite = feedingOf(model("efficientnet-lite"), [1, 224, 224, 3]);
    expect(lite).toMatchObject({ layout: "pixels", mean: [127, 127, 127] });
    const open = feedingOf(model("dfine", { size: 512 }), ["batch", 3, "height", "width"]);
    expect(open).toMatchObject({ width: 512, height: 512, order: "rgb" });
    expect(open.fill).toBeUndefined();
    const tensorflow = feedingOf(model("mobilenet"), ["N", 3, 224, 224], 1001);
    const torch = feedingOf(model("mobilenet"), ["N", 3, 224, 224], 1000);
    expect(tensorflow.mean[0]).toBe(127.5);
    expect(torch.mean[0]).toBe(123.675);
    const told = feedingOf(model("mobilenet", { normal: "unit" }), [1, 3, 224, 224], 1001);
    expect(told.mean[0]).toBe(0);
  });

  it.each([
    ["a kind that nobody knows", "yolov8", [1, 3, 416, 416], {}],
    ["an input that is no picture", "yolox", [1, 416], {}],
    ["one colour", "yolox", [1, 1, 416, 416], {}],
    ["a picture larger than any", "yolox", [1, 3, 40_000, 40_000], {}],
    ["a custom that nobody knows", "yolox", [1, 3, 416, 416], { normal: "odd" }],
  ])("refuses %s", (_what, kind, shape, settings) => {
    expect(() => feedingOf(model(kind, settings), shape)).toThrow(NotOfItsKind);
  });
});

describe("what YOLOX says", () => {
  it("is boxes in fractions of the picture, with the bars above and below it taken off", () => {
    // Stride 32, cell (6, 6) of 13: centre 208; 64 pixels high and wide. The picture is 234 high.
    const row = 52 * 52 + 26 * 26 + 6 * 13 + 6;
    const output = yoloxOutput({ [row]: [0.5, 0.5, Math.log(2), Math.log(2), 0.9, 16, 0.8] });
    const [found, ...others] = readYolox(output, wide);
    expect(others).toEqual([]);
    const [left = 0, top = 0, right = 0, bottom = 0, score = 0, index] = found ?? [];
    expect(left).toBeCloseTo(176 / 416, 3);
    expect(right).toBeCloseTo(240 / 416, 3);
    expect(top).toBeCloseTo((176 - 91) / 234, 3);
    expect(bottom).toBeCloseTo((240 - 91) / 234, 3);
    expect(score).toBeCloseTo(0.72, 4);
    expect(index).toBe(16);
  });

  it("is at the same place where the model was spared some of the bars", () => {
    // Two strides fewer above and below, so that cell (6, 6) has become (6, 4).
    const spared = { width: 416, height: 288, within: { ...wide.within, top: 27 } };
    const row = 52 * 36 + 26 * 18 + 4 * 13 + 6;
    const all = yoloxOutput({ [row]: [0.5, 0.5, Math.log(2), Math.log(2), 0.9, 16, 0.8] });
    const fewer = 52 * 36 + 26 * 18 + 13 * 9;
    const output = { ...all, data: all.data.subarray(0, fewer * 85), dims: [1, fewer, 85] };
    const [found, ...others] = readYolox(output, spared);
    expect(others).toEqual([]);
    expect(found?.[1]).toBeCloseTo((176 - 91) / 234, 3);
    expect(found?.[3]).toBeCloseTo((240 - 91) / 234, 3);
    expect(() => readYolox(all, spared)).toThrow(NotOfItsKind);
  });

  it("is told once where two rows mean one thing, and twice where two kinds are there", () => {
    const row = 52 * 52 + 26 * 26 + 6 * 13 + 6;
    const box = [0.5, 0.5, 1, 1];
    const output = yoloxOutput({
      [row]: [...box, 0.9, 16],
      [row + 1]: [-0.45, 0.5, 1, 1, 0.7, 16],
      [row + 13]: [0.5, -0.5, 1, 1, 0.6, 17],
    });
    const found = readYolox(output, wide);
    expect(found.map(([, , , , score]) => score)).toEqual([0.9, 0.6]);
    expect(found.map((one) => one[5])).toEqual([16, 17]);
  });

  it("stays within the picture and within 0–1, whatever the numbers are", () => {
    const value = fc.oneof(
      fc.double({ min: -50, max: 50 }),
      fc.constantFrom(NaN, Infinity, -Infinity),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(rows - 1), fc.array(value, { minLength: 6, maxLength: 6 })), {
          maxLength: 20,
        }),
        (things) => {
          const output = yoloxOutput(
            Object.fromEntries(
              things.map(([row, values]) => [row, [...values.slice(0, 5), 3, values[5] ?? 0]]),
            ),
          );
          for (const one of readYolox(output, wide)) {
            const [left, top, right, bottom, score] = one;
            for (const edge of one.slice(0, 5)) expect(edge >= 0 && edge <= 1).toBe(true);
            expect(left < right && top < bottom && score >= 0.1).toBe(true);
          }
        },
      ),
    );
  });

  it("is refused when it is of another size", () => {
    const short = { name: "output", data: new Float32Array(850), dims: [1, 10, 85] };
    expect(() => readYolox(short, wide)).toThrow(NotOfItsKind);
    const lying = { name: "output", data: new Float32Array(850), dims: [1, rows, 85] };
    expect(() => readYolox(lying, wide)).toThrow(NotOfItsKind);
  });
});

describe("what D-FINE says", () => {
  const boxes = (...values: number[]) => ({
    name: "pred_boxes",
    data: Float32Array.from(values),
    dims: [1, values.length / 4, 4],
  });
  const logits = (rowCount: number, at: Record<number, number>) => {
    const data = new Float32Array(rowCount * 80).fill(-10);
    for (const [index, value] of Object.entries(at)) data[Number(index)] = value;
    return { name: "logits", data, dims: [1, rowCount, 80] };
  };

  it("is boxes by centre and size, and a sigmoid of the best class, in either order", () => {
    const both = [logits(2, { 16: 2, 97: -5 }), boxes(0.5, 0.5, 0.2, 0.4, 0.1, 0.1, 0.1, 0.1)];
    for (const outputs of [both, both.toReversed()]) {
      const found = readDfine(outputs);
      expect(found).toHaveLength(1);
      expect(found[0]).toEqual([0.4, 0.3, 0.6, 0.7, expect.closeTo(0.8808, 3), 16]);
    }
  });

  it("is refused when boxes and classes do not fit", () => {
    expect(() => readDfine([logits(3, {}), boxes(0, 0, 1, 1)])).toThrow(NotOfItsKind);
    expect(() => readDfine([logits(1, {})])).toThrow(NotOfItsKind);
  });
});

describe("what classifiers and taggers say", () => {
  const output = (values: readonly number[]) => ({
    name: "scores",
    data: Float32Array.from(values),
    dims: [1, values.length],
  });

  it("is probabilities, which are left as they are, or is made into them", () => {
    const values = Array.from({ length: 1000 }, (_, index) => (index === 207 ? 1 : 0));
    expect(readClasses(output(values))).toEqual([[207, 1]]);
    const logits = values.map((value) => value * 20);
    const [[index, probability] = [], ...rest] = readClasses(output(logits));
    expect([index, rest]).toEqual([207, []]);
    expect(probability).toBeGreaterThan(0.99);
  });

  it("leaves the background of TensorFlow's models out", () => {
    const values = Array.from({ length: 1001 }, (_, index) => (index === 208 ? 0.9 : 0.0001));
    expect(readClasses(output(values)).find(([, value]) => value > 0.5)?.[0]).toBe(207);
  });

  it("adds up to 1 at the most, whatever the logits", () => {
    const logits = fc.array(fc.double({ min: -80, max: 80, noNaN: true }), {
      minLength: 1000,
      maxLength: 1000,
    });
    fc.assert(
      fc.property(logits, (values) => {
        const sum = readClasses(output(values)).reduce((total, [, value]) => total + value, 0);
        expect(sum).toBeLessThanOrEqual(1.021);
      }),
      { numRuns: 20 },
    );
  });

  it("is refused with another number of classes, or without numbers", () => {
    expect(() => readClasses(output([1, 0]))).toThrow(NotOfItsKind);
    expect(() => readClasses(output(Array(1000).fill(NaN)))).toThrow(NotOfItsKind);
    expect(() => readTags(output([1, 0]), 3)).toThrow(NotOfItsKind);
  });

  it("makes of a tagger's logits a probability each", () => {
    expect(readTags(output([0.9, 0, 0.2]), 3)).toEqual([
      [0, 0.9],
      [2, 0.2],
    ]);
    expect(readTags(output([3, -9, 0]), 3)).toEqual([
      [0, expect.closeTo(0.9526, 3)],
      [2, 0.5],
    ]);
  });
});
