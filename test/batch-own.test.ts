import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { BatchGiven } from "../src/batch/settings.ts";
import { parseCsv } from "../src/media/csv.ts";
import type { BatchReport, BatchUpdate } from "../src/batch/report.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { makeTone, placeIn, runBatch, settingsFor, type BatchPlace } from "./support/batch.ts";
import { withLibrary } from "./support/with-library.ts";
import { until } from "./support/command.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-own-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Makes folders with files that are named like recordings but have no sound, so that they fail at once. */
function place(name: string, ...files: readonly string[]): BatchPlace {
  const at = placeIn(join(folder, name));
  for (const file of files) writeFileSync(join(at.input, file), `this is no sound: ${file}`);
  return at;
}

const mine = join(folder, "mine.mp3");
writeFileSync(mine, "somebody's own");

/** Runs a batch in a library that another user uses at the same time. */
async function runBeside(
  at: BatchPlace,
  given: BatchGiven,
  meanwhile: (library: LocalLibrary, updates: readonly BatchUpdate[]) => Promise<void>,
): Promise<{ report: BatchReport; updates: readonly BatchUpdate[] }> {
  return withLibrary(at.dataDir, async (library) => {
    const updates: BatchUpdate[] = [];
    const { signal } = new AbortController();
    const onUpdate = (update: BatchUpdate): void => void updates.push(update);
    const running = library.batch(settingsFor(at, given), { signal, onUpdate });
    await meanwhile(library, updates);
    return { report: await running, updates };
  });
}

/** Runs a batch and stops it when the given number of inputs have ended. */
async function stopAfter(at: BatchPlace, ended: number, given: BatchGiven = {}) {
  const stop = new AbortController();
  let count = 0;
  const onUpdate = ({ type }: BatchUpdate): void => {
    if (type === "completed" || type === "failed") count += 1;
    if (count === ended) stop.abort();
  };
  const settings = settingsFor(at, { slots: 1, ...given });
  return withLibrary(at.dataDir, (library) =>
    library.batch(settings, { signal: stop.signal, onUpdate }),
  );
}

/** Runs a batch and stops it when its first input is in the library, before any work on it. */
async function stopAtFirst(at: BatchPlace, given: BatchGiven = {}): Promise<BatchReport> {
  const stop = new AbortController();
  const onUpdate = ({ type }: BatchUpdate): void => {
    if (type === "queued") stop.abort();
  };
  return withLibrary(at.dataDir, async (library) => {
    await library.pause();
    const settings = settingsFor(at, { slots: 1, ...given });
    const report = await library.batch(settings, { signal: stop.signal, onUpdate });
    await library.resume();
    return report;
  });
}

const codes = (updates: readonly BatchUpdate[]): string[] =>
  updates.flatMap((one) => (one.type === "failed" ? (one.row.failure?.code ?? []) : []));
const queued = (updates: readonly BatchUpdate[]): string[] =>
  updates.flatMap((one) => (one.type === "queued" ? one.job : []));
const versionIn = ({ dataDir }: BatchPlace, name: string): Promise<string | undefined> =>
  withLibrary(
    dataDir,
    async (library) =>
      (await library.list({ startsWith: name })).find(({ media }) => media.name === name)?.media
        .version,
  );
const put = ({ dataDir }: BatchPlace, path: string, name: string): Promise<string> =>
  withLibrary(dataDir, async (library) => (await library.put(path, { name })).media.version);

describe("a media file of another user in the library", () => {
  it.each([
    ["other bytes", () => mine],
    ["the same bytes of the same file", (at: BatchPlace) => join(at.input, "talk.mp3")],
  ])("is left alone: %s under the same name", async (name, path) => {
    const at = place(`left-alone-${name}`, "talk.mp3", "other.mp3");
    const version = await put(at, path(at), "batch/talk.mp3");
    const { report, updates } = await runBatch(at);
    expect(codes(updates).toSorted()).toEqual(["name_conflict", "unsupported_media"]);
    expect(readFileSync(report.summaries?.failed ?? "", "utf8")).toContain("another --bucket");
    expect(report).toMatchObject({ failed: 2, left: [] });
    expect(await versionIn(at, "batch/talk.mp3")).toBe(version);
    const elsewhere = await runBatch(at, { bucket: "else" });
    expect(codes(elsewhere.updates)).toEqual(["unsupported_media", "unsupported_media"]);
  });

  it("is left alone when it is added during a batch", async () => {
    const at = place("meanwhile", "a.mp3", "b.mp3", "c.mp3");
    const own: string[] = [];
    const { report, updates } = await runBeside(at, { slots: 1 }, async (library, seen) => {
      await library.pause();
      await until("the first", () => queued(seen).length === 1);
      const replaced = await library.put(mine, { name: "batch/a.mp3", replace: true });
      own.push(replaced.media.version);
      await library.resume();
      await until("the second", () => codes(seen).length === 2);
      const again = await library.put(mine, { name: "batch/b.mp3", replace: true });
      own.push(again.media.version);
    });
    expect(codes(updates)).toEqual(["cancelled", "unsupported_media", "unsupported_media"]);
    expect(report).toMatchObject({ failed: 3, left: [] });
    expect(await versionIn(at, "batch/a.mp3")).toBe(own[0]);
    expect(await versionIn(at, "batch/b.mp3")).toBe(own[1]);
  });

  it("may come from an earlier run that kept it, and goes when a later one forgets", async () => {
    const at = place("kept", "a.mp3");
    await runBatch(at, { keepJobs: true });
    const version = await versionIn(at, "batch/a.mp3");
    expect(version).toBeDefined();
    writeFileSync(join(at.input, "b.mp3"), "new");
    const kept = await runBatch(at, { forget: false });
    expect(kept.report).toMatchObject({ failed: 2, left: ["batch/a.mp3", "batch/b.mp3"] });
    expect(await versionIn(at, "batch/a.mp3")).toBe(version);
    writeFileSync(join(at.input, "a.mp3"), "changed");
    const { report, updates } = await runBatch(at);
    expect(codes(updates)).toEqual(["unsupported_media", "unsupported_media"]);
    expect(report.left).toEqual([]);
  });
});

describe("a media file that a stopped run left in the library", () => {
  it("is removed at the end of the batch, even if the batch continued in another bucket", async () => {
    const at = place("buckets", "a.mp3", "b.mp3");
    const version = await put(at, mine, "batch/mine.mp3");
    expect(await stopAtFirst(at)).toMatchObject({ left: ["batch/a.mp3"] });
    const { report } = await runBatch(at, { bucket: "else" });
    expect(report).toMatchObject({ failed: 2, left: [] });
    expect(await versionIn(at, "batch/a.mp3")).toBeUndefined();
    expect(await versionIn(at, "batch/mine.mp3")).toBe(version);
  });

  it("is removed also when nothing is left to do", async () => {
    const at = place("idle", "a.mp3");
    await stopAtFirst(at, { keepJobs: true });
    rmSync(join(at.input, "a.mp3"));
    const { report } = await runBatch(at, { keepJobs: true });
    expect(report).toMatchObject({ failed: 0, left: ["batch/a.mp3"] });
    expect(report.summaries).toBeDefined(); // so no batch is open
    expect((await runBatch(at)).report.left).toEqual([]);
    expect(await versionIn(at, "batch/a.mp3")).toBeUndefined();
  });
});

describe("every input gets a final state", () => {
  it("also when its media file is removed after its work and before its results", async () => {
    const files = Array.from({ length: 12 }, (_, index) => `take${index}.mp3`);
    const at = place("all-end", ...files);
    const { report } = await runBeside(at, {}, async (library, seen) => {
      const gone = new Set<string>();
      await until("the last", () => {
        for (const one of seen)
          if (one.type === "waiting" && !gone.has(one.job)) {
            gone.add(one.job);
            library.remove(`batch/${one.job}.mp3`, { keepMs: 1 }).catch(() => {}); // it is removed already
          }
        return codes(seen).length === files.length;
      });
    });
    expect(report.failed).toBe(files.length);
  });

  it("unless the output folder is missing, which ends the batch at once", async () => {
    const at = place("gone", "a.mp3", "b.mp3", "c.mp3");
    const updates: BatchUpdate[] = [];
    const running = runBatch(at, {}, (update) => {
      updates.push(update);
      if (update.type === "queued") rmSync(at.output, { recursive: true, force: true });
    });
    await expect(running).rejects.toMatchObject({
      code: "storage_failed",
      message: expect.stringContaining("the output folder is gone"),
    });
    expect(codes(updates)).toEqual([]);
    expect(existsSync(at.output)).toBe(false);
    expect(await versionIn(at, "batch/a.mp3")).toBeUndefined();
    const again = await runBatch(at);
    expect(again.report.failed).toBe(3);
    expect(codes(again.updates)).not.toContain("name_conflict");
  });
});

describe("a batch whose results cannot be written", () => {
  it("ends when no result can be written", { timeout: 30_000 }, async () => {
    const at = place("unwritable");
    for (const name of ["a.mp3", "b.mp3"]) makeTone(join(at.input, name));
    const updates: BatchUpdate[] = [];
    const running = runBatch(at, { formats: ["txt"] }, (update) => {
      updates.push(update);
      const unfinished = join(at.output, ".dailies-batch/unfinished");
      if (update.type === "queued") rmSync(unfinished, { recursive: true, force: true });
    });
    await expect(running).rejects.toMatchObject({ code: "storage_failed" });
    expect(codes(updates)).toEqual([]);
  });

  it("ends and reports the cause once", { timeout: 30_000 }, async () => {
    const at = place("in-the-way");
    makeTone(join(at.input, "a.mp3"));
    const running = runBatch(at, { formats: ["txt"] }, ({ type }) => {
      const unfinished = join(at.output, ".dailies-batch/unfinished");
      if (type !== "queued") return;
      rmSync(unfinished, { recursive: true });
      writeFileSync(unfinished, "in the way");
    });
    const error = await running.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "storage_failed",
      remedy: expect.stringContaining("Let this user write there"),
    });
    expect(String(error).split("cannot be written to")).toHaveLength(2);
  });
});

describe("a batch that is continued", () => {
  it("retries a failed input only when the result may be different", async () => {
    const at = place("otherwise", "0.mp3", "a.mp3", "b.mp3", "c.mp3", "d.mp3");
    for (const empty of ["0.mp3", "a.mp3"]) writeFileSync(join(at.input, empty), "");
    await put(at, mine, "batch/b.mp3");
    expect(await stopAfter(at, 4)).toMatchObject({ failed: 4, interrupted: true });
    writeFileSync(join(at.input, "a.mp3"), "no longer empty");
    const { report, updates } = await runBatch(at, { bucket: "else" });
    expect(updates).toContainEqual(expect.objectContaining({ type: "found", toDo: 3 }));
    expect(queued(updates)).toEqual(["a", "b", "d"]);
    expect(report).toMatchObject({ failed: 5, left: [] });
    const failed = parseCsv(readFileSync(report.summaries?.failed ?? "", "utf8"));
    expect(failed.slice(1).map(([job, ...others]) => `${job} ${others.at(-2)}`)).toEqual([
      "0 empty_file",
      ...["a", "b", "c", "d"].map((job) => `${job} unsupported_media`),
    ]);
  });

  it("retries the inputs of a list, and waits for the others", async () => {
    const at = place("listed", "a.mp3", "b.mp3", "c.mp3");
    expect(await stopAfter(at, 1)).toMatchObject({ failed: 1, interrupted: true });
    const list = join(folder, "listed.csv");
    writeFileSync(list, "sep=;\njob_name;input;failure_code\na;a.mp3;x\nz;z.mp3;x\n");
    const { report, updates } = await runBatch(at, { retryFailed: list });
    expect(queued(updates)).toEqual(["a"]);
    expect(report).toMatchObject({ failed: 1, waiting: 2 });
    expect(report.summaries).toBeUndefined();
    expect(report.problems).toMatchObject([{ input: "z.mp3", error: { code: "not_found" } }]);
    const whole = await runBatch(at);
    expect(queued(whole.updates)).toEqual(["b", "c"]);
    const failed = parseCsv(readFileSync(whole.report.summaries?.failed ?? "", "utf8"));
    expect(failed.map(([job]) => job)).toEqual(["job_name", "a", "b", "c"]);
    // A batch that started with a list ends with that list, also after a stop.
    writeFileSync(list, "job_name,failure_code\na,x\nb,x\n");
    expect(await stopAfter(at, 1, { retryFailed: list })).toMatchObject({ waiting: 0 });
    const again = await runBatch(at, { retryFailed: list });
    expect(again.report).toMatchObject({ failed: 2, waiting: 0, problems: [] });
    expect(again.report.summaries).toBeDefined();
  });

  const vocabulary = join(folder, "words.csv");
  writeFileSync(vocabulary, "Dailies\nMurchison\n");

  it("retries inputs that failed under other settings", async () => {
    const at = place("settings", "a.mp3", "b.mp3");
    await stopAfter(at, 1, { vocabulary });
    expect(queued((await runBatch(at)).updates)).toEqual(["a", "b"]);
  });

  it(
    "uses the transcription options of this run, not those of an earlier one",
    { timeout: 30_000 },
    async () => {
      const at = place("options");
      makeTone(join(at.input, "a.mp3"));
      const settings = async (library: LocalLibrary, name: string) =>
        (await library.jobs({ name })).find(({ step }) => step === "transcribe")?.settings;
      const given = { archive: "none", formats: ["txt"], keepJobs: true } as const;
      // A media file with the same bytes was transcribed with a vocabulary, and an earlier run had that vocabulary.
      await withLibrary(at.dataDir, (library) =>
        library.process([join(at.input, "a.mp3")], {
          name: "mine.mp3",
          only: ["transcribe"],
          speech: { vocabulary },
        }),
      );
      await runBatch(at, { ...given, bucket: "plain" });
      await runBatch(at, { ...given, vocabulary });
      await runBatch(at, given);
      await withLibrary(at.dataDir, async (library) => {
        expect(await settings(library, "mine.mp3")).toHaveProperty("vocabulary");
        expect(await settings(library, "plain/a.mp3")).not.toHaveProperty("vocabulary");
        expect(await settings(library, "batch/a.mp3")).not.toHaveProperty("vocabulary");
      });
    },
  );
});
