import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withOpenSize } from "./open-size.ts";
import { toyModel } from "./toy-model.fixture.ts";

const scores = { name: "scores", dims: [1, 3], values: [0, 0, 0] };
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

describe("a model whose size is left open", () => {
  it("says which one it was made for, and is the model with names in the place of that", () => {
    const { bytes, madeFor } = withOpenSize(toyModel([1, 3, 288, 416], [scores]));
    expect([...madeFor]).toEqual([
      [2, 288],
      [3, 416],
    ]);
    const named = toyModel([1, 3, "height", "width"], [scores]);
    // What it gave was written down as well: 1×3, which is now for the runtime to find.
    expect(bytes.length).toBe(named.length - 10);
    for (const part of ["height", "width", "scores.values", "ReduceMean"])
      expect(text(bytes)).toContain(part);
  });

  it("stays as open as it was", () => {
    const once = withOpenSize(toyModel([1, 3, "height", "width"], [scores]));
    expect(once.madeFor.size).toBe(0);
    expect(withOpenSize(once.bytes).bytes).toEqual(once.bytes);
  });

  it("is not made of what is no model, nor for ever", () => {
    expect(() => withOpenSize(Buffer.from("<!doctype html><p>Not found"))).toThrow(RangeError);
    const whole = toyModel([1, 3, 288, 416], [scores]);
    expect(() => withOpenSize(whole.subarray(0, whole.length - 20))).toThrow(RangeError);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(whole.length), (noise, at) => {
        const damaged = Uint8Array.from(whole);
        damaged.set(noise.subarray(0, whole.length - at), at);
        try {
          expect(withOpenSize(damaged).bytes.length).toBeLessThanOrEqual(whole.length + 20);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});
