import { runEnded } from "../src/pipeline.ts";
import { execFileSync, spawn } from "node:child_process";
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSqliteCatalog } from "../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import { createWakeUps } from "../src/app/work.ts";
import { createSpace } from "../src/local/space.ts";
import { createOutputWriter } from "../src/local/outputs.ts";
import { receiveFile } from "../src/local/receive-file.ts";
import { createIdSource, newSession } from "../src/media/ids.ts";
import { createFilesystemObjectStore } from "../src/objects/filesystem.ts";
import { storedObject } from "../src/objects/stored.ts";
import { dailies, dailiesCommand, start, until } from "./support/command.ts";
import { filesBelow, lookAt, withCatalog } from "./support/library.ts";

/** Other processes and users change a library and its files while it works. */

const clean = { integrity: "ok", orphans: [], missing: [], open: [], sessions: 0, work: [] };
let folder: string;
const path = (...names: string[]): string => join(folder, ...names);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-library-"));
  const make = (source: string, name: string) =>
    execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, path(name)]);
  make("sine=duration=1", "tone.wav");
  make("sine=frequency=880:duration=1", "high.wav");
  make("anoisesrc=duration=60:sample_rate=48000", "noise.wav");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a source", () => {
  const session = newSession();
  const newId = createIdSource(session);
  const open = (name: string) => {
    const library = path(name);
    const catalog = createSqliteCatalog({
      whenEnded: runEnded,
      database: openDatabase(join(library, "dailies.db")),
    });
    const objects = createFilesystemObjectStore({ dir: join(library, "objects") });
    const nothing = { jobsTakenOver: 0, objectsRemoved: 0, foldersRemoved: 0 };
    return {
      library,
      catalog,
      objects,
      newId,
      session,
      engines: () => Promise.reject(new Error("no file has a twin here")),
      imports: catalog,
      enter: async () => nothing,
      markUnclean: () => {},
      wakeUps: createWakeUps(),
      space: createSpace({ dataDir: folder, limits: {} }),
      maxUploadBytes: Infinity,
    };
  };
  /** Takes a file in. `meanwhile` runs each time after the file has been read. */
  const receive = (parts: ReturnType<typeof open>, file: string, meanwhile: () => void) => {
    const objects = {
      ...parts.objects,
      putFile: async (...args: Parameters<typeof parts.objects.putFile>) => {
        const stored = await parts.objects.putFile(...args);
        meanwhile();
        return stored;
      },
    };
    const { signal } = new AbortController();
    const incoming = { path: file, name: "a.wav", owner: "local", signal };
    return receiveFile({ ...parts, objects }, incoming).then(({ media }) => media);
  };
  const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");

  it("that grows while it is read is read again, so that it is stored as it was at one time", async () => {
    const parts = open("growing");
    const file = path("growing.wav");
    copyFileSync(path("tone.wav"), file);
    let times = 0;
    const media = await receive(parts, file, () => {
      if ((times += 1) === 1) appendFileSync(file, "more");
    });
    expect(times).toBe(2);
    expect(media.sha256).toBe(sha256(readFileSync(file)));
    await parts.catalog.close();
    expect(lookAt(parts.library)).toMatchObject({ orphans: [], missing: [] });
  });

  it("that never stops growing is refused, and no part of it stays", async () => {
    const parts = open("endless");
    const file = path("endless.wav");
    copyFileSync(path("tone.wav"), file);
    await expect(receive(parts, file, () => appendFileSync(file, "more"))).rejects.toMatchObject({
      code: "file_changing",
    });
    await parts.catalog.close();
    expect(lookAt(parts.library)).toMatchObject({ orphans: [], missing: [], media: [] });
  });

  it("that a link replaces after the check of a watched folder still gives its own bytes", async () => {
    const parts = open("swapped");
    const file = path("swapped.wav");
    copyFileSync(path("tone.wav"), file);
    const before = sha256(readFileSync(file));
    const space = {
      ...parts.space,
      check: async () => {
        rmSync(file);
        symlinkSync("/etc/passwd", file);
      },
    };
    const within = realpathSync(folder);
    const incoming = { path: join(within, "swapped.wav"), name: "a.wav", within };
    const { media } = await receiveFile({ ...parts, space }, incoming);
    expect(media.sha256).toBe(before);
    await expect(
      receiveFile(parts, { ...incoming, name: "b.wav", replace: true }),
    ).rejects.toMatchObject({ code: "unsupported_media" });
    await parts.catalog.close();
    expect(lookAt(parts.library)).toMatchObject({ orphans: [], missing: [] });
  });

  it("may be removed while or after it is read", async () => {
    const parts = open("removed");
    const file = path("removed.wav");
    copyFileSync(path("tone.wav"), file);
    const media = await receive(parts, file, () => unlinkSync(file));
    expect(media.sha256).toBe(sha256(readFileSync(path("tone.wav"))));
    await parts.catalog.close();
    const worked = await dailies(parts.library, "process");
    expect(worked.exitCode).toBe(0);
    expect(lookAt(parts.library)).toMatchObject({ orphans: [], missing: [] });
  });

  it("that cannot be read is refused alone", async () => {
    const secret = path("secret");
    mkdirSync(join(secret, "below"), { recursive: true });
    copyFileSync(path("tone.wav"), join(secret, "tone.wav"));
    copyFileSync(path("tone.wav"), join(secret, "closed.wav"));
    execFileSync("chmod", ["000", join(secret, "below"), join(secret, "closed.wav")]);
    // Root may read everything; without its capabilities it is like any user.
    const humble =
      process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];
    const run = (...args: string[]) =>
      start([...humble, ...dailiesCommand, ...args, "--data-dir", path("humble")]).ended;
    const alone = await run("process", join(secret, "closed.wav"));
    expect(alone.stderr).toMatch(/^dailies: [^\n]*closed\.wav[^\n]*\(storage_failed\)[^\n]*\n/);
    expect(alone.exitCode).toBe(1);
    const { exitCode, stdout, stderr } = await run("process", secret, "--only", "audio");
    expect(exitCode).toBe(2);
    expect(stdout).toContain("✓ tone.wav");
    const refused = stderr.split("\n").filter((line) => line.startsWith("dailies: "));
    expect(refused).toEqual([
      expect.stringMatching(/below.*\(storage_failed\)/),
      expect.stringMatching(/closed\.wav.*\(storage_failed\)/),
    ]);
    execFileSync("chmod", ["-R", "700", secret]);
  });
});

describe("two processes at once", () => {
  const attempts = (library: string, columns: string): string[] =>
    withCatalog(library, (all) => all(`SELECT ${columns} FROM attempts ORDER BY 1`));

  it("with different bytes under one name: one succeeds, the other gets an error", async () => {
    const library = path("conflict");
    for (const name of ["tone", "high"]) {
      mkdirSync(path(name));
      copyFileSync(path(`${name}.wav`), path(name, "same.wav"));
    }
    const ends = await Promise.all(
      ["tone", "high"].map((name) =>
        dailies(library, "process", path(name, "same.wav"), "--only", "audio"),
      ),
    );
    expect(ends.map(({ exitCode }) => exitCode).toSorted()).toEqual([0, 1]);
    const loser = ends.find(({ exitCode }) => exitCode === 1);
    expect(loser?.stderr).toContain("(name_conflict)");
    expect(lookAt(library)).toMatchObject({ ...clean, media: ["same.wav ready"] });
  });

  it("with the same file: all succeed, and each step is done once, also one that only one requested", async () => {
    const library = path("same");
    const args = ["process", path("tone.wav")];
    const ends = await Promise.all([
      dailies(library, ...args, "--only", "probe", "--jsonl"),
      dailies(library, ...args, "--only", "audio", "--jsonl"),
      dailies(library, ...args, "--only", "audio,index", "--jsonl"),
    ]);
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const state = lookAt(library);
    expect(state).toMatchObject(clean);
    expect(state.jobs).toEqual(["tone.wav audio succeeded", "tone.wav probe succeeded"]);
    expect(attempts(library, "step")).toEqual(["audio", "probe"]);
  });

  it("keep their jobs: a process that was stopped for a while does not lose its job", async () => {
    const library = path("stopped");
    const args = ["process", path("noise.wav"), "--only", "audio"];
    const slow = start([...dailiesCommand, ...args, "--jsonl", "--data-dir", library]);
    await until("the audio step", () => slow.said().includes('"step":"audio"'));
    slow.child.kill("SIGSTOP");
    const other = start([...dailiesCommand, "process", "--data-dir", library]);
    const { exitCode } = await other.ended;
    expect(exitCode).toBe(0);
    slow.child.kill("SIGCONT");
    expect(await slow.ended).toMatchObject({ exitCode: 0 });
    expect(attempts(library, "step || ' ' || outcome")).toEqual([
      "audio succeeded",
      "probe succeeded",
    ]);
    expect(lookAt(library)).toMatchObject(clean);
  });

  it("wait for each other: one keeps the catalog locked for seconds", async () => {
    const library = path("locked");
    expect(await dailies(library, "process", path("tone.wav"), "--only", "audio")).toMatchObject({
      exitCode: 0,
    });
    const lock = `
      const database = new (require("node:sqlite").DatabaseSync)(process.argv[1]);
      database.exec("BEGIN IMMEDIATE");
      console.log("locked");
      setTimeout(() => database.exec("COMMIT"), 2500);`;
    const holder = spawn(process.execPath, ["-e", lock, join(library, "dailies.db")]);
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const { exitCode, ms } = await dailies(library, "process", path("high.wav"), "--only", "audio");
    expect(exitCode).toBe(0);
    expect(ms).toBeGreaterThan(2_000);
    expect(lookAt(library)).toMatchObject({
      ...clean,
      media: ["high.wav ready", "tone.wav ready"],
    });
  });
});

describe("the results folder", () => {
  const { signal } = new AbortController();
  const write = async (folderName: string, bytes: Buffer, stop = signal) => {
    const objects = createFilesystemObjectStore({ dir: path("store") });
    const stored = await objects.put(
      { bucket: "outputs", key: "output/web/a.mp4" },
      (async function* () {
        yield bytes;
      })(),
    );
    const object = storedObject(stored, "video/mp4");
    return createOutputWriter(objects, path(folderName)).write([object], stop);
  };

  it("loses the unfinished files of dead processes, but not those of living ones", async () => {
    const gone = spawn(process.execPath, [
      "--input-type=module",
      "-e",
      `import { processFingerprint } from ${JSON.stringify(new URL("../src/process/identity.ts", import.meta.url).href)};
       console.log(processFingerprint());`,
    ]);
    let fingerprint = "";
    gone.stdout.on("data", (text: Buffer) => (fingerprint += text));
    await new Promise((resolve) => gone.on("close", resolve));
    const { processFingerprint } = await import("../src/process/identity.ts");
    const web = path("results/output/web");
    mkdirSync(web, { recursive: true });
    const half = `.dailies-unfinished.${fingerprint.trim()}.0123`;
    const living = `.dailies-unfinished.${processFingerprint()}.0123`;
    for (const name of [half, living, "mine.part"]) writeFileSync(join(web, name), "half");
    await write("results", Buffer.from("whole"));
    expect(filesBelow(web)).toEqual([".dailies-results", living, "a.mp4", "mine.part"].toSorted());
  });

  it("keeps no unfinished file when writing is stopped", async () => {
    const stop = new AbortController();
    const writing = write("stopped-results", Buffer.alloc(64 * 1024 ** 2), stop.signal);
    const web = path("stopped-results/output/web");
    await until("a half file", () => filesBelow(web).length > 1);
    stop.abort();
    await expect(writing).rejects.toMatchObject({ code: "cancelled" });
    expect(filesBelow(web)).toEqual([".dailies-results"]);
  });

  it("is refused before any work if it is a file or lies below one", async () => {
    const library = path("refused");
    for (const out of [path("tone.wav"), path("tone.wav", "below")]) {
      const { exitCode, stderr } = await dailies(
        library,
        "process",
        path("high.wav"),
        "--out",
        out,
      );
      expect(stderr).toMatch(
        /^dailies: [^\n]*tone\.wav is not a folder \(storage_failed\)[^\n]*\n$/,
      );
      expect(exitCode).toBe(1);
    }
    expect(lookAt(library)).toMatchObject({ ...clean, media: [] });
  });
});

describe("Ctrl-C while a large file is taken in", () => {
  it("ends the command at once and leaves no part of the file", async () => {
    const library = path("large");
    const file = path("large.wav");
    const header = readFileSync(path("tone.wav")).subarray(0, 44);
    writeFileSync(file, header);
    truncateSync(file, 400 * 1024 ** 2);
    const args = ["process", file, "--only", "probe"];
    const running = start([...dailiesCommand, ...args, "--data-dir", library]);
    await until("bytes", () => filesBelow(join(library, "objects/.incoming")).length > 0);
    running.child.kill("SIGINT");
    const { exitCode } = await running.ended;
    expect(exitCode).toBe(130);
    expect(lookAt(library)).toMatchObject({ ...clean, media: [] });
    expect(filesBelow(join(library, "objects"))).toEqual([]);
  });
});
