import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readEnvironment } from "../src/config/environment.ts";
import type { Word } from "../src/media/transcript.ts";
import { dailiesCommand, start } from "./support/command.ts";
import { describeWithInstalledModels } from "./support/installed-models.ts";
import { sharedMedia } from "./support/shared-media.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-import-times-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const library = join(folder, "library");
const env = { ...process.env, DAILIES_MODELS_DIR: readEnvironment({}).usualModelsDir };
const dailies = async (...args: readonly string[]) => {
  const ended = await start([...dailiesCommand, ...args, "--data-dir", library], { env }).ended;
  expect(ended.exitCode, ended.stderr).toBe(0);
  return ended.stdout;
};
const wordsOf = async (name: string): Promise<readonly Word[]> =>
  (JSON.parse(await dailies("export", name, "--format", "json")) as { words: Word[] }).words;
const plain = ({ text }: Word): string => text.toLowerCase().replace(/[^a-z]/g, "");

/** The times of the words that both say, in their order. */
function pairs(ours: readonly Word[], theirs: readonly Word[]): [Word, Word][] {
  const found: [Word, Word][] = [];
  let at = 0;
  for (const word of ours) {
    const place = theirs.findIndex((one, index) => index >= at && plain(one) === plain(word));
    if (place === -1 || place > at + 3) continue;
    at = place + 1;
    found.push([word, theirs[place] ?? word]);
  }
  return found;
}

const spoken = [
  [
    "jfk.wav",
    "and so my fellow americans ask not what your country can do for you ask what you can do for your country",
  ],
  [
    "librivox-0870.wav",
    "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do for them",
  ],
] as const;

const srtTime = (ms: number): string => new Date(ms).toISOString().slice(11, 23).replace(".", ",");

describeWithInstalledModels(["moonshine-tiny-en"], "words of subtitles", () => {
  it.each(spoken)(
    "are given the times at which they are said: %s",
    async (file, text) => {
      await dailies("process", sharedMedia(`speech/${file}`), "--only", "transcribe");
      const heard = await wordsOf(file);
      const length = execFileSync("ffprobe", [
        ..."-v error -show_entries format=duration -of csv=p=0".split(" "),
        sharedMedia(`speech/${file}`),
      ]);
      const srt = join(folder, `${file}.srt`);
      writeFileSync(
        srt,
        `1\n00:00:00,000 --> ${srtTime(Math.floor(Number(length) * 1000))}\n${text}\n`,
      );
      const taken = await dailies("transcript", "import", file, srt, "--language", "en-US");
      const imported = await wordsOf(file);
      expect(imported.map(plain)).toEqual(text.split(" "));
      const estimated = imported.filter(({ timing }) => timing === "estimated");
      expect(estimated).toEqual([]);
      expect(taken).not.toContain("estimates");
      const both = pairs(imported, heard);
      expect(both.length).toBeGreaterThan(imported.length * 0.7);
      const apart = both
        .map(([one, other]) => Math.abs(one.startMs - other.startMs))
        .toSorted((a, b) => a - b);
      expect(apart[Math.floor(apart.length / 2)]).toBeLessThanOrEqual(50);
    },
    60_000,
  );
});
