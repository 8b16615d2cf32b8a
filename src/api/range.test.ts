import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentDisposition } from "./bytes.ts";
import { rangeOf } from "./range.ts";

describe("a range", () => {
  it.each([
    ["bytes=0-9", { start: 0, end: 10 }],
    ["bytes=90-", { start: 90, end: 100 }],
    ["bytes=90-500", { start: 90, end: 100 }],
    ["bytes=-10", { start: 90, end: 100 }],
    ["bytes=-500", { start: 0, end: 100 }],
    ["bytes=100-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=0-1,5-6", undefined],
    ["bytes=9-1", undefined],
    ["bytes=-", undefined],
    ["bytes=1e1-", undefined],
    ["bytes=99999999999999999999-", undefined],
    ["lines=1-2", undefined],
    [undefined, undefined],
  ])("%s of 100 bytes is %o", (header, expected) => {
    expect(rangeOf(header, 100)).toEqual(expected);
  });

  it("of an empty object is none", () => {
    expect(rangeOf("bytes=0-", 0)).toBe("unsatisfiable");
    expect(rangeOf("bytes=-5", 0)).toBe("unsatisfiable");
  });

  it("never leads out of the object, whatever is asked", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000),
        fc.oneof(
          fc.string(),
          fc
            .tuple(fc.option(fc.nat(2_000)), fc.option(fc.nat(2_000)))
            .map(([first, last]) => `bytes=${first ?? ""}-${last ?? ""}`),
        ),
        (sizeBytes, header) => {
          const range = rangeOf(header, sizeBytes);
          if (range === undefined || range === "unsatisfiable") return;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeGreaterThan(range.start);
          expect(range.end).toBeLessThanOrEqual(sizeBytes);
        },
      ),
    );
  });
});

describe("a Content-Disposition", () => {
  it("says the name plainly and exactly", () => {
    expect(contentDisposition("inline", "Tür 1%.mp4")).toBe(
      `inline; filename="Tur 1_.mp4"; filename*=UTF-8''T%C3%BCr%201%25.mp4`,
    );
  });

  it("is a header that says the exact name, whatever the name", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (name) => {
        const header = contentDisposition("attachment", name);
        expect(header).toMatch(
          /^attachment; filename="[\x20-\x21\x23-\x5b\x5d-\x7e]*"; filename\*=UTF-8''[\w.!~%-]*$/,
        );
        expect(decodeURIComponent(header.split("''")[1] ?? "")).toBe(name.toWellFormed());
      }),
    );
  });
});
