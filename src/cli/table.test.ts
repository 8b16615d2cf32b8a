import fc from "fast-check";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { createStyle } from "./output.ts";
import { table } from "./table.ts";
import { widthOf } from "./text.ts";

const plain = createStyle(false);
const columns = [
  { title: "NAME", least: 6, cut: "middle" as const },
  { title: "SIZE", align: "right" as const },
  { title: "LABELS", least: 6 },
];

describe("table", () => {
  it("aligns wide characters", () => {
    const rows = [
      ["漢字.mp4", "1 B", "Person"],
      ["talk.mp4", "12 kB", ""],
    ];
    expect(table(columns, rows, { style: plain })).toEqual([
      "NAME       SIZE  LABELS",
      "漢字.mp4    1 B  Person",
      "talk.mp4  12 kB",
    ]);
  });

  it("needs no room for columns in which nothing stands", () => {
    const shape = [
      { title: "", least: 19, cut: "middle" as const },
      { title: "", align: "right" as const, optional: 1 },
      { title: "" },
    ];
    const at = (available: number) =>
      table(shape, [["output/audio/in.mp3", "97.4 kB", ""]], { style: plain, available });
    expect(at(28)).toEqual(["output/audio/in.mp3  97.4 kB"]);
    // The key is what people copy: it stays whole, and the size goes.
    expect(at(27)).toEqual(["output/audio/in.mp3"]);
  });

  it("leaves out whole columns and cuts between words where there is little room", () => {
    const narrow = [
      { title: "NAME", least: 8, cut: "middle" as const },
      { title: "CREATED", optional: 1 },
      { title: "SIZE", align: "right" as const, optional: 2 },
      { title: "LABELS", least: 8 },
    ];
    const rows = [["interview.mp4", "2026-12-01 13:53:19", "688 kB", "Animal, Cat, Feline"]];
    const at = (available: number) => table(narrow, rows, { style: plain, available });
    expect(at(80)[1]).toBe("interview.mp4  2026-12-01 13:53:19  688 kB  Animal, Cat, Feline");
    expect(at(40)[1]).toBe("interview.mp4  688 kB  Animal, Cat, …");
    expect(at(24)[1]).toBe("inter…w.mp4  Animal, …");
  });

  it("has no line of titles when no column has one", () => {
    expect(table([{ title: "" }, { title: "" }], [["a", "b"]], { style: plain })).toEqual(["a  b"]);
  });

  it("colours without disturbing the columns", () => {
    const rows = [
      [{ text: "a", format: "red" as const }, "1"],
      ["bbb", "2"],
    ];
    const lines = table(columns.slice(0, 2), rows, { style: createStyle(true) });
    expect(lines[1]).toContain("\u001b[31m");
    expect(lines.map(stripVTControlCharacters)).toEqual(["NAME  SIZE", "a        1", "bbb      2"]);
  });

  it("never lets hostile names out of their cell or past the terminal's edge", () => {
    const cell = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }),
        fc.integer({ min: 1, max: 100 }),
        (rows, available) => {
          const lines = table(columns, rows, { style: plain, available });
          expect(lines).toHaveLength(rows.length + 1);
          for (const line of lines) {
            expect(line).not.toMatch(/\p{Cc}/u);
            expect(widthOf(line)).toBeLessThanOrEqual(available);
          }
        },
      ),
    );
  });
});
