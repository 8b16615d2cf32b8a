import { describe, expect, it } from "vitest";
import { parseTime } from "./option-values.ts";

describe("a time in a film", () => {
  it.each([
    ["0", 0],
    ["83.5", 83_500],
    ["1:23", 83_000],
    ["1:23.25", 83_250],
    ["0:01:23", 83_000],
    ["2:00:00", 7_200_000],
  ])("%s", (text, ms) => expect(parseTime(text)).toBe(ms));

  it.each(["", "-1", "1:2:3:4", "abc", "1:", ":5", "1e3", "5s", "Infinity"])("refuses %j", (text) =>
    expect(() => parseTime(text)).toThrow(/time in seconds/),
  );
});
