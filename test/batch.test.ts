import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BatchGiven } from "../src/batch/settings.ts";
import { parseCsv } from "../src/media/csv.ts";
import type { BatchReport, BatchUpdate } from "../src/batch/report.ts";
import { makeTone, placeIn, runBatch, settingsFor } from "./support/batch.ts";
import { withLibrary } from "./support/with-library.ts";
import { batchResults, endedSoFar, endedTwice } from "./support/batch-results.ts";
import { dailies, dailiesCommand, start, until } from "./support/command.ts";
import { filesBelow, lookAt } from "./support/library.ts";
import { openPackage } from "./support/opc.ts";
import { descendants } from "./support/processes.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-"));
afterAll(() => rmSync(folder, { recursive: true }));

const place = (name: string) => placeIn(join(folder, name));

/** Writes files that are named like recordings but have no sound, so that they fail at once. */
function writeJunk(input: string, count: number): void {
  for (let index = 0; index < count; index += 1)
    writeFileSync(join(input, `take ${index}.mp3`), `this is no sound: ${index}`);
}

describe("the slots of a batch", () => {
  it.each([
    [1, 1],
    [4, 3],
    [10, 9],
  ])("are %i, of which queued jobs use exactly %i", async (slots, most) => {
    const at = place(`slots-${slots}`);
    writeJunk(at.input, 2 * most + 2);
    const settings = settingsFor(at, { slots, archive: "none" });
    const counts: number[] = [];
    await withLibrary(at.dataDir, async (library) => {
      await library.pause(); // no job ends, so all inputs that were taken in stay visible
      const inBucket = async () => (await library.list({ startsWith: "batch/" })).length;
      const { signal } = new AbortController();
      const onUpdate = (update: BatchUpdate): void => {
        if (update.type === "queued") void inBucket().then((count) => counts.push(count));
      };
      const running = library.batch(settings, { signal, onUpdate });
      await until("a full queue", () => counts.length === most);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(await inBucket()).toBe(most);
      expect(counts).toHaveLength(most);
      await library.resume();
      const report = await running;
      expect(report).toMatchObject({ completed: 0, failed: 2 * most + 2, left: [] });
    });
    expect(Math.max(...counts)).toBe(most);
  });
});

describe("a batch", () => {
  it("lists unusable files and gives every job a valid name", async () => {
    const at = place("odd");
    mkdirSync(join(at.input, '=deep, "er"\n'));
    for (const name of ["notes.txt", "photo.jpg", "empty.wav", "=1+1.mp3", 'a,"b"\n.mp3'])
      writeFileSync(join(at.input, name), name === "empty.wav" ? "" : "junk");
    writeFileSync(join(at.input, '=deep, "er"\n', "漢字🙂.MP3"), "junk");
    const { report, updates } = await runBatch(at);
    expect(report).toMatchObject({
      completed: 0,
      failed: 4,
      ignored: 2,
      left: [],
      interrupted: false,
    });
    const reasons = updates.flatMap((one) => (one.type === "ignored" ? one.reason : []));
    expect(reasons.toSorted()).toEqual(["a picture", "not a media file"]);
    const failed = parseCsv(readFileSync(report.summaries?.failed ?? "", "utf8"));
    expect(failed.map(([job, input, ...others]) => [job, input, others.at(-2)])).toEqual([
      ["job_name", "input", "failure_code"],
      ["1_1", "'=1+1.mp3", "unsupported_media"],
      ["a_b", 'a,"b"\n.mp3', "unsupported_media"],
      [
        "deep_er",
        `'=deep, "er"
/漢字🙂.MP3`,
        "unsupported_media",
      ],
      ["empty", "empty.wav", "empty_file"],
    ]);
    // The inputs are unchanged, and none of them is in the library.
    expect(filesBelow(at.input)).toHaveLength(6);
    expect(lookAt(at.dataDir)).toMatchObject({
      media: [],
      open: [],
      orphans: [],
      missing: [],
      work: [],
    });
    const renames = parseCsv(readFileSync(join(at.output, "renames.csv"), "utf8"));
    expect(renames.map(([original]) => original)).toContain('a,"b"\n.mp3');
  });

  it("refuses impossible folders and a second batch in the same folder", async () => {
    const at = place("refusals");
    writeJunk(at.input, 1);
    await expect(runBatch({ ...at, input: join(at.input, "none") })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(runBatch({ ...at, output: at.input })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(runBatch(at, { vocabulary: "none.csv" })).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(runBatch(at, { engine: "ears" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await expect(runBatch(at, { language: "no language" })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await withLibrary(at.dataDir, async (library) => {
      await library.pause();
      const stop = new AbortController();
      const settings = settingsFor(at);
      let queued = false;
      const onUpdate = (update: BatchUpdate): void => void (queued ||= update.type === "queued");
      const first = library.batch(settings, { signal: stop.signal, onUpdate });
      await until("the first", () => queued);
      await expect(runBatch(at)).rejects.toMatchObject({ code: "batch_running" });
      const other = { ...at, output: join(at.output, "..", "other") };
      await expect(runBatch(other)).rejects.toThrow(/bucket batch/);
      expect(existsSync(other.output)).toBe(false);
      stop.abort();
      expect(await first).toMatchObject({
        interrupted: true,
        failed: 0,
        left: ["batch/take_0.mp3"],
      });
      await library.resume();
    });
    expect((await runBatch(at)).report).toMatchObject({ failed: 1, left: [] });
  });

  it("continues when a user removes its uploads meanwhile", async () => {
    const at = place("removed");
    writeJunk(at.input, 3);
    const { updates, report } = await withLibrary(at.dataDir, async (library) => {
      await library.pause();
      const seen: BatchUpdate[] = [];
      const { signal } = new AbortController();
      const onUpdate = (update: BatchUpdate): void => void seen.push(update);
      const running = library.batch(settingsFor(at, { slots: 1 }), { signal, onUpdate });
      await until("the first", () => seen.some(({ type }) => type === "queued"));
      await new Promise((resolve) => setTimeout(resolve, 50));
      await library.remove("batch/take_0.mp3", { keepMs: 0 });
      await library.resume();
      return { report: await running, updates: seen };
    });
    const codes = updates.flatMap((one) => (one.type === "failed" ? one.row.failure?.code : []));
    expect(codes).toEqual(["cancelled", "unsupported_media", "unsupported_media"]);
    expect(report).toMatchObject({ failed: 3, left: [] });
  });

  it("retries only the inputs that a summary lists", async () => {
    const at = place("retry");
    writeJunk(at.input, 3);
    const { report } = await runBatch(at);
    const lines = readFileSync(report.summaries?.failed ?? "", "utf8").split("\r\n");
    const list = join(folder, "some.csv");
    writeFileSync(list, lines.filter((line) => !line.startsWith("take_1")).join("\r\n"));
    const again = await runBatch(at, { retryFailed: list });
    expect(again.updates.flatMap((one) => (one.type === "queued" ? one.job : []))).toEqual([
      "take_0",
      "take_2",
    ]);
    expect(again.report).toMatchObject({ failed: 2, skipped: 0 });
  });

  it("renames files in place on request, and remembers their old names", async () => {
    const at = place("in-place");
    writeJunk(at.input, 2);
    writeFileSync(join(at.input, "take_0.mp3"), "another");
    const { report } = await runBatch(at, { renameInPlace: true });
    expect(report).toMatchObject({ failed: 3, problems: [] });
    expect(filesBelow(at.input)).toEqual(["take_0-2.mp3", "take_0.mp3", "take_1.mp3"]);
    expect(readFileSync(join(at.input, "take_0.mp3"), "utf8")).toBe("another");
    const failed = parseCsv(readFileSync(report.summaries?.failed ?? "", "utf8"));
    expect(failed.slice(1).map(([job, input]) => `${job} ${input}`)).toEqual([
      "take_0 take_0.mp3",
      "take_0-2 take 0.mp3",
      "take_1 take 1.mp3",
    ]);
    const [, ...renames] = parseCsv(readFileSync(join(at.output, "renames.csv"), "utf8"));
    expect(renames).toContainEqual(["take 0.mp3", "take_0-2", "take_0-2.mp3"]);
  });
});

describeWithSharedMedia("a batch of recordings", () => {
  const source = join(folder, "recordings");
  const cut = (from: string, to: string, seconds: number): void => {
    const args = ["-v", "error", "-y", "-t", String(seconds), "-i", from, join(source, to)];
    execFileSync("ffmpeg", args);
  };
  beforeAll(() => {
    mkdirSync(join(source, "more"), { recursive: true });
    const voice = sharedMedia("speech/two_cities.wav");
    cut(voice, "first words.wav", 1.5);
    for (const name of ["a.mp3", "more/c.wav"]) makeTone(join(source, name));
    writeFileSync(join(source, "broken.mp3"), "no sound");
  });

  it(
    "that is killed repeatedly leaves exactly the files of an undisturbed batch",
    { timeout: 120_000 },
    async () => {
      const [quiet, rough] = [place("undisturbed"), place("killed")];
      for (const { input } of [quiet, rough]) cpSync(source, input, { recursive: true });
      const args = ({ input, output }: typeof quiet) => [
        "batch",
        input,
        output,
        "--archive",
        "move",
        "--forget",
      ];
      const undisturbed = await dailies(quiet.dataDir, ...args(quiet), "--json");
      expect(undisturbed.exitCode).toBe(2); // one input is broken
      expect(undisturbed.stderr).toContain("Transcripts are drafts: `dailies models pull ");
      const report = JSON.parse(undisturbed.stdout) as BatchReport;
      expect(report).toMatchObject({ completed: 3, failed: 1, skipped: 0, left: [], problems: [] });

      for (const ended of [0, 1, 2]) {
        const command = [...dailiesCommand, ...args(rough), "--data-dir", rough.dataDir];
        const running = start(command);
        await until(
          `${ended} ended`,
          () => endedSoFar(rough.output) >= ended && filesBelow(rough.dataDir).length > 3,
          60_000,
        );
        process.kill(-(running.child.pid ?? 0), "SIGKILL");
        await running.ended;
      }
      const last = await dailies(rough.dataDir, ...args(rough), "--jsonl");
      expect(last.exitCode).toBe(2);
      expect(batchResults(rough.input, rough.output)).toEqual(
        batchResults(quiet.input, quiet.output),
      );
      expect(endedTwice(rough.output)).toEqual([]);
      for (const { dataDir } of [quiet, rough])
        expect(lookAt(dataDir)).toMatchObject({
          media: [],
          open: [],
          orphans: [],
          missing: [],
          sessions: 0,
        });
      expect(filesBelow(quiet.input)).toEqual(["broken.mp3"]);
      expect(filesBelow(join(quiet.output, "Archive"))).toEqual([
        "a.json",
        "a.mp3",

        "first_words.json",
        "first_words.wav",
        "more_c.json",
        "more_c.wav",
      ]);

      const document = openPackage(readFileSync(join(quiet.output, "first_words.docx")));
      expect(document.faults).toEqual([]);
      expect(document.text("word/document.xml")).toContain("first words.wav");
      const [head = [], ...rows] = parseCsv(
        readFileSync(report.summaries?.completed ?? "", "utf8"),
      );
      const spoken = rows.find(([job]) => job === "first_words") ?? [];
      expect(spoken[head.indexOf("duration_s")]).toBe("1.500");
      expect(Number(spoken[head.indexOf("words")])).toBeGreaterThan(0);
      expect(spoken[head.indexOf("engine")]).toMatch(/^pocketsphinx .* \(draft\)$/);
      expect(spoken[head.indexOf("output_files")]).toContain("first_words.docx; first_words.srt");
      const json: unknown = JSON.parse(
        readFileSync(join(quiet.output, "first_words.json"), "utf8"),
      );
      expect(json).toMatchObject({ jobName: "first_words", status: "COMPLETED" });

      // The same recording returns: the batch knows it, its result and its place in the archive.
      cpSync(join(source, "a.mp3"), join(quiet.input, "a.mp3"));
      const again = await runBatch(quiet, { retryFailed: report.summaries?.failed ?? "" });
      expect(again.report).toMatchObject({ failed: 1, completed: 0 });
      const whole = await runBatch(quiet);
      expect(whole.updates).toContainEqual({ type: "skipped", job: "a", input: "a.mp3" });
      expect(filesBelow(quiet.input)).toEqual(["broken.mp3"]);
    },
  );

  const toTxt: BatchGiven = { formats: ["txt"] };

  it("fails only those inputs whose results cannot be written", { timeout: 30_000 }, async () => {
    const at = place("blocked");
    for (const name of ["a.mp3", "b.mp3"]) cpSync(join(source, "a.mp3"), join(at.input, name));
    const { report } = await runBatch(at, toTxt, ({ type }) => {
      if (type === "queued") mkdirSync(join(at.output, "a.txt/in the way"), { recursive: true });
    });
    expect(report).toMatchObject({ completed: 1, failed: 1, left: [], interrupted: false });
    expect(readFileSync(report.summaries?.failed ?? "", "utf8")).toMatch(
      /\na,a\.mp3,.*,storage_failed,/,
    );
    rmSync(join(at.output, "a.txt"), { recursive: true });
    expect((await runBatch(at, toTxt)).report).toMatchObject({ completed: 1, failed: 0 });
    expect(filesBelow(join(at.output, "Archive"))).toEqual(["a.json", "a.mp3", "b.json", "b.mp3"]);
  });

  it("keeps the names of its jobs when files are renamed later", { timeout: 30_000 }, async () => {
    const at = place("renamed-later");
    const given = { ...toTxt, archive: "none" } as const;
    cpSync(join(source, "a.mp3"), join(at.input, "a 1.mp3"));
    expect((await runBatch(at, given)).report).toMatchObject({ completed: 1 });
    // A process that noted a renaming in the ledger and was killed before it renamed the file.
    const [from, path] = ["a 1.mp3", "a_1.mp3"].map((name) => join(at.input, name));
    const line = { type: "named", path, job: "a_1", was: "a 1.mp3", from };
    appendFileSync(join(at.output, ".dailies-batch/ledger.jsonl"), `${JSON.stringify(line)}\n`);
    expect((await runBatch(at, given)).report).toMatchObject({ completed: 0, skipped: 1 });

    const renamed = await runBatch(at, { ...given, renameInPlace: true });
    expect(renamed.report).toMatchObject({ completed: 0, skipped: 1 });
    expect(filesBelow(at.input)).toEqual(["a_1.mp3"]);
    // A new file under the old name is another recording.
    cpSync(join(source, "more/c.wav"), join(at.input, "a 1.mp3"));
    const more = await runBatch(at, { ...given, renameInPlace: true });
    expect(more.report).toMatchObject({ completed: 1, skipped: 1 });
    expect(filesBelow(at.input)).toEqual(["a_1-2.mp3", "a_1.mp3"]);
    const [, ...renames] = parseCsv(readFileSync(join(at.output, "renames.csv"), "utf8"));
    expect(renames.toSorted()).toEqual([
      ["a 1.mp3", "a_1", "a_1.mp3"],
      ["a 1.mp3", "a_1-2", "a_1-2.mp3"],
    ]);
  });

  it("can be stopped while it writes a long document", { timeout: 60_000 }, async () => {
    const at = place("stopped");
    const given = { archive: "none", keepJobs: true } as const;
    cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
    await runBatch(at, { ...toTxt, ...given });
    // No recording of this length is available, so the test writes its transcript directly.
    const outputs = join(at.dataDir, "objects/outputs");
    const isTranscript = (name: string): boolean =>
      readFileSync(join(outputs, name), "utf8").includes('"items"');
    const transcript = join(outputs, filesBelow(outputs).find(isTranscript) ?? "");
    const text = readFileSync(transcript, "utf8");
    const json = JSON.parse(text);
    json.results.items = Array.from({ length: 60_000 }, (_, index) => ({
      type: "pronunciation",
      alternatives: [{ content: "never", confidence: "0.5" }],
      start_time: `${index}`,
      end_time: `${index + 1}`,
    }));
    const standIn = (content: string): void => {
      writeFileSync(transcript, content);
      const catalog = new DatabaseSync(join(at.dataDir, "dailies.db"));
      catalog
        .prepare("UPDATE objects SET size_bytes = ? WHERE version = ?")
        .run(Buffer.byteLength(content), basename(transcript));
      catalog.close();
    };
    standIn(JSON.stringify(json));
    const args = ["--formats", "docx", "--archive", "none", "--keep-jobs"];
    const command = [...dailiesCommand, "batch", at.input, at.output, ...args];
    const running = start([...command, "--data-dir", at.dataDir]);
    const pid = running.child.pid ?? 0;
    await until("the document", () =>
      descendants(pid).some(({ command: line }) => line.includes("docx/child")),
    );
    process.kill(-pid, "SIGINT"); // like a terminal: to the whole process group
    const { exitCode, stderr } = await running.ended;
    expect(stderr).toContain("Interrupted. The same command goes on where this one stopped.");
    expect(exitCode).toBe(130);
    standIn(text);
    const { report } = await runBatch(at, { ...given, formats: ["docx"] });
    expect(report).toMatchObject({ completed: 1, failed: 0, interrupted: false });
  });

  it("is previewed without writing to the disk", async () => {
    const at = place("dry");
    cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
    const looked = await dailies(at.dataDir, "batch", at.input, at.output, "--dry-run", "--json");
    expect(JSON.parse(looked.stdout)).toMatchObject({ toDo: [{ job: "a" }], skipped: [] });
    expect(looked.exitCode).toBe(0);
    for (let index = 0; index < 40; index += 1)
      cpSync(join(source, "a.mp3"), join(at.input, `${index}.mp3`));
    const command = [...dailiesCommand, "batch", at.input, at.output, "--dry-run"];
    const running = start([...command, "--data-dir", at.dataDir]);
    const pid = running.child.pid ?? 0;
    await until("a probe", () => descendants(pid).length > 0);
    process.kill(-pid, "SIGINT");
    expect(await running.ended).toMatchObject({
      exitCode: 130,
      stderr: expect.stringMatching(/Interrupted\.\n$/),
    });
    expect([at.dataDir, at.output].filter((path) => existsSync(path))).toEqual([]);
  });

  it(
    "can keep its jobs in the library and leave its inputs in place",
    { timeout: 60_000 },
    async () => {
      const at = place("kept");
      cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
      const preview = await withLibrary(at.dataDir, (library) =>
        library.previewBatch(settingsFor(at), new AbortController().signal),
      );
      expect(preview).toMatchObject({ toDo: [{ input: "a.mp3", job: "a" }], by: "usual pace" });
      expect(preview.soundMs).toBeGreaterThan(300);
      expect(filesBelow(at.output)).toEqual([]);
      const { report } = await runBatch(at, {
        keepJobs: true,
        archive: "copy",
        formats: ["txt"],
        bucket: "kept",
      });
      expect(report).toMatchObject({ completed: 1, left: ["kept/a.mp3"] });
      expect(filesBelow(at.output).filter((name) => /^(a|Archive)/.test(name))).toEqual([
        "Archive/a.json",
        "Archive/a.mp3",
        "a.txt",
      ]);
      expect(filesBelow(at.input)).toEqual(["a.mp3"]);
      expect(lookAt(at.dataDir).jobs).toContain("kept/a.mp3 transcribe succeeded");
      // A run with other formats writes new results, but does not transcribe again.
      const more = await runBatch(at, {
        keepJobs: true,
        archive: "none",
        formats: ["txt", "json"],
        bucket: "kept",
      });
      expect(more.report).toMatchObject({ completed: 1, skipped: 0 });
      const repeated = await runBatch(at, {
        keepJobs: true,
        archive: "none",
        formats: ["txt", "json"],
        bucket: "kept",
      });
      expect(repeated.report).toMatchObject({ completed: 0, skipped: 1 });
      const exported = await dailies(
        at.dataDir,
        "export",
        "kept/a.mp3",
        "--format",
        "docx",
        "--output",
        join(folder, "a.docx"),
      );
      expect(exported.exitCode).toBe(0);
      expect(openPackage(readFileSync(join(folder, "a.docx"))).faults).toEqual([]);
    },
  );
});
