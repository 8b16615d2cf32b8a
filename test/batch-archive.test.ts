import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { markOf, openWholeFiles } from "../src/batch/files.ts";
import { readLedger } from "../src/batch/ledger-state.ts";
import type { BatchGiven, BatchSettings } from "../src/batch/settings.ts";
import { createArchive } from "../src/batch/archive.ts";
import { sha256Of } from "../src/files/sha256.ts";
import { placesOf } from "../src/batch/places.ts";
import type { BatchUpdate } from "../src/batch/report.ts";
import { makeTone, placeIn, runBatch, settingsFor, type BatchPlace } from "./support/batch.ts";
import { withLibrary } from "./support/with-library.ts";
import { filesBelow } from "./support/library.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-batch-archive-"));
const source = join(folder, "recordings");
afterAll(() => rmSync(folder, { recursive: true }));
beforeAll(() => {
  mkdirSync(source);
  makeTone(join(source, "a.mp3"));
  makeTone(join(source, "b.mp3"), 500);
});

const place = (name: string): BatchPlace => placeIn(join(folder, name));

type Formats = BatchSettings["formats"];
const toTxt: BatchGiven = { formats: ["txt"] };
const archive = ({ output }: BatchPlace): string[] => filesBelow(join(output, "Archive"));
const kept = ({ output }: BatchPlace): string => join(output, ".dailies-batch/json/a.json");

/** Transcribes one recording without an archive, and returns its folders. */
async function transcribed(name: string, formats: Formats): Promise<BatchPlace> {
  const at = place(name);
  cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
  const { report } = await runBatch(at, { formats, archive: "none" });
  expect(report).toMatchObject({ completed: 1, problems: [] });
  expect(archive(at)).toEqual([]);
  return at;
}

function digestOf(path: string): string {
  return createHash("sha256").update(readFileSync(path)).digest("hex").slice(0, 8);
}

describe("recordings of a batch", () => {
  it("are found below the output folder, but not in its archive", async () => {
    const { output, dataDir } = place("below");
    const at = { input: join(output, "in"), output, dataDir };
    cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
    expect((await runBatch(at, toTxt)).report).toMatchObject({ completed: 1, problems: [] });
    expect(archive(at)).toEqual(["a.json", "a.mp3"]);
    const { updates } = await runBatch(at, toTxt);
    expect(updates).toContainEqual(expect.objectContaining({ type: "found", inputs: 0 }));
    const inside = { ...at, input: join(output, ".dailies-batch") };
    await expect(runBatch(inside)).rejects.toMatchObject({ code: "invalid_argument" });
  });

  it(
    "are archived only when transcribed, and never over other recordings",
    { timeout: 30_000 },
    async () => {
      const at = place("changed");
      const path = join(at.input, "a.mp3");
      cpSync(join(source, "a.mp3"), path);
      // Another recording replaces it after it was taken in.
      const changed = await runBatch(at, toTxt, ({ type }) => {
        if (type === "queued") cpSync(join(source, "b.mp3"), path);
      });
      expect(changed.report).toMatchObject({ completed: 1, failed: 0 });
      expect(changed.report.problems).toMatchObject([{ path, error: { code: "file_changing" } }]);
      expect(filesBelow(at.input)).toEqual(["a.mp3"]);
      expect(archive(at)).toEqual(["a.json"]);
      const json = readFileSync(join(at.output, "Archive/a.json"), "utf8");
      writeFileSync(join(at.output, "Archive/a.json"), `${json} `); // to recognize this file later

      const again = await runBatch(at, toTxt);
      expect(again.report).toMatchObject({ completed: 1, skipped: 0, problems: [] });
      const [other = ""] = archive(at);
      expect(other).toMatch(/^a-[0-9a-f]{8}\.json$/);
      expect(archive(at)).toEqual([other, other.replace("json", "mp3"), "a.json"]);
      expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).toBe(`${json} `);

      // The first one returns and is transcribed again. No other recording or JSON has its name in the archive.
      cpSync(join(source, "a.mp3"), path);
      await runBatch(at, toTxt);
      expect(archive(at)).toEqual([other, other.replace("json", "mp3"), "a.json", "a.mp3"]);
      expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).not.toBe(`${json} `);
      writeFileSync(join(at.output, "Archive/a.json"), `${json} `);
      cpSync(join(source, "b.mp3"), path);
      expect((await runBatch(at, toTxt)).report).toMatchObject({ completed: 1, problems: [] });
      expect(archive(at)).toHaveLength(4);
      expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).toBe(`${json} `);
    },
  );

  it(
    "are archived by the next run if the first run could not archive them",
    { timeout: 30_000 },
    async () => {
      const at = place("later");
      const path = join(at.input, "a.mp3");
      cpSync(join(source, "a.mp3"), path);
      const touch = ({ type }: BatchUpdate): void => {
        if (type === "queued") utimesSync(path, 1, 1);
      };
      const first = await runBatch(at, toTxt, touch);
      expect(first.report.problems).toHaveLength(1);
      const second = await runBatch(at, toTxt);
      expect(second.report).toMatchObject({ completed: 0, skipped: 1, problems: [] });
      expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.json", "a.mp3"]]);

      rmSync(join(at.output, "Archive/a.mp3"));
      cpSync(join(source, "a.mp3"), path);
      const copied = await runBatch(at, { ...toTxt, archive: "copy" });
      expect(copied.report).toMatchObject({ skipped: 1, problems: [] });
      expect([filesBelow(at.input), archive(at)]).toEqual([["a.mp3"], ["a.json", "a.mp3"]]);
    },
  );
});

describe("a recording that the archive already has", () => {
  it("is removed from the input folder, unless it was changed meanwhile", async () => {
    const at = place("twice");
    const settings = settingsFor(at);
    const places = await placesOf(settings);
    const files = await openWholeFiles(places.unfinished);
    const { signal } = new AbortController();
    const ours = createArchive({ places, settings, files, signal });
    const path = join(at.input, "a.mp3");
    for (const to of [path, join(places.archive, "a.mp3")]) cpSync(join(source, "a.mp3"), to);
    const sha256 = await sha256Of(path);
    const bring = async (mark = "") =>
      ours.bringRecording({ path, name: "a.mp3", sizeBytes: 1, mark }, "a", sha256);
    const mark = await markOf(path);
    utimesSync(path, 1, 1);
    await expect(bring(mark)).rejects.toMatchObject({ code: "file_changing" });
    expect(existsSync(path)).toBe(true);
    await bring(await markOf(path));
    expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.mp3"]]);
  });
});

describe("a recording whose file was moved", () => {
  it("is read once to check that its bytes are the same", async () => {
    const at = await transcribed("moved", ["txt"]);
    const path = join(at.input, "a.mp3");
    const given: BatchGiven = { ...toTxt, archive: "none" };
    utimesSync(path, 1, 1);
    const ledger = join(at.output, ".dailies-batch/ledger.jsonl");
    const before = readFileSync(ledger, "utf8");
    const preview = await withLibrary(at.dataDir, (library) =>
      library.previewBatch(settingsFor(at, given), new AbortController().signal),
    );
    expect(preview).toMatchObject({ toDo: [], skipped: [{ job: "a" }] });
    expect(readFileSync(ledger, "utf8")).toBe(before);
    expect((await runBatch(at, given)).report).toMatchObject({ completed: 0, skipped: 1 });
    const { ended } = await readLedger(ledger);
    expect([...ended.values()]).toMatchObject([{ mark: await markOf(path) }]);
    const after = readFileSync(ledger, "utf8");
    expect((await runBatch(at, given)).report).toMatchObject({ completed: 0, skipped: 1 });
    expect(readFileSync(ledger, "utf8")).toBe(after);
  });
});

describe("an archive that is asked for later", () => {
  it.each<{ first: Formats; later: Formats }>([
    { first: ["json", "txt"], later: ["json", "txt"] },
    { first: ["json", "txt"], later: ["txt"] },
    { first: ["txt"], later: ["txt"] },
  ])("gets recording and JSON, transcribed once: $first, then $later", async ({ first, later }) => {
    const at = await transcribed(`later ${first.join(" ")}, ${later.join(" ")}`, first);
    const json = first.includes("json") ? join(at.output, "a.json") : kept(at);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({ jobName: "a" });
    const moved = await runBatch(at, { formats: later });
    expect(moved.report).toMatchObject({ completed: 0, skipped: 1, problems: [] });
    expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.json", "a.mp3"]]);
    expect(readFileSync(join(at.output, "Archive/a.json"))).toEqual(readFileSync(json));
    expect(digestOf(join(at.output, "Archive/a.mp3"))).toBe(digestOf(join(source, "a.mp3")));
  });

  it("causes another transcription when the JSON is missing", async () => {
    const at = await transcribed("lost", ["txt"]);
    rmSync(kept(at));
    const unasked = await runBatch(at, { ...toTxt, archive: "none" });
    expect(unasked.report).toMatchObject({ completed: 0, skipped: 1 });
    const { report } = await runBatch(at, toTxt);
    expect(report).toMatchObject({ completed: 1, skipped: 0, problems: [] });
    expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.json", "a.mp3"]]);
    expect(existsSync(kept(at))).toBe(false);
  });

  it("gets the newest JSON, also when it has an older one", { timeout: 30_000 }, async () => {
    const at = place("newest");
    cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
    const json = join(at.output, "Archive/a.json");
    await runBatch(at, { ...toTxt, archive: "copy" });
    writeFileSync(json, "of the first run"); // to recognize this file later
    // The run with more formats has new results, and it archives none of them.
    const more: BatchGiven = { formats: ["txt", "json"] };
    await runBatch(at, { ...more, archive: "none" });
    expect(readFileSync(json, "utf8")).toBe("of the first run");
    const { report } = await runBatch(at, more);
    expect(report).toMatchObject({ completed: 0, skipped: 1, problems: [] });
    expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.json", "a.mp3"]]);
    expect(JSON.parse(readFileSync(json, "utf8"))).toMatchObject({ jobName: "a" });
  });

  it("keeps each JSON with its recording", { timeout: 30_000 }, async () => {
    const at = place("pairs");
    const path = join(at.input, "a.mp3");
    cpSync(join(source, "a.mp3"), path);
    await runBatch(at, toTxt, ({ type }) => {
      if (type === "queued") cpSync(join(source, "b.mp3"), path);
    });
    expect(archive(at)).toEqual(["a.json"]); // its recording no longer exists
    writeFileSync(join(at.output, "Archive/a.json"), "another's");
    await runBatch(at, { ...toTxt, archive: "none" });
    await runBatch(at, toTxt);
    const own = `a-${digestOf(join(source, "b.mp3"))}`;
    expect(archive(at)).toEqual([`${own}.json`, `${own}.mp3`, "a.json"]);
    expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).toBe("another's");
  });

  it("is completed after the process was killed at any moment", { timeout: 30_000 }, async () => {
    const at = await transcribed("killed", ["txt"]);
    const ledger = join(at.output, ".dailies-batch/ledger.jsonl");
    const [input, inArchive] = [join(at.input, "a.mp3"), join(at.output, "Archive/a.mp3")];
    const before = readFileSync(ledger, "utf8");
    await runBatch(at, toTxt);
    const after = readFileSync(ledger, "utf8");
    const json = readFileSync(join(at.output, "Archive/a.json"), "utf8");
    // The files after a kill: during the writing of the JSON, before the ledger has the JSON, during the
    // ledger's line, before the recording is moved, before it is removed from another disk, and after.
    const moments: (() => void)[] = [
      () => {
        rmSync(join(at.output, "Archive/a.json"));
        writeFileSync(join(at.output, ".dailies-batch/unfinished/half"), json.slice(0, 20));
      },
      () => {},
      () => writeFileSync(ledger, after.slice(0, -5)),
      () => writeFileSync(ledger, after),
      () => (writeFileSync(ledger, after), cpSync(input, inArchive)),
      () => (writeFileSync(ledger, after), renameSync(input, inArchive)),
    ];
    for (const asKilled of moments) {
      rmSync(inArchive, { force: true });
      cpSync(join(source, "a.mp3"), input);
      writeFileSync(ledger, before);
      asKilled();
      const { report } = await runBatch(at, toTxt);
      expect(report).toMatchObject({ completed: 0, failed: 0, problems: [] });
      expect([filesBelow(at.input), archive(at)]).toEqual([[], ["a.json", "a.mp3"]]);
      expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).toBe(json);
      expect(filesBelow(join(at.output, ".dailies-batch/unfinished"))).toEqual([]);
    }
  });

  it("accepts copying first and moving later, and the reverse", { timeout: 30_000 }, async () => {
    const at = await transcribed("orders", ["json"]);
    const inOrder = async (mode: "copy" | "move" | "none", left: string[]) => {
      const { report } = await runBatch(at, { formats: ["json"], archive: mode });
      expect(report).toMatchObject({ completed: 0, failed: 0, problems: [] });
      expect([filesBelow(at.input), archive(at)]).toEqual([left, ["a.json", "a.mp3"]]);
    };
    await inOrder("copy", ["a.mp3"]);
    const json = readFileSync(join(at.output, "Archive/a.json"), "utf8");
    writeFileSync(join(at.output, "Archive/a.json"), `${json} `); // this file must not be written again
    await inOrder("copy", ["a.mp3"]);
    await inOrder("none", ["a.mp3"]);
    await inOrder("move", []);
    await inOrder("copy", []);
    expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).toBe(`${json} `);
    // The recording returns after a user has removed both files from the archive.
    cpSync(join(source, "a.mp3"), join(at.input, "a.mp3"));
    rmSync(join(at.output, "Archive"), { recursive: true });
    await inOrder("copy", ["a.mp3"]);
    expect(readFileSync(join(at.output, "Archive/a.json"), "utf8")).toBe(json);
  });
});
