import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import fc from "fast-check";
import { parseSync } from "subtitle";
import { describe, expect, it } from "vitest";
import { cuesFrom } from "../src/captions/cues.ts";
import { rulesFor } from "../src/captions/rules.ts";
import { srt } from "../src/captions/srt.ts";
import { webVtt } from "../src/captions/webvtt.ts";
import type { Word } from "../src/media/transcript.ts";
import { fromTranscribeJson } from "../src/media/transcribe-json.ts";
import { describeWithSharedMedia, sharedSample } from "./support/shared-media.ts";

// The W3C's own parser: it lists every error that a validator would.
interface VttCue {
  readonly startTime: number;
  readonly endTime: number;
  readonly text: string;
  readonly tree: VttNode;
}
interface VttNode {
  readonly type: string;
  readonly name?: string;
  readonly value?: string | number;
  readonly children?: readonly VttNode[];
}
const require = createRequire(import.meta.url);
const entities = require("webvtt-parser/html-entities.json") as object;
const { WebVTTParser } = require("webvtt-parser") as {
  WebVTTParser: new (entities?: object) => {
    parse(text: string, kind: string): { cues: VttCue[]; errors: { message: string }[] };
  };
};

const textOf = (node: VttNode): string =>
  node.type === "text" ? String(node.value) : (node.children ?? []).map(textOf).join("");
const timesOf = (node: VttNode): number[] =>
  node.type === "timestamp" ? [Number(node.value)] : (node.children ?? []).flatMap(timesOf);
const voicesOf = (node: VttNode): string[] => [
  ...(node.name === "v" ? [String(node.value)] : []),
  ...(node.children ?? []).flatMap(voicesOf),
];

const text = fc.oneof(
  fc.constantFrom(
    "word",
    "AT&T",
    "<i>",
    "-->",
    "{\\an8}",
    "42",
    "NOTE",
    "WEBVTT",
    "&amp;",
    "a > b",
  ),
  fc.constantFrom("我们面前应有尽有", "สวัสดีครับ", "مرحبا بالعالم", "안녕하세요", "שלום", "👨‍👩‍👧"),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);

/** Words as an engine reports them: in order, without overlap. */
const spoken: fc.Arbitrary<readonly Word[]> = fc
  .array(
    fc.record({
      text,
      pauseMs: fc.nat(2_500),
      lengthMs: fc.integer({ min: 10, max: 1_500 }),
      speaker: fc.constantFrom(undefined, "spk_0", "spk_1", "A --> B\n<b>"),
    }),
    { maxLength: 40 },
  )
  .map((list) => {
    let at = 0;
    return list.map(({ text: said, pauseMs, lengthMs, speaker }) => {
      const startMs = at + pauseMs;
      at = startMs + lengthMs;
      return { text: said, startMs, endMs: at, ...(speaker !== undefined && { speaker }) };
    });
  });

const ms = (seconds: number): number => Math.round(seconds * 1000);

/** The cues of a WebVTT text, read by the W3C's parser without an error. */
function readVtt(vtt: string) {
  const { cues, errors } = new WebVTTParser(entities).parse(vtt, "subtitles/captions/descriptions");
  expect(errors).toEqual([]);
  return cues;
}

/** The text as it is in a UTF-8 file, which cannot hold lone surrogates. */
const asFile = (written: string): string => Buffer.from(written, "utf8").toString("utf8");

/** Signs that read the same are the same: full-width forms, and the arrow. */
const sameSigns = (written: string): string => written.replaceAll("-->", "→").normalize("NFKC");

/** What a player shows of SRT: ffmpeg's reader makes ASS of it, in which braces are orders. */
function shownByPlayers(subRip: string): string[] {
  const args = ["-v", "error", "-f", "srt", "-i", "pipe:0", "-f", "ass", "pipe:1"];
  const ass = execFileSync("ffmpeg", args, { input: subRip, encoding: "utf8" });
  return ass.split(/\r?\n/).flatMap((line) => {
    const shown = /^Dialogue: (?:[^,]*,){9}(.*)$/.exec(line)?.[1];
    return shown === undefined
      ? []
      : [
          shown
            .replace(/\{[^}]*\}/g, "")
            .replaceAll(/\\[Nn]/g, "\n")
            .replaceAll("\\h", " "),
        ];
  });
}

describe("captions that published parsers read", () => {
  it("are the same after WebVTT, with and without voices and word times", () => {
    fc.assert(
      fc.property(spoken, fc.boolean(), fc.boolean(), (words, voices, wordTimes) => {
        const cues = cuesFrom(words);
        const read = readVtt(asFile(webVtt(cues, { voices, wordTimes, note: "a --> b\n\nc" })));
        expect(
          read.map(({ startTime, endTime, tree }) => ({
            startMs: ms(startTime),
            endMs: ms(endTime),
            text: textOf(tree),
          })),
        ).toEqual(
          cues.map(({ startMs, endMs, lines }) => ({
            startMs,
            endMs,
            text: asFile(lines.join("\n")),
          })),
        );
        for (const [index, { tree, startTime, endTime }] of read.entries()) {
          const { turns, speaker } = cues[index] ?? {};
          const speakers = (turns ?? [speaker]).filter((one) => one !== undefined);
          expect(voicesOf(tree)).toHaveLength(voices ? speakers.length : 0);
          const times = timesOf(tree);
          if (!wordTimes) expect(times).toEqual([]);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          for (const time of times) expect(time > startTime && time < endTime).toBe(true);
        }
      }),
    );
  });

  it("are the same after SRT", () => {
    fc.assert(
      fc.property(spoken, (words) => {
        const cues = cuesFrom(words);
        const read = parseSync(asFile(srt(cues))).flatMap((node) =>
          node.type === "cue" ? [node.data] : [],
        );
        const expected = cues.map(({ startMs, endMs, lines }) => ({
          start: startMs,
          end: endMs,
          text: sameSigns(asFile(lines.join("\n"))),
        }));
        expect(
          read.map(({ start, end, text: shown }) => ({ start, end, text: sameSigns(shown) })),
        ).toEqual(expected);
      }),
    );
  });
});

describe("what players show of SRT", () => {
  it("is all that is said, whatever looks like markup", () => {
    const marked =
      "a <b bold|List<String> x|{\\an8}top|C:\\New\\home|Tom &lt; &amp; Jerry|1 < 2 > 0|a { b } c|<i>x</i>|" +
      "{y:i}hello|42|&nbsp;x|\\h\\n\\N|<font color=red>f|-->|<!-- c -->|<3 you|x</b|<>|{}|fish & chips|a\\|" +
      "{1}{2}x|100 % _x_|*a*|</i|{\\b1}b{\\b0}|<ruby>漢<rt>かん|&#60;b&#62;|{\\pos(1,2)}here|WEBVTT|1";
    const texts = [...marked.split("|"), ...fc.sample(text, { seed: 16, numRuns: 300 })]
      .map((one) =>
        asFile(one)
          .replace(/[\s\p{Cc}]+/gu, " ")
          .trim(),
      )
      .filter((one) => one !== "");
    const cues = texts.map((one, index) => {
      const startMs = index * 2_000;
      return { startMs, endMs: startMs + 1_500, lines: [one] };
    });
    expect(shownByPlayers(srt(cues)).map(sameSigns)).toEqual(texts.map(sameSigns));
  });
});

describeWithSharedMedia("captions of real results", () => {
  it.each(["01-plain", "02-channel-identification", "03-speaker-identification"])(
    "%s keep to the rules, and are read by the parsers",
    (name) => {
      const json: unknown = JSON.parse(
        readFileSync(sharedSample(`transcribe/${name}.json`), "utf8"),
      );
      const { words, languageCode } = fromTranscribeJson(json);
      const cues = cuesFrom(words, rulesFor(languageCode, words));
      expect(cues.length).toBeGreaterThan(0);
      expect(readVtt(webVtt(cues, { voices: true, wordTimes: true }))).toHaveLength(cues.length);
      expect(parseSync(srt(cues)).filter(({ type }) => type === "cue")).toHaveLength(cues.length);
      for (const cue of cues) {
        for (const line of cue.lines) expect(line.length).toBeLessThanOrEqual(42);
        expect(cue.lines.length).toBeLessThanOrEqual(2);
      }
    },
  );
});
