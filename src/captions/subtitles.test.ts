import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSubtitle, renamedOutput, sourcesOfSubtitle, subtitleKey } from "../media/keys.ts";
import { srt } from "./srt.ts";
import { cuesOfSubRip } from "./subtitles.ts";
import { webVtt } from "./webvtt.ts";

describe("subtitles as ffmpeg writes them", () => {
  const time = "00:00:01,000 --> 00:00:02,500";

  it("become captions, whatever their text looks like", () => {
    const hostile = "<script>alert(1)</script> & {\\an8} a --> b\u001b[31m\u202e";
    const [first, second, ...none] = cuesOfSubRip(
      `1\n${time}\n${hostile}\n\nWEBVTT\n7\nno time\n\n2\n00:00:03,000 --> 00:00:04,000\nend\n\n`,
    );
    expect(none).toEqual([]);
    expect(second).toEqual({ startMs: 3000, endMs: 4000, lines: ["end"] });
    expect(first?.lines).toEqual([
      "<script>alert(1)</script> & {\\an8} a --> b[31m",
      "WEBVTT",
      "7",
      "no time",
    ]);
    const [vtt, subRip] = [webVtt(first ? [first] : []), srt(first ? [first] : [])];
    expect(vtt).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; {\\an8} a --&gt; b[31m");
    expect(subRip).not.toMatch(/<|\{/);
    expect(subRip.match(/-->/g)).toHaveLength(1);
  });

  it("are bounded: 100,000 captions are kept, empty and endless ones are not", () => {
    const many = Array.from({ length: 120_000 }, (_, at) => `${at + 1}\n${time}\nx\n`).join("\n");
    expect(cuesOfSubRip(many)).toHaveLength(100_000);
    expect(cuesOfSubRip(`1\n${time}\n\n\n2\n${time.replace("02,500", "01,000")}\nx\n`)).toEqual([]);
    expect(cuesOfSubRip(`1\n${time}\n${"x".repeat(5000)}\n`)[0]?.lines[0]).toHaveLength(1000);
  });

  it("never make the reader throw, and keep captions in order", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("1", time, "", "a", "2", "x --> y")), (rows) => {
        const cues = cuesOfSubRip(rows.join("\n"));
        expect(cues.every(({ lines, startMs, endMs }) => lines.length > 0 && endMs > startMs)).toBe(
          true,
        );
      }),
    );
  });
});

describe("keys of subtitles", () => {
  const part = fc.constantFrom("a", "talk", "1", "de", "vtt", "media");
  const name = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .map((parts) => `${parts.join(".")}${parts.length % 2 ? ".mp4" : ".mkv"}`);
  const track = fc.record({
    number: fc.integer({ min: 1, max: 40 }),
    language: fc.constantFrom("de", "pt-BR", "../x", "eng", ""),
  });

  it("belong to one source, and move with it", () => {
    fc.assert(
      fc.property(name, name, track, track, (one, other, first, second) => {
        const key = subtitleKey(one, first, "vtt");
        expect(sourcesOfSubtitle(key)).toContain(one);
        expect(isSubtitle(key, one)).toBe(true);
        expect(renamedOutput(key, one, other)).toBe(subtitleKey(other, first, "vtt"));
        if (one !== other) expect(subtitleKey(other, second, "vtt")).not.toBe(key);
      }),
    );
    expect(subtitleKey("a/talk.mp4", { number: 2, language: "pt-BR" }, "srt")).toBe(
      "output/subtitles/a/talk.2.pt-br.srt",
    );
  });
});
