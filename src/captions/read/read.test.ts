import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cuesFrom } from "../cues.ts";
import { srt } from "../srt.ts";
import { webVtt } from "../webvtt.ts";
import { readTranscriptFile } from "./read.ts";
import { untimedStretches } from "./untimed.ts";
import { wordsOfPassage } from "./words-of-passages.ts";

const read = (file: string | object) => {
  const text = typeof file === "string" ? file : JSON.stringify(file);
  const found = readTranscriptFile(Buffer.from(text));
  return { ...found, words: found.passages.flatMap(wordsOfPassage) };
};
const texts = (file: string | object) =>
  read(file).words.map(({ text, punctuation = "" }) => text + punctuation);

describe("a transcript from elsewhere", () => {
  it("comes as SRT, with its markup left out and speech that looks like it kept", () => {
    const { format, words } = read(
      "\ufeff1\r\n00:00:01,000 --> 00:00:03,000\r\n<i>Hello</i>, {\\an8}List<String> wide world!\r\n\r\n" +
        "2\r\n0:04.5 --> 0:05.500\r\n- Yes\r\n- No, <b>two</b>",
    );
    expect(format).toBe("srt");
    expect(words.map(({ text, punctuation = "" }) => text + punctuation)).toEqual([
      "Hello,",
      "List<String>",
      "wide",
      "world!",
      "Yes",
      "No,",
      "two",
    ]);
    expect(words[0]).toMatchObject({ startMs: 1_000, timing: "estimated" });
    expect(words.slice(4)).toMatchObject([
      { startMs: 4_500, endMs: 5_000 },
      { startMs: 5_000 },
      { endMs: 5_500 },
    ]);
  });

  it("comes as WebVTT, with voices, times of words, comments and entities", () => {
    const { languageCode, words } = read(
      "WEBVTT - a title\nLanguage: de-DE\n\nNOTE Tom --> Jerry\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:03.000 line:0\n" +
        "<v.loud Anna>Guten <00:00:02.000><c>Tag &amp; Nacht</c></v>\n\n" +
        "00:00:04.000 --> 00:00:05.000\n<v Speaker 1>- one</v>\n<v Speaker 2>- two</v>\n",
    );
    expect(languageCode).toBe("de-DE");
    expect(words).toMatchObject([
      { text: "Guten", speaker: "Anna", startMs: 1_000, endMs: 2_000 },
      { text: "Tag", speaker: "Anna", timing: "estimated" },
      { text: "&" },
      { text: "Nacht", endMs: 3_000 },
      { text: "one", speaker: "spk_0", endMs: 4_500 },
      { text: "two", speaker: "spk_1", startMs: 4_500 },
    ]);
    expect(words[0]).not.toHaveProperty("timing");
  });

  it.each([
    [
      "OpenAI's and faster-whisper's",
      {
        language: "en",
        segments: [
          {
            start: 1,
            end: 2.5,
            text: " Hello, world",
            words: [
              { word: " Hello,", start: 1, end: 1.4, probability: 0.9 },
              { word: " world", start: 1.5, end: 2.5, probability: 0.8 },
            ],
          },
        ],
      },
    ],
    [
      "WhisperX's",
      {
        segments: [
          {
            start: 1,
            end: 2.5,
            text: "Hello, world",
            words: [{ word: "Hello,", start: 1, end: 1.5, score: 0.9 }, { word: "world" }],
          },
        ],
      },
    ],
    [
      "whisper.cpp's",
      {
        result: { language: "en" },
        transcription: [{ offsets: { from: 1_000, to: 2_500 }, text: " Hello, world" }],
      },
    ],
    ["Hugging Face's", { text: "", chunks: [{ timestamp: [1, 2.5], text: " Hello, world" }] }],
  ])("comes as Whisper's JSON: %s", (_program, json) => {
    const { format, words } = read(json);
    expect(format).toBe("whisper");
    expect(words).toMatchObject([
      { text: "Hello", punctuation: ",", startMs: 1_000 },
      { text: "world", endMs: 2_500 },
    ]);
  });

  it("comes as Amazon Transcribe's JSON, with its times as they are", () => {
    const item = { type: "pronunciation", alternatives: [{ content: "Hi", confidence: "0.5" }] };
    const results = {
      language_code: "en-US",
      transcripts: [{ transcript: "Hi" }],
      items: [{ ...item, start_time: "0.5", end_time: "0.9" }],
    };
    expect(read({ jobName: "a", results })).toMatchObject({
      format: "transcribe",
      languageCode: "en-US",
      words: [{ text: "Hi", startMs: 500, endMs: 900, confidence: 0.5 }],
    });
  });

  it("is cut into words where its script has no spaces", () => {
    const words = texts("1\n00:00:00,000 --> 00:00:02,000\n今天上海的天气很好。 Bonjour !\n");
    expect(words.slice(0, 3)).toEqual(["今天", "上海", "的"]);
    expect(words.at(-2)).toMatch(/好。$/);
    expect(words.at(-1)).toBe("Bonjour !");
  });

  it.each([
    ["", "line 1"],
    ["hello", "line 1"],
    ["1\n00:00:01,000 --> 00:00:99,000\nx", "line 2"],
    ["1\n00:00:02,000 --> 00:00:01,000\nx", "line 2"],
    ["1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00 --> soon\ny", "line 6"],
    ["1\n9999:00:01,000 --> 9999:00:02,000\nx", "line 2"],
    ["WEBVTT\n\n00:01.000 --> 00:02.000\nx\n\nlost text\n", "line 6"],
    ["WEBVTTx\n", "line 1"],
    ["WEBVTT\n\nNOTE nothing\n", "line 1"],
    ['{"segments": [{"start": 0, "end": 1, "text": "a"},\n {"start": "x"}', "line 2"],
    [
      {
        segments: [
          { start: 0, end: 1, text: "a" },
          { start: "x", end: 2, text: "b" },
        ],
      },
      "segments[1].start",
    ],
    [{ segments: [{ start: 3, end: 1, text: "a" }] }, "segments[0]"],
    [{ segments: [{ start: 0, end: 1 }] }, "segments[0].text"],
    [{ transcription: [{ text: "a", offsets: { from: 0 } }] }, "transcription[0].offsets.to"],
    [{ chunks: [{ text: "a", timestamp: 1 }] }, "chunks[0].timestamp"],
    [
      {
        jobName: "a",
        results: { items: [{ type: "pronunciation", alternatives: [{ content: "a" }] }] },
      },
      "results.items[0].start_time",
    ],
    [{ hello: 1 }, "jobName"],
  ])("is refused with the place that is wrong: %j", (file, place) => {
    expect(() => read(file as string)).toThrow(
      expect.objectContaining({
        code: "invalid_argument",
        message: expect.stringContaining(place) as string,
      }) as Error,
    );
  });

  it("says which line is not UTF-8", () => {
    const latin1 = Buffer.from("1\n00:00:01,000 --> 00:00:02,000\ncaf\u00e9\n", "latin1");
    expect(() => readTranscriptFile(latin1)).toThrow(/line 3: it is not UTF-8/);
    const utf16 = Buffer.from("\ufeff1\n00:00:01,000 --> 00:00:02,000\ncafé\n", "utf16le");
    expect(readTranscriptFile(utf16).passages[0]?.words).toEqual([{ text: "café" }]);
  });

  it("loses no word of what we wrote ourselves", () => {
    const word = fc.constantFrom("one", "two,", "don't", "AT&T", "我们", "3.5", "x", "état");
    fc.assert(
      fc.property(
        fc.array(fc.tuple(word, fc.integer({ min: 50, max: 900 })), { minLength: 1 }),
        (said) => {
          let at = 0;
          const words = said.map(([text, lengthMs]) => {
            at += lengthMs;
            return { text, startMs: at - lengthMs, endMs: at, speaker: `spk_${at % 2}` };
          });
          const cues = cuesFrom(words);
          const bare = (text: string) => text.replace(/\s/g, "");
          const expected = bare(said.map(([text]) => text).join(""));
          for (const file of [
            srt(cues),
            srt(cues, { voices: true }),
            webVtt(cues, { voices: true, wordTimes: true }),
          ])
            expect(bare(texts(file).join(""))).toBe(expected);
        },
      ),
    );
  });
});

describe("the words that a file has no times for", () => {
  const stretches = (file: string | object) => {
    const { passages, words } = read(file);
    return untimedStretches(passages, words);
  };

  it("are those of captions, near ones together, with half of the pause around them", () => {
    const srtFile =
      "1\n00:00:01,000 --> 00:00:02,000\none two\n\n2\n00:00:02,400 --> 00:00:03,000\nthree\n\n" +
      "3\n00:00:04,000 --> 00:00:05,000\nfour\n";
    expect(stretches(srtFile)).toEqual([
      { from: 0, to: 3, startMs: 700, endMs: 3_300 },
      { from: 3, to: 4, startMs: 3_700, endMs: 5_300 },
    ]);
  });

  it("are single words among others that have times, and none of a transcript that has all", () => {
    const said = { word: "one", start: 1, end: 2 };
    const last = { word: "three", start: 2.4, end: 3 };
    const segment = { start: 1, end: 3, text: "one two three" };
    expect(stretches({ segments: [{ ...segment, words: [said, { word: "two" }, last] }] })).toEqual(
      [{ from: 1, to: 2, startMs: 2_000, endMs: 2_400 }],
    );
    expect(stretches({ segments: [{ ...segment, words: [said, last] }] })).toEqual([]);
  });
});
