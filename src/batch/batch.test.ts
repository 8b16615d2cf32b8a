import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { processMark } from "../database/session.ts";
import { csvLine, parseCsv } from "../media/csv.ts";
import { clearMarks, holdPlace, openWholeFiles } from "./files.ts";
import { openLedger, readLedger, rowsIn } from "./ledger.ts";
import { acceptableName, createJobNames } from "./names.ts";
import { admittedAtOnce, batchSettings, checkBatchFile } from "./settings.ts";
import { completedCsv, failedCsv, stampOf, type BatchRow } from "./summary.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-"));
afterAll(() => rm(folder, { recursive: true }));

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
        const unmarked = back.map((row) =>
          row.map((field) => field.replace(/^'(?=\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])/, "")),
        );
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
      keepJobs: false,
    });
  });

  it("of a bucket are names that S3 would take", () => {
    const withBucket = (bucket: string) => () => batchSettings({ input: "a", output: "b", bucket });
    for (const bucket of ["a..b", "192.168.0.1", "ab", "Films", ".films", "films-", "a_b", "a/b"])
      expect(withBucket(bucket), bucket).toThrow(/bucket must be .* as in S3/);
    for (const bucket of ["films", "my.films-2026", "1.2.3"])
      expect(withBucket(bucket), bucket).not.toThrow();
  });

  it("name each format once, in one order, whoever gives them", () => {
    const file = checkBatchFile("b.json", {
      input: "a",
      output: "b",
      formats: ["txt", "json", "txt"],
    });
    expect(batchSettings(file).formats).toEqual(["json", "txt"]);
  });
});

describe("the ledger", () => {
  it("remembers, and forgets only a line that was not written whole", async () => {
    const path = join(folder, "ledger.jsonl");
    const ledger = await openLedger(path);
    const common = { type: "ended", stamp: "S", mark: "1", sha256: "x", settings: "h" } as const;
    await ledger.add(
      { type: "began", stamp: "S", at: 1 },
      { type: "named", path: "/a", job: "talk" },
    );
    await Promise.all([
      ledger.add({ ...common, path: "/a", row }),
      ledger.add({ ...common, path: "/b", row: failed }),
    ]);
    await ledger.close();
    appendFileSync(path, 'null\n7\n[]\n{"type":"ended","stamp":"S","pa');
    const again = await openLedger(path);
    expect(again.state.open).toBe("S");
    expect(again.state.names.get("/a")).toBe("talk");
    expect(again.state.ended.get("/a")?.succeeded).toBe(true);
    // A file that is renamed takes its end along, and leaves none behind.
    await again.add({ type: "named", path: "/c", job: "talk", was: "a", from: "/a" });
    expect([...again.state.moving]).toEqual([["/a", "/c"]]);
    expect(again.state.ended.get("/c")).toEqual(again.state.ended.get("/a"));
    await again.add({ type: "left", path: "/a" });
    expect([...again.state.moving, ...again.state.names]).toEqual([["/c", "talk"]]);
    expect([...again.state.ended.keys()]).toEqual(["/b", "/c"]);
    await again.add({ type: "finished", stamp: "S" });
    await again.close();
    const state = await readLedger(path);
    expect([state.open, state.finished, state.ended.size]).toEqual([undefined, "S", 2]);
    expect(await rowsIn(path, "S")).toEqual([failed, row]);
    expect((await readLedger(join(folder, "none"))).ended.size).toBe(0);
  });

  it("means its paths from the folder of the results, and reads older lines with whole ones", async () => {
    const ledgerIn = (root: string) => join(folder, root, "out/.dailies-batch/ledger.jsonl");
    const inputIn = (root: string, name: string) => join(folder, root, "in", name);
    mkdirSync(dirname(ledgerIn("before")), { recursive: true });
    writeFileSync(ledgerIn("before"), '{"type":"named","path":"/old/b.wav","job":"b"}\n');
    const ledger = await openLedger(ledgerIn("before"));
    const [path, from] = [inputIn("before", "a_1.wav"), inputIn("before", "a 1.wav")];
    await ledger.add({ type: "named", path, job: "a_1", was: "a 1.wav", from });
    await ledger.close();
    renameSync(join(folder, "before"), join(folder, "after"));
    const again = await openLedger(ledgerIn("after"));
    const { names, moving, renamed } = again.state;
    const [newPath, newFrom] = [inputIn("after", "a_1.wav"), inputIn("after", "a 1.wav")];
    expect(Object.fromEntries(names)).toEqual({ "/old/b.wav": "b", [newPath]: "a_1" });
    expect([...moving]).toEqual([[newFrom, newPath]]);
    // It was not renamed after all.
    await again.add({ type: "left", path: newPath, from: newFrom });
    expect([...names.values(), ...moving, ...renamed]).toEqual(["b"]);
    await again.close();
  });
});

describe("files", () => {
  it("appear whole, and what was left unfinished goes", async () => {
    const unfinished = join(folder, "unfinished");
    await openWholeFiles(unfinished);
    writeFileSync(join(unfinished, "half"), "ha");
    const files = await openWholeFiles(unfinished);
    await files.write(join(folder, "deep/er/a.txt"), "whole");
    expect(readFileSync(join(folder, "deep/er/a.txt"), "utf8")).toBe("whole");
    expect(readdirSync(unfinished)).toEqual([]);
    await expect(files.write(join(folder, "deep"), "x")).rejects.toThrow();
    expect(readdirSync(unfinished)).toEqual([]);
    await files.bring(join(folder, "deep/er/a.txt"), join(folder, "arch/a.txt"), "copy");
    await expect(
      files.bring(join(folder, "deep/er/a.txt"), join(folder, "arch/a.txt"), "move"),
    ).rejects.toThrow(/there already/);
  });

  it("are one process's at a time, until it is gone", async () => {
    const path = join(folder, "lock");
    const release = await holdPlace(path, "a batch");
    await expect(holdPlace(path, "a batch")).rejects.toMatchObject({ code: "batch_running" });
    await release();
    await (
      await holdPlace(path, "a batch")
    )();
    const module = JSON.stringify(fileURLToPath(new URL("files.ts", import.meta.url)));
    const session = JSON.stringify(
      fileURLToPath(new URL("../database/session.ts", import.meta.url)),
    );
    const script = `const {holdPlace} = await import(${module}); await holdPlace(${JSON.stringify(path)}, "x"); console.log((await import(${session})).processMark()); process.kill(process.pid, "SIGKILL")`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
    const [gone = ""] = await child.stdout.setEncoding("utf8").toArray();
    for (const mark of [gone.trim(), processMark()]) writeFileSync(`${path}.${mark}.x`, "");
    await clearMarks(path);
    expect(readdirSync(folder).filter((name) => name.endsWith(".x"))).toEqual([
      `lock.${processMark()}.x`,
    ]);
    const tries = await Promise.allSettled([1, 2, 3].map(() => holdPlace(path, "a batch")));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});
