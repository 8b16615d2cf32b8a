import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeWithSharedMedia, sharedSample } from "../../test/support/shared-media.ts";
import { inTurns } from "./channels.ts";
import { MediaError } from "./errors.ts";
import { toTranscribeJson } from "./to-transcribe-json.ts";
import { fromTranscribeJson } from "./transcribe-json.ts";
import { metadataRecord } from "./transcript-record.ts";
import { transcriptText } from "./transcript.ts";
import type { Transcript, Word } from "./transcript.ts";

const engine = {
  name: "pocketsphinx",
  version: "5prealpha",
  model: "en-us",
  quality: "draft",
} as const;

const word = fc.record(
  {
    text: fc.string({ minLength: 1, unit: "grapheme" }),
    startMs: fc.nat(10_000_000),
    lengthMs: fc.nat(3_000),
    confidence: fc.nat(10_000).map((parts) => parts / 10_000),
    punctuation: fc.constantFrom(".", ",", "?", "。"),
    timing: fc.constantFrom("doubtful" as const, "estimated" as const),
    speaker: fc.constantFrom("spk_0", "spk_1"),
  },
  { requiredKeys: ["text", "startMs", "lengthMs"] },
);

const words: fc.Arbitrary<readonly Word[]> = fc
  .array(word)
  .map((list) =>
    list.map(({ lengthMs, ...rest }) => ({ ...rest, endMs: rest.startMs + lengthMs })),
  );

describe("toTranscribeJson", () => {
  it("is read back as it was, whatever the words", () => {
    fc.assert(
      fc.property(words, fc.constantFrom("en-US", "und"), (spoken, languageCode) => {
        const transcript: Transcript = { languageCode, words: spoken, engine };
        const json: unknown = JSON.parse(
          JSON.stringify(toTranscribeJson({ jobName: "j", transcript })),
        );
        expect(fromTranscribeJson(json)).toMatchObject({ ...transcript, jobName: "j" });
      }),
    );
  });

  it("is read back as it was, each channel by itself", () => {
    fc.assert(
      fc.property(words, words, fc.nat(2), (first, second, silent) => {
        const onChannel = (spoken: readonly Word[], channel: number): Word[] =>
          spoken.map((one) => ({ ...one, speaker: `ch_${channel}` }));
        const all = inTurns([...onChannel(first, 0), ...onChannel(second, 1)]);
        const channels = 2 + silent;
        const transcript: Transcript = { languageCode: "en-US", words: all, channels, engine };
        const json = toTranscribeJson({ jobName: "j", transcript });
        const starts = json.results.items.flatMap(({ start_time }) => start_time ?? []).map(Number);
        expect(starts).toEqual(starts.toSorted((a, b) => a - b));
        expect(json.results.speaker_labels).toBeUndefined();
        expect(json.results.channel_labels?.channels).toHaveLength(channels);
        expect(fromTranscribeJson(JSON.parse(JSON.stringify(json)))).toMatchObject({
          ...transcript,
        });
      }),
    );
  });

  it("writes what Amazon Transcribe writes", () => {
    const transcript: Transcript = {
      languageCode: "en-US",
      engine,
      words: [
        { text: "Good", startMs: 0, endMs: 490, confidence: 1, speaker: "spk_0" },
        {
          text: "night",
          startMs: 490,
          endMs: 1009,
          confidence: 0.99941,
          punctuation: ".",
          speaker: "spk_0",
        },
        { text: "No", startMs: 3000, endMs: 4000, speaker: "spk_1" },
      ],
    };
    const options = { jobName: "j", transcript, durationMs: 5000, realTimeFactor: 0.21234 };
    const languageIdentification = [{ code: "en-US", score: 0.98 }];
    expect(toTranscribeJson({ ...options, languageIdentification })).toEqual({
      jobName: "j",
      accountId: "000000000000",
      status: "COMPLETED",
      results: {
        language_code: "en-US",
        language_identification: [{ code: "en-US", score: "0.98" }],
        transcripts: [{ transcript: "Good night. No" }],
        speaker_labels: {
          channel_label: "ch_0",
          speakers: 2,
          segments: [
            {
              start_time: "0.0",
              end_time: "1.009",
              speaker_label: "spk_0",
              items: [
                { start_time: "0.0", end_time: "0.49", speaker_label: "spk_0" },
                { start_time: "0.49", end_time: "1.009", speaker_label: "spk_0" },
              ],
            },
            {
              start_time: "3.0",
              end_time: "4.0",
              speaker_label: "spk_1",
              items: [{ start_time: "3.0", end_time: "4.0", speaker_label: "spk_1" }],
            },
          ],
        },
        items: [
          {
            id: 0,
            type: "pronunciation",
            alternatives: [{ confidence: "1.0", content: "Good" }],
            start_time: "0.0",
            end_time: "0.49",
            speaker_label: "spk_0",
          },
          {
            id: 1,
            type: "pronunciation",
            alternatives: [{ confidence: "0.9994", content: "night" }],
            start_time: "0.49",
            end_time: "1.009",
            speaker_label: "spk_0",
          },
          {
            id: 2,
            type: "punctuation",
            alternatives: [{ confidence: "0.0", content: "." }],
            speaker_label: "spk_0",
          },
          {
            id: 3,
            type: "pronunciation",
            alternatives: [{ content: "No" }],
            start_time: "3.0",
            end_time: "4.0",
            speaker_label: "spk_1",
          },
        ],
        audio_segments: [
          {
            id: 0,
            transcript: "Good night.",
            start_time: "0.0",
            end_time: "1.009",
            speaker_label: "spk_0",
            items: [0, 1, 2],
          },
          {
            id: 1,
            transcript: "No",
            start_time: "3.0",
            end_time: "4.0",
            speaker_label: "spk_1",
            items: [3],
          },
        ],
      },
      engine: { ...engine, durationMs: 5000, realTimeFactor: 0.212 },
    });
  });

  it("says COMPLETED with an empty text when nobody speaks", () => {
    const transcript: Transcript = { languageCode: "en-US", words: [], engine };
    const { results, status } = toTranscribeJson({ jobName: "j", transcript });
    expect(status).toBe("COMPLETED");
    expect(results).toEqual({
      language_code: "en-US",
      transcripts: [{ transcript: "" }],
      items: [],
      audio_segments: [],
    });
  });
});

describe("fromTranscribeJson", () => {
  const item = (over: object) => ({
    jobName: "j",
    results: {
      items: [
        {
          type: "pronunciation",
          start_time: "1",
          end_time: "2",
          alternatives: [{ content: "a" }],
          ...over,
        },
      ],
    },
  });

  it.each([
    ["nothing", null],
    ["a list", []],
    ["no job name", { results: { items: [] } }],
    ["no results", { jobName: "j" }],
    ["no items", { jobName: "j", results: {} }],
    ["items that are no list", { jobName: "j", results: { items: {} } }],
    ["an item without alternatives", item({ alternatives: [] })],
    ["an item without content", item({ alternatives: [{}] })],
    ["a word without times", item({ start_time: undefined })],
    ["a time that is no number", item({ end_time: "soon" })],
    ["a negative time", item({ start_time: "-1" })],
    ["an unknown type", item({ type: "noise" })],
  ])("refuses %s", (_what, json) => {
    const refused = expect.objectContaining({
      name: "MediaError",
      code: "output_invalid",
    }) as Error;
    expect(() => fromTranscribeJson(json)).toThrow(refused);
  });

  it("throws nothing but MediaErrors, whatever it is given", () => {
    const garbage = fc.oneof(
      fc.jsonValue(),
      fc.jsonValue().map((results) => ({ jobName: "j", results })),
      fc.array(fc.jsonValue()).map((items) => ({ jobName: "j", results: { items } })),
    );
    fc.assert(
      fc.property(garbage, (json) => {
        try {
          fromTranscribeJson(json);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(MediaError);
        }
      }),
    );
  });

  it("takes the language that is spoken longest, where there are several", () => {
    const results = (spoken: object) => ({ jobName: "j", results: { items: [], ...spoken } });
    const language_codes = [
      { language_code: "en-US", duration_in_seconds: "3.5" },
      { language_code: "de-DE", duration_in_seconds: 12 },
    ];
    expect(fromTranscribeJson(results({ language_codes })).languageCode).toBe("de-DE");
    expect(
      fromTranscribeJson(results({ language_code: "fr-FR", language_codes })).languageCode,
    ).toBe("fr-FR");
    expect(fromTranscribeJson(results({})).languageCode).toBe("und");
  });

  it("tells a failed job's reason", () => {
    const json = { jobName: "j", status: "FAILED", failureReason: "no audio" };
    expect(() => fromTranscribeJson(json)).toThrow("no audio");
  });

  it("leaves an unreadable confidence out, and holds others to 0–1", () => {
    const read = (confidence: unknown) =>
      fromTranscribeJson(item({ alternatives: [{ content: "a", confidence }] })).words[0]
        ?.confidence;
    expect(["", "x", null, "1.2", "0.5", 0.25].map(read)).toEqual([
      undefined,
      undefined,
      undefined,
      1,
      0.5,
      0.25,
    ]);
  });
});

describeWithSharedMedia("real results of Amazon Transcribe", () => {
  const load = (name: string): unknown =>
    JSON.parse(readFileSync(sharedSample(`transcribe/${name}.json`), "utf8"));
  const samples = ["01-plain", "02-channel-identification", "03-speaker-identification"];

  it.each(samples)("%s is read whole, and survives a round trip", (name) => {
    const json = load(name) as { results: { transcripts: { transcript: string }[] } };
    const read = fromTranscribeJson(json);
    expect(read).toMatchObject({ jobName: name, languageCode: "und", status: "COMPLETED" });
    expect(read.engine.name).toBe("amazon-transcribe");
    if (name !== "02-channel-identification")
      expect(transcriptText(read.words)).toBe(json.results.transcripts[0]?.transcript);
    const again = fromTranscribeJson(toTranscribeJson({ jobName: name, transcript: read }));
    expect(again.words).toEqual(read.words);
  });

  it.each(samples)("%s is written again as Amazon wrote it, item for item", (name) => {
    const json = load(name) as { results: { items: object[] } };
    const written = toTranscribeJson({ jobName: name, transcript: fromTranscribeJson(json) });
    const items = written.results.items.map(
      ({ id: _id, speaker_label: _speaker, channel_label: _channel, ...item }) => item,
    );
    expect(items).toEqual(json.results.items);
    const ids = written.results.items.map(({ id }) => id);
    expect(ids).toEqual([...ids.keys()]);
    const inSegments = written.results.audio_segments.flatMap((segment) => segment.items);
    expect(inSegments.toSorted((a, b) => a - b)).toEqual(ids);
  });

  it("has every word on its channel, as Amazon has", () => {
    const json = load("02-channel-identification") as {
      results: { channel_labels: { channels: { items: object[] }[] } };
    };
    const read = fromTranscribeJson(json);
    expect(read.channels).toBe(2);
    const written = toTranscribeJson({ jobName: "j", transcript: read }).results.channel_labels;
    const bare = written?.channels.map(({ items, ...channel }) => ({
      ...channel,
      items: items.map(({ id: _id, channel_label: _label, ...item }) => item),
    }));
    expect({ ...written, channels: bare }).toEqual(json.results.channel_labels);
  });

  it("has every word in the segment of its speaker, as Amazon has", () => {
    const json = load("03-speaker-identification") as {
      results: { speaker_labels: { speakers: number; segments: { items: object[] }[] } };
    };
    const read = fromTranscribeJson(json);
    const written = toTranscribeJson({ jobName: "j", transcript: read }).results.speaker_labels;
    const itemsOf = (labels?: { segments: readonly { items: readonly object[] }[] }) =>
      labels?.segments.flatMap(({ items }) => items);
    expect(itemsOf(written)).toEqual(itemsOf(json.results.speaker_labels));
    expect(written?.speakers).toBe(json.results.speaker_labels.speakers);
  });

  it("knows who speaks", () => {
    const speakers = (name: string) => [
      ...new Set(fromTranscribeJson(load(name)).words.map((w) => w.speaker)),
    ];
    expect(speakers("01-plain")).toEqual([undefined]);
    expect(speakers("02-channel-identification").toSorted()).toEqual(["ch_0", "ch_1"]);
    expect(speakers("03-speaker-identification").toSorted()).toEqual(["spk_0", "spk_1", "spk_2"]);
  });

  it("become metadata records with all that they tell", () => {
    const json = load("03-speaker-identification") as {
      results: { items: object[]; transcripts: object[] };
    };
    const record = metadataRecord("output/transcribe/a.json", json);
    expect(record).toMatchObject({
      JsonFile: "output/transcribe/a.json",
      ...json.results.transcripts[0],
      jobName: "03-speaker-identification",
      accountId: "XXXXXXXXXXXX",
      status: "COMPLETED",
      itemCount: json.results.items.length,
      speakers: ["spk_0", "spk_1", "spk_2"],
      items: json.results.items,
    });
    expect(record).not.toHaveProperty("languageCode");
  });
});

describe("metadataRecord", () => {
  it("keeps language, scores, counts and engine", () => {
    const spoken: Word[] = [
      { text: "hi", startMs: 0, endMs: 10, confidence: 0.5, punctuation: "." },
    ];
    const transcript: Transcript = { languageCode: "en-US", words: spoken, engine };
    const languageIdentification = [{ code: "en-US", score: 0.98 }];
    const json = toTranscribeJson({
      jobName: "j",
      transcript,
      languageIdentification,
      durationMs: 20,
    });
    expect(metadataRecord("k", json)).toEqual({
      JsonFile: "k",
      transcript: "hi.",
      jobName: "j",
      accountId: "000000000000",
      status: "COMPLETED",
      languageCode: "en-US",
      languageIdentification,
      itemCount: 2,
      wordCount: 1,
      punctuationCount: 1,
      meanConfidence: 0.5,
      engine: { ...engine, durationMs: 20 },
      items: json.results.items,
    });
  });
});
