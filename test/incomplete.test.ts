import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseCsv } from "../src/media/csv.ts";
import { openPackage } from "./support/opc.ts";
import type { ReportJson } from "../src/cli/process-lines.ts";
import { runBatch, placeIn } from "./support/batch.ts";
import { dailies } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";

/** Recordings that were cut off are not called done. */

const folder = mkdtempSync(join(tmpdir(), "dailies-incomplete-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes a file of 6 s and cuts it off. */
function cut(name: string, share: number, ...options: readonly string[]): string {
  const path = join(folder, name);
  ffmpeg("-f", "lavfi", "-i", "sine=d=6", "-ar", "16000", ...options, path);
  truncateSync(path, Math.round(statSync(path).size * share));
  return path;
}

describe("a recording that was cut off", () => {
  it.each([
    ["a WAV that is shorter than it says", "short.wav", []],
    ["a FLAC", "short.flac", []],
    ["an MP3 with a table of its length", "short.mp3", []],
    ["an M4A with its index in front", "short.m4a", ["-movflags", "+faststart"]],
    ["a Matroska", "short.mka", ["-c:a", "pcm_s16le"]],
  ])("%s is incomplete", async (_what, name, options) => {
    const path = cut(name, 0.5, ...options);
    const dataDir = join(folder, `library-${name}`);
    const ended = await dailies(dataDir, "process", path, "--only", "audio", "--json");
    const { finished } = JSON.parse(ended.stdout) as ReportJson;
    expect([ended.exitCode, finished[0]?.state]).toEqual([2, "incomplete"]);
    const listed = await dailies(dataDir, "ls", "--json");
    expect(listed.stdout).toContain('"incomplete"');
    const shown = await dailies(dataDir, "show", name);
    expect(shown.stdout).toMatch(
      /incomplete: (?:[23]\.\d of 6\.\d s could be decoded|its end is missing)/,
    );
  });

  it("stays where it is in a batch, and is said to be incomplete everywhere", async () => {
    const at = placeIn(join(folder, "batch"));
    const path = join(at.input, "talk.wav");
    ffmpeg("-f", "lavfi", "-i", "sine=d=6", "-ar", "16000", path);
    truncateSync(path, 100_000);
    const { report } = await runBatch(at, { formats: ["json", "docx"] });
    expect(report).toMatchObject({ completed: 1, failed: 0, incomplete: 1 });
    expect(existsSync(path)).toBe(true);
    expect(report.left).toEqual(["batch/talk.wav"]);
    const summary = readdirSync(at.output).find((name) => name.includes("completed")) ?? "";
    const rows = parseCsv(readFileSync(join(at.output, summary), "utf8"));
    expect(rows[1]?.slice(-2)).toEqual(["incomplete", "3.1 of 6.0 s could be decoded"]);
    const json = JSON.parse(readFileSync(join(at.output, "talk.json"), "utf8")) as object;
    expect(json).toHaveProperty("incomplete");
    const document = openPackage(readFileSync(join(at.output, "talk.docx")));
    expect(document.text("word/document.xml")).toContain("3.1 of 6.0 s could be decoded");
    const own = join(folder, "own.docx");
    await dailies(at.dataDir, "export", "batch/talk.wav", "--output", own);
    expect(openPackage(readFileSync(own)).text("word/document.xml")).toContain(
      "3.1 of 6.0 s could",
    );
    const again = await runBatch(at, { formats: ["json", "docx"] });
    expect(again.report.skipped).toBe(1);
    expect(existsSync(path)).toBe(true);
  });
});
