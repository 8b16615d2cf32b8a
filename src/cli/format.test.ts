import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { count, formatElapsed, formatFraction, formatMediaTime, formatSize } from "./format.ts";

describe("figures", () => {
  it.each([
    [0, "0.0s"],
    [400, "0.4s"],
    [9_949, "9.9s"],
    [9_950, "10s"],
    [59_499, "59s"],
    [59_500, "1m 00s"],
    [185_000, "3m 05s"],
    [3_599_499, "59m 59s"],
    [3_599_500, "1h 00m"],
    [90_061_000, "25h 01m"],
  ])("%i ms took %s", (ms, text) => expect(formatElapsed(ms)).toBe(text));

  it.each([
    [0, "0:00:00.0"],
    [5_830, "0:00:05.8"],
    [5_899, "0:00:05.8"],
    [3_661_999, "1:01:01.9"],
  ])("%i ms into a media is %s", (ms, text) => expect(formatMediaTime(ms)).toBe(text));

  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [9_994, "9.99 kB"],
    [9_995, "10.0 kB"],
    [999_499, "999 kB"],
    [999_500, "1.00 MB"],
    [45_600_000, "45.6 MB"],
    [1.5e18, "1500 PB"],
  ])("%i bytes are %s", (bytes, text) => expect(formatSize(bytes)).toBe(text));

  it("never says 100 % before the end", () => {
    expect(formatFraction(0.999)).toBe("99%");
    expect(formatFraction(1)).toBe("100%");
    expect(count(1, "file")).toBe("1 file");
    expect(count(0, "file")).toBe("0 files");
  });

  it("never says four figures and never goes down as sizes go up", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31), (bytes) => {
        expect(formatSize(bytes)).toMatch(/^(\d{1,3} B|(\d\.\d\d|\d\d\.\d|\d{3}) [kMG]B)$/);
        const at = formatElapsed(bytes);
        expect(at).toMatch(/^(\d\.\ds|\d\ds|\d{1,2}m \d\ds|\d+h \d\dm)$/);
      }),
    );
  });
});
