import { describe, expect, it } from "vitest";
import { chooseListed, jobsInSummary } from "./choice.ts";
import { completedCsv, failedCsv, type BatchRow } from "./summary.ts";

const failedOf = (job: string, input: string): BatchRow => ({
  job,
  input,
  createdAt: 0,
  finishedAt: 5,
  files: [],
  failure: { code: "damaged_media", message: "so it is said" },
});

const utf8 = (text: string): Buffer => Buffer.from(text);
const written = failedCsv([failedOf("bad", "=bad, 1.mp3"), failedOf("café", "sub/café.wav")]);
const listed = [
  { job: "bad", input: "=bad, 1.mp3" },
  { job: "café", input: "sub/café.wav" },
];

describe("a summary", () => {
  it("is read as it was written", () => {
    expect(jobsInSummary("f.csv", utf8(written))).toEqual(listed);
    expect(jobsInSummary("f.csv", utf8("failure_code,job_name\nx,a\n,\n"))).toEqual([{ job: "a" }]);
  });

  const bare = written.replace("\ufeff", "");
  const separated = (by: string): string =>
    bare.replaceAll(/,(?! 1)/g, by).replaceAll("\r\n", "\n");
  it.each([
    ["semicolons", utf8(separated(";"))],
    ["semicolons, and a line that says so", utf8(`sep=;\r\n${separated(";")}`)],
    ["a byte order mark before that line", utf8(`\ufeff"sep=;"\n${separated(";")}`)],
    ["tabs", utf8(separated("\t"))],
    ["UTF-16, little end first", Buffer.from(`\ufeff${separated("\t")}`, "utf16le")],
    ["UTF-16, big end first", Buffer.from(`\ufeff${bare}`, "utf16le").swap16()],
  ])("is read with %s", (_, bytes) => {
    expect(jobsInSummary("f.csv", bytes)).toEqual(listed);
  });

  it.each([
    ["of completed jobs", utf8(completedCsv([])), /no summary of failed jobs: it has no columns/],
    ["of spreadsheets' own", utf8("PK\u0003\u0004 and more"), /no summary of failed jobs/],
    ["without a byte order mark", Buffer.from(bare, "utf16le"), /neither UTF-8 nor UTF-16/],
  ])("is refused: one %s", (_, bytes, why) => {
    expect(() => jobsInSummary("f.csv", bytes)).toThrow(why);
  });
});

describe("what is listed", () => {
  const choose = (lines: [job: string, input?: string][]) => {
    const inputs = [
      { job: "007", inputs: ["007.wav"] },
      { job: "7", inputs: ["7.wav"] },
      { job: "2026-11-20", inputs: ["2026-11-20.wav"] },
      { job: "a_1", inputs: ["a_1.mp3", "a 1.mp3"] },
      { job: "a_1-2", inputs: ["a_1-2.mp3", "a 1.mp3"] },
    ];
    const asked = lines.map(([job, input]) => (input === undefined ? { job } : { job, input }));
    const { chosen, missing } = chooseListed(inputs, asked);
    return { chosen: [...chosen], missing: missing.map(({ job }) => job) };
  };

  it.each<[string, [string, string?][], string[], string[]]>([
    ["is found by its input when its job became a number", [["7", "007.wav"]], ["007"], []],
    ["or a date", [["20.11.2026", "2026-11-20.wav"]], ["2026-11-20"], []],
    ["by its job when its input is none", [["a_1", "A 1.MP3"], ["007"]], ["a_1", "007"], []],
    ["by both when two were called the same", [["a_1-2", "a 1.mp3"]], ["a_1-2"], []],
    ["is said when it is not there", [["x", "x.wav"], ["7"]], ["7"], ["x"]],
  ])("%s", (_, lines, chosen, missing) => {
    expect(choose(lines)).toEqual({ chosen, missing });
  });
});
