import { describe, expect, it } from "vitest";
import { parseCsv } from "../media/csv.ts";
import type { Transcript, Word } from "../media/transcript.ts";
import { exportTranscript } from "./transcript.ts";

const engine = {
  name: "pocketsphinx",
  version: "5prealpha",
  model: "en-us",
  quality: "draft",
} as const;

const transcriptOf = (words: readonly Word[]): Transcript => ({
  languageCode: "en-US",
  words,
  engine,
});

const words: readonly Word[] = [
  { text: "good", startMs: 500, endMs: 900, confidence: 0.98765, speaker: "spk_0" },
  { text: "night", startMs: 900, endMs: 1_400, speaker: "spk_0", punctuation: "." },
  { text: "you", startMs: 4_000, endMs: 4_200, speaker: "spk_0" },
  { text: 'say "so"', startMs: 3_723_000, endMs: 3_724_000, speaker: "spk_1", punctuation: "," },
];

describe("exportTranscript", () => {
  it("writes paragraphs, broken at pauses and where the speaker changes", () => {
    expect(exportTranscript({ name: "a", transcript: transcriptOf(words), format: "txt" })).toBe(
      "Draft transcript by pocketsphinx (en-us): many words are misheard.\n\n" +
        '[0:00] Speaker 1: good night.\n\n[0:04] Speaker 1: you\n\n[1:02:03] Speaker 2: say "so",\n',
    );
  });

  it("says in every format that the recording is incomplete", () => {
    const incomplete = { decodedMs: 3100, expectedMs: 12_000 };
    const given = { name: "a", transcript: transcriptOf(words), incomplete };
    const text = "3.1 of 12.0 s could be decoded";
    expect(exportTranscript({ ...given, format: "txt" })).toContain(
      `The recording is incomplete: ${text}.`,
    );
    const rows = parseCsv(exportTranscript({ ...given, format: "csv" }));
    expect(rows.map((row) => row.at(-1))).toEqual(["incomplete", ...words.map(() => text)]);
    expect(JSON.parse(exportTranscript({ ...given, format: "json" }))).toMatchObject({
      incomplete,
    });
  });

  it("breaks endless talk at short pauses", () => {
    const endless = Array.from({ length: 400 }, (_, index): Word => {
      const startMs = index * 300 + Math.floor(index / 10) * 500;
      return { text: "word", startMs, endMs: startMs + 300 };
    });
    const text = exportTranscript({ name: "a", transcript: transcriptOf(endless), format: "txt" });
    expect(text.split("\n\n")).toHaveLength(5);
  });

  it("writes a table as RFC 4180 wants it", () => {
    expect(exportTranscript({ name: "a", transcript: transcriptOf(words), format: "csv" })).toBe(
      "start,end,speaker,confidence,text,engine\r\n" +
        "0.500,0.900,Speaker 1,0.9877,good,pocketsphinx 5prealpha en-us (draft)\r\n" +
        "0.900,1.400,Speaker 1,,night.,pocketsphinx 5prealpha en-us (draft)\r\n" +
        "4.000,4.200,Speaker 1,,you,pocketsphinx 5prealpha en-us (draft)\r\n" +
        '3723.000,3724.000,Speaker 2,,"say ""so"",",pocketsphinx 5prealpha en-us (draft)\r\n',
    );
  });

  it("says of each word in the table who heard it", () => {
    const better = { name: "sherpa", version: "1.12", model: '=a,"b"' };
    const [word] = words.toSpliced(1);
    const transcript = { ...transcriptOf(word === undefined ? [] : [word]), engine: better };
    const [head, row] = parseCsv(exportTranscript({ name: "a", transcript, format: "csv" }));
    expect(row?.[head?.indexOf("engine") ?? -1]).toBe('sherpa 1.12 =a,"b"');
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"])("disarms the formula %j", (text) => {
    const transcript = transcriptOf([{ text, startMs: 0, endMs: 1 }]);
    const csv = exportTranscript({ name: "a", transcript, format: "csv" });
    expect(csv).toContain(`,'${text}`);
  });

  it("writes data with the words, the engine and the labels", () => {
    const labels = [{ name: "Person", confidence: 0.9, parents: [] }];
    const transcript = transcriptOf(words);
    const json = exportTranscript({ name: "a.mp4", transcript, labels, format: "json" });
    const text = 'good night. you say "so",';
    expect(JSON.parse(json)).toEqual({ name: "a.mp4", ...transcript, text, labels });
  });

  it("keeps no-break spaces", () => {
    const transcript = transcriptOf([{ text: "2\u00a0000\u202f000", startMs: 0, endMs: 900 }]);
    for (const format of ["txt", "csv", "json"] as const)
      expect(exportTranscript({ name: "a", transcript, format })).toContain("2\u00a0000\u202f000");
  });

  it("writes nothing where nothing is said", () => {
    const transcript = transcriptOf([]);
    expect(exportTranscript({ name: "a", transcript, format: "txt" })).toBe("");
    expect(exportTranscript({ name: "a", transcript, format: "csv" })).toBe(
      "start,end,speaker,confidence,text,engine\r\n",
    );
  });
});
