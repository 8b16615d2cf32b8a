import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ProcessOptions } from "../src/local/process.ts";
import { dailies } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";
import { filesBelow } from "./support/library.ts";
import { withLibrary } from "./support/with-library.ts";

/** Folders of footage as people have them: with results, bins and other programs' files between the films. */

let base: string;
let footage: string;
let count = 0;
const tone = (hertz: number): string => join(base, `${hertz}.wav`);

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "dailies-footage-"));
  for (const hertz of [300, 400])
    ffmpeg("-f", "lavfi", "-i", `sine=f=${hertz}:duration=0.2`, "-ar", "16000", tone(hertz));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));
beforeEach(() => {
  footage = join(base, `footage-${(count += 1)}`);
  mkdirSync(footage);
});

function put(path: string, from = tone(300)): void {
  mkdirSync(dirname(join(footage, path)), { recursive: true });
  cpSync(from, join(footage, path));
}

/** Processes in a library of its own, one for each test, and says what became of the files. */
async function process(paths: readonly string[], options: ProcessOptions = {}) {
  const library = join(base, `library-${count}`);
  const { finished, refused, ignored } = await withLibrary(library, (opened) =>
    opened.process(paths, { only: ["audio"], ...options }),
  );
  const below = (path: string): string => path.slice(footage.length + 1);
  return {
    names: finished.map(({ name }) => name).toSorted(),
    states: finished.map(({ state }) => state),
    refused: refused.map(({ path, error }) => `${below(path)} ${error.code}`),
    ignored: ignored.map(({ path, reason }) => `${below(path)}: ${reason}`).toSorted(),
  };
}

describe("a folder of footage", () => {
  it("may hold its own results, and they are never taken for footage", async () => {
    put("a.wav");
    for (const out of [footage, join(footage, "results")]) {
      expect(await process([footage], { out })).toMatchObject({ names: ["a.wav"], refused: [] });
      expect(await process([footage], { out })).toMatchObject({
        names: ["a.wav"],
        states: ["unchanged"],
      });
    }
    const elsewhere = await process([footage]);
    expect(elsewhere.names).toEqual(["a.wav"]);
    expect(elsewhere.ignored).toEqual(["output/audio: results", "results/output/audio: results"]);
    // moved to another place, and of a version that did not mark them
    cpSync(join(footage, "results"), join(footage, "old"), { recursive: true });
    rmSync(join(footage, "old/output/audio/.dailies-results"));
    put("old/output/web/x.wav");
    put("output/mine.wav");
    expect((await process([footage])).names).toEqual(["a.wav", "output/mine.wav"]);
  });

  it("may hold libraries, backups and batches' results", async () => {
    put("a.wav");
    put("lib/dailies.db");
    put("lib/objects/x.wav");
    put("backup/backup.json");
    put("backup/objects/x.wav");
    put("texts/.dailies-batch/ledger.jsonl");
    put("texts/Archive/x.wav");
    expect(await process([footage])).toMatchObject({
      names: ["a.wav"],
      ignored: ["backup: a backup", "lib: a library", "texts: a batch's results"],
    });
  });

  it("is read without bins and other programs' own files", async () => {
    const helpers = [
      "@eaDir/a.wav/SYNOAUDIO.wav",
      "#recycle/x.wav",
      "$RECYCLE.BIN/x.wav",
      "System Volume Information/x.wav",
      "lost+found/x.wav",
      ".Trash-1000/files/x.wav",
      "@Recently-Snapshot/x.wav",
      "__MACOSX/x.wav",
      "~$x.wav",
      "x.wav~",
      "clip.wav.download/x.wav",
      "x.wav.partial",
      "~syncthing~x.wav.tmp",
      ".stversions/x.wav",
      "._x.wav",
    ];
    for (const path of [...helpers, "a.wav", "day @ sea/b.wav"]) put(path);
    const { names, ignored } = await process([footage]);
    expect(names).toEqual(["a.wav", "day @ sea/b.wav"]);
    expect(ignored).toHaveLength(helpers.length);
    const library = join(base, `library-${count}`);
    const said = await dailies(library, "process", footage, "--only", "audio");
    expect(said.stderr).toMatch(/Passed over 15: .*--passed-over lists them\./);
    const listed = await dailies(library, "process", footage, "--only", "audio", "--passed-over");
    expect(listed.stderr).toContain("@eaDir: passed over, another program's own");
  }, 30_000);

  it("gives what is media by content, whatever it is called", async () => {
    for (const [ending, args] of [
      ["mka", ["-c:a", "flac"]],
      ["ac3", ["-c:a", "ac3"]],
      ["mp2", ["-c:a", "mp2"]],
    ] as const)
      ffmpeg("-i", tone(300), ...args, join(footage, `a.${ending}`));
    put("no ending");
    put("a.xyz");
    writeFileSync(join(footage, "index.ts"), "export const x = 1;\n");
    writeFileSync(join(footage, "bike.txt"), "BMX\n");
    const { names, ignored, refused } = await process([footage]);
    expect(names).toEqual(["a.ac3", "a.mka", "a.mp2", "a.xyz", "no ending"]);
    expect(ignored).toEqual(["bike.txt: not a media file", "index.ts: not a media file"]);
    expect(refused).toEqual([]);
  });
});

describe("equal file names", () => {
  it("get their folders' names, and keep what they have got", async () => {
    put("day1/clip.wav", tone(300));
    put("day2/clip.wav", tone(400));
    put("day2/other.wav", tone(400));
    const days = ["day1", "day2"].map((day) => join(footage, day));
    const names = ["day1/clip.wav", "day2/clip.wav", "other.wav"];
    expect(await process(days)).toMatchObject({ names, refused: [] });
    for (const day of days)
      expect((await process([day])).states.every((state) => state === "unchanged")).toBe(true);
    expect((await process([join(days[1] ?? "", "clip.wav")])).names).toEqual(["day2/clip.wav"]);
  });

  it("come one folder after the other as well", async () => {
    put("day1/clip.wav", tone(300));
    put("day2/clip.wav", tone(400));
    const [one = "", two = ""] = ["day1", "day2"].map((day) => join(footage, day));
    expect((await process([one])).names).toEqual(["clip.wav"]);
    expect(await process([two])).toMatchObject({ names: ["day2/clip.wav"], refused: [] });
    expect(await process([one, two])).toMatchObject({
      names: ["clip.wav", "day2/clip.wav"],
      states: ["unchanged", "unchanged"],
    });
  });

  it("of folders with equal names take more of the path", async () => {
    put("x/card/clip.wav", tone(300));
    put("y/card/clip.wav", tone(400));
    const cards = ["x", "y"].map((card) => join(footage, card, "card"));
    expect((await process(cards)).names).toEqual(["x/card/clip.wav", "y/card/clip.wav"]);
  });

  it("begin with --prefix where one is given", async () => {
    put("clip.wav");
    expect((await process([footage], { prefix: "shoot/day 1" })).names).toEqual([
      "shoot/day 1/clip.wav",
    ]);
  });

  it("of a single file that was named stay a conflict", async () => {
    put("day1/clip.wav", tone(300));
    put("day2/clip.wav", tone(400));
    await process([join(footage, "day1/clip.wav")]);
    const { refused } = await process([join(footage, "day2/clip.wav")]);
    expect(refused).toEqual(["day2/clip.wav name_conflict"]);
  });
});

describe("a place for results", () => {
  it.each([
    ["/proc/nowhere/x", /\/proc\/nowhere\/x cannot be written/],
    ["/dev/null/x", /^dailies: \/dev\/null is not a folder .*hoose another/],
    [`/tmp/${"x".repeat(300)}`, /shorter/],
  ])("that cannot be made ends the command at once: %s", async (out, said) => {
    put("a.wav");
    const ended = await dailies(join(base, "never"), "process", footage, "--out", out);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toMatch(said);
    expect(ended.stderr).toContain("(storage_failed)");
    expect(filesBelow(join(base, "never/objects/uploads"))).toEqual([]);
  });

  it("that cannot be a library's ends the command at once, too", async () => {
    const refused = await dailies("/proc/nowhere/x", "put", tone(300));
    expect(refused).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("(storage_failed)"),
    });
  });

  it("that can be made is not there before there are results", async () => {
    const out = join(base, "deep/er/out");
    await process([footage], { out });
    expect(filesBelow(join(base, "deep"))).toEqual([]);
    expect(readdirSync(base)).not.toContain("deep");
  });

  it("that cannot hold a name refuses it before the work", async () => {
    const long = `${"x".repeat(247)}.wav`;
    put(long);
    put("b.wav");
    const out = join(base, "long");
    expect(await process([footage], { out })).toMatchObject({
      names: ["b.wav"],
      refused: [`${long} invalid_name`],
    });
    expect((await process([join(footage, long)], { out, name: "short.wav" })).names).toEqual([
      "short.wav",
    ]);
  });
});
