import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchGiven } from "../src/batch/settings.ts";
import { processFingerprint } from "../src/process/identity.ts";
import { parseCsv } from "../src/media/csv.ts";
import { previewBatchAlone } from "../src/runtime/preview.ts";
import { readConfig } from "../src/config/config.ts";
import { makeTone, placeIn, runBatch, settingsFor, type BatchPlace } from "./support/batch.ts";
import { dailies, dailiesCommand } from "./support/command.ts";
import { filesBelow } from "./support/library.ts";
import { describeWithMounts, openMounts } from "./support/mounts.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-places-"));
const tone = join(folder, "tone.mp3");
beforeAll(() => makeTone(tone));
afterAll(() => rmSync(folder, { recursive: true }));

const toTxt: BatchGiven = { formats: ["txt"] };

function place(name: string, recordings: readonly string[] = []): BatchPlace {
  const at = placeIn(join(folder, name));
  for (const recording of recordings) cpSync(tone, join(at.input, recording));
  return at;
}

function write(path: string, content = "junk"): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
}

const archive = ({ output }: BatchPlace): string[] => filesBelow(join(output, "Archive"));

describe("another user's file", () => {
  it("is never overwritten by results", { timeout: 30_000 }, async () => {
    const at = place("strangers", ["notes.mp3", "b.mp3", "c.mp3"]);
    const others = ["Notes.TXT", "Archive/b.json", "Archive/c.wav"];
    for (const name of others) write(join(at.output, name), "mine");
    const { report, updates } = await runBatch(at, toTxt);
    expect(report).toMatchObject({ completed: 3, failed: 0, problems: [] });
    for (const name of others) expect(readFileSync(join(at.output, name), "utf8")).toBe("mine");
    const jobs = updates.flatMap((one) => (one.type === "completed" ? one.row.job : []));
    expect(jobs.toSorted()).toEqual(["b-mp3", "c-mp3", "notes-mp3"]);
    expect(archive(at)).toContain("b-mp3.mp3");
  });

  it("is not mistaken for a batch's list of names", async () => {
    const at = place("list");
    writeFileSync(join(at.input, "a.mp3"), "junk");
    write(join(at.output, "renames.csv"), "mine");
    await expect(runBatch(at)).rejects.toThrow(/renames\.csv is there/);
    expect(filesBelow(at.output)).toEqual(["renames.csv"]);
    expect(readFileSync(join(at.output, "renames.csv"), "utf8")).toBe("mine");
    rmSync(join(at.output, "renames.csv"));
    await runBatch(at);
    // Without its ledger a batch does not recognize its own list either.
    rmSync(join(at.output, ".dailies-batch"), { recursive: true });
    const refused = await dailies(at.dataDir, "batch", at.input, at.output);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("Move it away") });
  });
});

const shared = "/dev/shm";
const hasOtherDisk = existsSync(shared) && statSync(shared).dev !== statSync(tmpdir()).dev;

describe("an archive", () => {
  it.runIf(hasOtherDisk || process.env["CI"] !== undefined)(
    `may be on another disk${hasOtherDisk ? "" : " (this machine has none)"}`,
    { timeout: 30_000 },
    async () => {
      const at = place("disk", ["a.mp3", "b.mp3"]);
      const elsewhere = mkdtempSync(join(shared, "dailies-archive-"));
      try {
        const gone = processFingerprint().replace(/[0-9a-f]{8}$/, "00000000");
        write(join(elsewhere, `.dailies-unfinished.${gone}.x`), "half");
        mkdirSync(at.output);
        symlinkSync(elsewhere, join(at.output, "Archive"));
        const { report } = await runBatch(at, toTxt);
        expect(report).toMatchObject({ completed: 2, failed: 0, problems: [] });
        expect(filesBelow(elsewhere)).toEqual(["a.json", "a.mp3", "b.json", "b.mp3"]);
        expect(readFileSync(join(elsewhere, "a.mp3"))).toEqual(readFileSync(tone));
        expect(filesBelow(at.input)).toEqual([]);
      } finally {
        rmSync(elsewhere, { recursive: true });
      }
    },
  );

  it(
    "that cannot be written is reported, and the transcript is kept",
    { timeout: 30_000 },
    async () => {
      const at = place("no-archive", ["a.mp3"]);
      write(join(at.output, "Archive"), "in the way");
      for (const counts of [{ completed: 1 }, { completed: 0, skipped: 1 }]) {
        const { report } = await runBatch(at, toTxt);
        expect(report).toMatchObject({ ...counts, failed: 0, left: [] });
        expect(report.problems).toMatchObject([
          { input: "a.mp3", error: { code: "storage_failed" } },
        ]);
        expect(filesBelow(at.input)).toEqual(["a.mp3"]);
        expect(existsSync(join(at.output, "a.txt"))).toBe(true);
      }
      rmSync(join(at.output, "Archive"));
      const { report } = await runBatch(at, toTxt);
      expect(report).toMatchObject({ completed: 0, skipped: 1, problems: [] });
      expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.json", "a.mp3"]]);
    },
  );
});

describe("inputs", () => {
  it("do not include files of a batch or the library, nor hidden files; each is reported", async () => {
    const root = join(folder, "rec");
    const at = { input: root, output: join(root, "out2"), dataDir: join(root, "library") };
    for (const name of ["a.mp3", ".b.mp3", "c.mp3.part", ".d/e.mp3", "out/Archive/f.mp3"])
      write(join(root, name));
    write(join(root, "out/.dailies-batch/ledger.jsonl"), "");
    const { report, updates } = await runBatch(at);
    expect(report).toMatchObject({ failed: 1, ignored: 5 });
    expect(existsSync(join(root, "out/Archive/f.mp3"))).toBe(true);
    const ignored = updates.filter((one) => one.type === "ignored");
    expect(ignored.map(({ input, reason }) => `${input}: ${reason}`)).toEqual([
      ".b.mp3: hidden or unfinished",
      ".d: hidden or unfinished",
      "c.mp3.part: hidden or unfinished",
      "library: the library",
      "out: a batch's results",
    ]);
    expect(ignored.map(({ path }) => path)).toContain(join(root, "out"));
  });

  it("that cannot be read are reported, also by a dry run", async () => {
    const at = place("unreadable");
    const raw = (name: string) =>
      Buffer.concat([Buffer.from(`${at.input}/${name}`), Buffer.of(255)]);
    mkdirSync(raw("folder"));
    writeFileSync(Buffer.concat([raw("file"), Buffer.from(".mp3")]), "junk");
    const looked = await dailies(at.dataDir, "batch", at.input, at.output, "--dry-run", "--json");
    expect(looked.exitCode).toBe(2);
    const preview = JSON.parse(looked.stdout);
    expect(preview.toDo).toEqual([]);
    expect(preview.problems).toMatchObject([
      { input: "folder\ufffd", error: { code: "invalid_name" } },
      {
        input: "file\ufffd.mp3",
        error: { code: "invalid_name", message: expect.stringContaining("is not UTF-8") },
      },
    ]);
    const { report, updates } = await runBatch(at, toTxt);
    expect(report.problems).toMatchObject([{ input: "folder\ufffd" }]);
    const [failed] = updates.flatMap((one) => (one.type === "failed" ? one.row.failure : []));
    expect(failed).toMatchObject({
      code: "invalid_name",
      message: expect.stringContaining("is not UTF-8"),
    });
  });

  it("and results may be moved together", { timeout: 30_000 }, async () => {
    const options = ["--formats", "txt", "--archive", "none"];
    const run = ({ input, output, dataDir }: BatchPlace, option: string) =>
      dailies(dataDir, "batch", input, output, ...options, option);
    const { stderr } = await run(place("before", ["a.mp3"]), "--keep-jobs");
    expect(stderr).toContain("be searched: 1 of its media files: batch/a.mp3\n");
    renameSync(join(folder, "before"), join(folder, "after"));
    const { stdout } = await run(place("after"), "--json");
    expect(JSON.parse(stdout)).toMatchObject({ completed: 0, skipped: 1 });
  });
});

describe("a batch that is refused", () => {
  it("writes nothing to the disk", async () => {
    const at = place("refused");
    writeFileSync(join(at.input, "a.mp3"), "junk");
    const signal = new AbortController().signal;
    const preview = (output: string) =>
      previewBatchAlone(
        readConfig({ dataDir: at.dataDir }),
        settingsFor({ ...at, output }),
        signal,
      );
    const inFile = join(at.input, "a.mp3/out");
    await expect(preview(inFile)).rejects.toMatchObject({ code: "storage_failed" });
    await expect(preview(join(at.input, "a.mp3"))).rejects.toThrow(/not a folder/);
    await expect(runBatch(at, { retryFailed: "none.csv" })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(existsSync(at.output)).toBe(false);
  });
});

describeWithMounts("a folder that cannot be written to", () => {
  it("keeps its file names, and the batch continues", { timeout: 30_000 }, async () => {
    const at = place("read-only");
    writeFileSync(join(at.input, "a b.mp3"), "junk");
    const mounts = await openMounts();
    try {
      mounts.run('mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"', at.input);
      const [program = "", ...inside] = mounts.inside([...dailiesCommand, "batch", at.input]);
      const { spawnSync } = await import("node:child_process");
      const end = ["--data-dir", at.dataDir, "--json"];
      const run = (...args: string[]) =>
        spawnSync(program, [...inside, ...args, ...end], { encoding: "utf8" });
      const names = () => parseCsv(readFileSync(join(at.output, "renames.csv"), "utf8")).slice(1);
      for (const options of [["--rename-in-place"], []]) {
        const { status, stdout } = run(at.output, ...options);
        expect(status).toBe(2);
        const problems = options.length === 0 ? [] : [{ input: "a b.mp3" }];
        expect(JSON.parse(stdout)).toMatchObject({ failed: 1, problems });
        expect(names()).toEqual([["a b.mp3", "a_b", ""]]);
      }
      const looked = run(join(at.input, "out"), "--dry-run");
      expect(looked.status).toBe(1);
      expect(looked.stderr + looked.stdout).toContain("cannot be written to");
    } finally {
      mounts.close();
    }
  });
});
