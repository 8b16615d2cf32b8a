import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { dailies } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";
import { filesBelow } from "./support/library.ts";

/** What a batch leaves alone when nobody says otherwise: the recordings, and what can be found. */

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-kept-"));
const input = join(folder, "in");
const output = join(folder, "out");
const library = join(folder, "library");

beforeAll(() => {
  mkdirSync(join(input, "day 1"), { recursive: true });
  const speech = "flite=text='the quick brown fox jumps over the lazy dog':voice=slt";
  ffmpeg("-f", "lavfi", "-i", speech, "-ar", "16000", join(input, "day 1/fox.wav"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it(
  "leaves recordings where they are, and its transcripts are found",
  { timeout: 120_000 },
  async () => {
    const original = readFileSync(join(input, "day 1/fox.wav"));
    const first = await dailies(library, "batch", input, output, "--formats", "txt");
    expect(first.exitCode).toBe(0);
    expect(first.stderr).toContain(
      "In the library, to be searched: 1 of its media files: batch/day_1_fox.wav",
    );
    expect(readFileSync(join(input, "day 1/fox.wav"))).toEqual(original);
    expect(filesBelow(join(output, "Archive"))).toEqual(["day_1_fox.json", "day_1_fox.wav"]);
    const words = readFileSync(join(output, "day_1_fox.txt"), "utf8");
    const word = words.match(/[a-z]{3,}/g)?.at(-1) ?? "";
    const found = await dailies(library, "search", word, "--json");
    expect(found.stdout).toContain("batch/day_1_fox.wav");
    const again = await dailies(library, "batch", input, output, "--formats", "txt");
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("done before") });

    const forgotten = await dailies(
      library,
      "batch",
      input,
      output,
      "--formats",
      "txt,srt",
      "--forget",
    );
    expect(forgotten.stderr).toContain("Left of it in the library: no media, no jobs.");
    const listed = await dailies(library, "ls", "--json");
    expect(listed.stdout).not.toContain("day_1_fox");
  },
);
