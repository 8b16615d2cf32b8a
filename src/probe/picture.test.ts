import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bitDepthOf, displaySize, pixelShapeOf, turnOf } from "./picture.ts";

const matrix = (a: number, b: number, c: number, d: number): string =>
  `\n00000000: ${a} ${b} 0\n00000001: ${c} ${d} 0\n00000002: 0 0 1073741824\n`;

describe("how a picture is shown", () => {
  test.each([
    [0, 0],
    [-90, 90],
    [90, 270],
    [180, 180],
    [-180, 180],
    [-89.6, 90],
    [360, 0],
  ])("ffprobe's %i° counter-clockwise is a turn of %i°", (degrees, rotation) => {
    const stream = { side_data_list: [{ rotation: degrees }] };
    expect(turnOf(stream, undefined)).toEqual({ rotation });
  });

  test("a turn that is no quarter is rounded, and said", () => {
    const turn = turnOf({ side_data_list: [{ rotation: -80 }] }, undefined);
    expect(turn).toMatchObject({ rotation: 90, warning: expect.stringContaining("quarter") });
  });

  test("a reflection is told from a rotation", () => {
    const plain = { rotation: -90, displaymatrix: matrix(0, 65_536, -65_536, 0) };
    const reflected = { rotation: -90, displaymatrix: matrix(0, 65_536, 65_536, 0) };
    expect(turnOf({ side_data_list: [plain] }, undefined)).toEqual({ rotation: 90 });
    const turn = turnOf({ side_data_list: [reflected] }, undefined);
    expect(turn).toEqual({ rotation: 90, mirrored: true });
  });

  test("EXIF goes before what ffmpeg makes of it", () => {
    const frame = { tags: { Orientation: "     8" }, side_data_list: [{ rotation: -90 }] };
    expect(turnOf({}, frame)).toEqual({ rotation: 270 });
  });

  test("turning swaps the sides, and the pixels' shape counts before it", () => {
    const positive = fc.integer({ min: 1, max: 20_000 });
    const quarter = fc.constantFrom(0, 90, 180, 270);
    fc.assert(
      fc.property(positive, positive, quarter, (width, height, rotation) => {
        const { displayWidth, displayHeight } = displaySize(
          width,
          height,
          { num: 1, den: 1 },
          rotation,
        );
        const sides = rotation % 180 === 0 ? [width, height] : [height, width];
        expect([displayWidth, displayHeight]).toEqual(sides);
      }),
    );
    expect(displaySize(1440, 1080, { num: 4, den: 3 }, 90)).toEqual({
      displayWidth: 1080,
      displayHeight: 1920,
    });
  });

  test("a senseless pixel shape is not believed", () => {
    expect(pixelShapeOf({ sample_aspect_ratio: "0:1" })).toEqual({ shape: { num: 1, den: 1 } });
    const { shape, warning } = pixelShapeOf({ sample_aspect_ratio: "1:60000" });
    expect(shape).toEqual({ num: 1, den: 1 });
    expect(warning).toContain("1:60000");
  });

  test.each([
    [{ pix_fmt: "yuv420p" }, 8],
    [{ pix_fmt: "yuv420p10le" }, 10],
    [{ pix_fmt: "p010le" }, 10],
    [{ pix_fmt: "rgb48be" }, 16],
    [{ pix_fmt: "rgba64le" }, 16],
    [{ pix_fmt: "gray16be" }, 16],
    [{ pix_fmt: "yuv420p", bits_per_raw_sample: "8" }, 8],
    [{ pix_fmt: "unknown" }, undefined],
  ])("bit depth of %j", (stream, depth) => {
    expect(bitDepthOf(stream)).toBe(depth);
  });
});
