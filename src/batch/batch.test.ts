import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine, parseCsv, withoutApostrophe } from "../media/csv.ts";
import { acceptableName, createJobNames } from "./names.ts";
import { admittedAtOnce, batchSettings, checkBatchFile } from "./settings.ts";
import { completedCsv, failedCsv, stampOf, type BatchRow } from "./summary.ts";

const anyText = fc.string({ unit: "binary", maxLength: 20 });
const anyPath = fc
  .tuple(fc.array(anyText, { minLength: 1, maxLength: 3 }), fc.constantFrom(".wav", ".MP3", ".mp4"))
  .map(
    ([parts, ending]) => parts.map((part) => part.replaceAll("/", "") || "x").join("/") + ending,
  );

describe("job names", () => {
  it("are acceptable, different for different inputs, and stay", () => {
    fc.assert(
      fc.property(fc.uniqueArray(anyPath, { maxLength: 30 }), fc.nat(), (paths, cut) => {
        const names = createJobNames(new Map());
        const given = new Map(paths.map((path) => [path, names.nameFor(path)]));
        for (const job of given.values()) expect(job).toMatch(/^[0-9a-zA-Z][0-9a-zA-Z._-]{0,199}$/);
        expect(new Set([...given.values()].map((job) => job.toLowerCase())).size).toBe(
          paths.length,
        );
        // A batch that is started again meets fewer inputs, in another order.
        const again = createJobNames(given);
        const some = paths.slice(cut % (paths.length + 1)).toReversed();
        for (const path of some) expect(again.nameFor(path)).toBe(given.get(path));
        expect([...given.values()]).not.toContain(again.nameFor("a new one.wav"));
      }),
    );
  });

  it("are readable", () => {
    const names = createJobNames(new Map());
    const paths = [
      "Interview 1.wav",
      "Interview 1.mp3",
      "interview-1.wav",
      "2026/Café (1).m4a",
      "漢字.wav",
    ];
    const expected = ["Interview_1", "Interview_1-mp3", "interview-1", "2026_Cafe_1", "recording"];
    expect(paths.map((path) => names.nameFor(path))).toEqual(expected);
    expect(acceptableName("-=x".repeat(200))).toHaveLength(180);
  });

  it("are not what somebody else's files are called, but stay what they are", () => {
    const names = createJobNames(new Map([["old.wav", "old"]]), undefined, [
      "OLD",
      "New",
      "new-wav",
    ]);
    expect(names.nameFor("old.wav")).toBe("old");
    expect(names.nameFor("new.wav")).toBe("new-2");
  });
});

describe("CSV", () => {
  it("comes back as it went, and nothing in it is a formula", () => {
    fc.assert(
      fc.property(fc.array(fc.array(anyText, { minLength: 2, maxLength: 4 })), (rows) => {
        const back = parseCsv(`a,b\r\n${rows.map((row) => csvLine(row)).join("")}`).slice(1);
        const unmarked = back.map((row) => row.map(withoutApostrophe));
        const wanted = rows.filter((row) => row.length > 1);
        expect(unmarked.map((row) => row.map((field) => field.replace(/^'+/, "")))).toEqual(
          wanted.map((row) =>
            row.map((field) =>
              field.replace(/^'+(?=\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])|^'+/, ""),
            ),
          ),
        );
        for (const row of back) for (const field of row) expect(field).not.toMatch(/^\s*[=+\-@]/);
      }),
    );
  });

  it("is read as spreadsheets write it", () => {
    expect(parseCsv('\ufeff"a";b\n"x;""y""\nz";\n\n1;2')).toEqual([
      ["a", "b"],
      ['x;"y"\nz', ""],
      ["1", "2"],
    ]);
    expect(parseCsv("a,b\n1,")).toEqual([
      ["a", "b"],
      ["1", ""],
    ]);
  });
});

const row: BatchRow = {
  job: "talk",
  input: '=cmd|"/c calc",\n🙂.wav',
  durationMs: 1_500,
  languageCode: "en-US",
  words: 3,
  meanConfidence: 0.81234,
  engine: "pocketsphinx 5 en-us",
  createdAt: 0,
  startedAt: 1_000,
  finishedAt: 3_500,
  files: ["talk.json", "talk.docx"],
};
const failed: BatchRow = {
  job: "bad",
  input: "bad.mp3",
  createdAt: 0,
  finishedAt: 5,
  files: [],
  failure: { code: "damaged_media", message: "-1 bytes, it is said" },
};

describe("summaries", () => {
  it("have the right columns, safe for a spreadsheet", () => {
    const [head = [], first = [], ...others] = parseCsv(completedCsv([row, failed]));
    const cells = Object.fromEntries(head.map((name, index) => [name, first[index]]));
    expect(others).toEqual([]);
    expect(cells).toEqual({
      job_name: "talk",
      input: `'${row.input}`,
      duration_s: "1.500",
      language: "en-US",
      words: "3",
      mean_confidence: "0.8123",
      engine: "pocketsphinx 5 en-us",
      created: "1970-01-01T00:00:00.000Z",
      started: "1970-01-01T00:00:01.000Z",
      finished: "1970-01-01T00:00:03.500Z",
      elapsed_s: "2.500",
      output_files: "talk.json; talk.docx",
      state: "complete",
      note: "",
    });
    const [heads = [], one = []] = parseCsv(failedCsv([row, failed]));
    expect(one[heads.indexOf("failure_code")]).toBe("damaged_media");
    expect(one[heads.indexOf("failure_reason")]).toBe("'-1 bytes, it is said");
    expect(one[heads.indexOf("duration_s")]).toBe("");
    expect(completedCsv([{ ...row, draft: true }])).toContain(",pocketsphinx 5 en-us (draft),");
    expect(completedCsv([]).startsWith("\ufeffjob_name,")).toBe(true);
    expect(stampOf(Date.UTC(2026, 10, 20, 11, 50, 57))).toBe("20261120T115057Z");
  });
});

describe("settings", () => {
  it("leave queued jobs nine tenths of the slots, and at least one", () => {
    expect([1, 2, 10, 11, 99, 100].map(admittedAtOnce)).toEqual([1, 1, 9, 9, 89, 90]);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 10_000 }), (slots) => {
        expect(admittedAtOnce(slots)).toBeLessThanOrEqual(Math.max(1, 0.9 * slots));
        expect(admittedAtOnce(slots)).toBeGreaterThan(0.9 * slots - 1);
      }),
    );
  });

  it("are refused by name", () => {
    expect(() => checkBatchFile("b.json", { slotz: 3 })).toThrow(/"slotz" is no setting/);
    expect(() => checkBatchFile("b.json", { slots: 0 })).toThrow(/slots must be 1 to 10000, not 0/);
    expect(() => checkBatchFile("b.json", { toString: 1 })).toThrow(/is no setting/);
    expect(() => batchSettings({ input: "a" })).toThrow(/folder for its output/);
    expect(() => batchSettings({ input: "a", output: "b", bucket: "../x" })).toThrow(
      /bucket must be/,
    );
    const file = checkBatchFile("b.json", { input: "a", output: "b", slots: 7, archive: "copy" });
    expect(batchSettings(file, { slots: 9 })).toMatchObject({
      slots: 9,
      archive: "copy",
      forget: false,
    });
  });

  it("of a bucket are names that S3 would take", () => {
    const withBucket = (bucket: string) => () => batchSettings({ input: "a", output: "b", bucket });
    for (const bucket of ["a..b", "192.168.0.1", "ab", "Films", ".films", "films-", "a_b", "a/b"])
      expect(withBucket(bucket), bucket).toThrow(/bucket must be .* as in S3/);
    for (const bucket of ["films", "my.films-2026", "1.2.3"])
      expect(withBucket(bucket), bucket).not.toThrow();
  });

  it("name each format once, in one order, in whatever order they are given", () => {
    const file = checkBatchFile("b.json", {
      input: "a",
      output: "b",
      formats: ["txt", "json", "txt"],
    });
    expect(batchSettings(file).formats).toEqual(["json", "txt"]);
  });
});
