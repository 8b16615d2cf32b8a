import fc from "fast-check";
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { pad, printable, shellWord, truncate, widthOf, wrap } from "./text.ts";

const anyText = fc.string({ unit: "binary", maxLength: 60 });

describe("printable", () => {
  it("writes out what could steer a terminal or mislead a reader", () => {
    expect(printable("a\nb\tc\x1b[31m\u009b")).toBe(String.raw`a\nb\tc\x1b[31m\x9b`);
    expect(printable("evil\u202e4pm.exe\u2066\u200b")).toBe(
      String.raw`evil\u202e4pm.exe\u2066\u200b`,
    );
    expect(printable("\ud800\u{e0041}")).toBe(String.raw`\ud800\U000e0041`);
  });

  it("leaves the names of the world alone", () => {
    const name = `we'ird $(touch PWNED) & ; é漢字🙂👨‍👩‍👧 "q" می‌خواهم.mp4`;
    expect(printable(name)).toBe(name);
  });

  it("leaves no control, separator, surrogate or bidi control in anything", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(
          /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u,
        );
        expect(printable(printable(text))).toBe(printable(text));
      }),
    );
  });
});

describe("shellWord", () => {
  it.each([
    "talk.mp4",
    "-vf.mp4",
    "it's.mp4",
    "a b.mp4",
    "a\n\x1b[2J\\'b.mp4",
    "$(x)`y`",
    "\u202ea",
  ])("gives bash %j back", (name) => {
    const said = execFileSync("bash", ["-c", `printf %s ${shellWord(name)}`], {
      encoding: "utf8",
      env: { LC_ALL: "C.UTF-8" },
      // With a socket for stdin bash would read its start-up file.
      stdio: ["ignore", "pipe", "inherit"],
    });
    expect(said).toBe(name);
  });
});

describe("widths", () => {
  it.each([
    ["talk.mp4", 8],
    ["漢字", 4],
    ["한글", 4],
    ["ｱ", 1],
    ["é", 1],
    ["e\u0301", 1],
    ["🙂", 2],
    ["👨‍👩‍👧", 2],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["❤", 1],
    ["1", 1],
    ["✓█░×·…", 6],
    ["", 0],
  ])("%j takes %i columns", (text, columns) => expect(widthOf(text)).toBe(columns));

  it("truncates to at most the columns given, and not at all when it fits", () => {
    fc.assert(
      fc.property(
        anyText.map(printable),
        fc.nat(40),
        fc.constantFrom("end" as const, "middle" as const),
        (text, columns, where) => {
          const cut = truncate(text, columns, where);
          expect(widthOf(cut)).toBeLessThanOrEqual(columns);
          if (widthOf(text) <= columns) expect(cut).toBe(text);
          expect(widthOf(pad(cut, columns))).toBe(columns);
        },
      ),
    );
  });

  it("keeps the ending of a name", () => {
    expect(truncate("a-very-long-name-of-a-talk.mp4", 15, "middle")).toBe("a-very-…alk.mp4");
    expect(truncate("漢字漢字漢字.mp4", 9, "middle")).toBe("漢字….mp4");
  });

  it("wraps words without losing any or growing too wide", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z漢]{1,8}$/)),
        fc.integer({ min: 16, max: 40 }),
        (words, columns) => {
          const lines = wrap(words.join(" "), columns);
          expect(lines.join(" ")).toBe(words.join(" "));
          for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
