import {
  appendFileSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WatchEvent } from "../src/local/watch.ts";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { until } from "./support/command.ts";
import { lookAt, withCatalog } from "./support/library.ts";

/** Real folders, real files and a real catalog; no worker processes the files. */

const quietMs = 400;
/** How many files arrive at once: `npm run watch` uses 2,000. */
const many = Number(process.env["WATCH_FILES"] ?? 200);

describe("a watched folder", () => {
  let base: string;
  let dir: string;
  let library: string;
  let dailies: LocalLibrary;
  let stopping: AbortController;
  let running: Promise<void>;
  let events: WatchEvent[];

  const at = (path: string) => join(dir, path);
  const said = (type: WatchEvent["type"]) => events.filter((event) => event.type === type);
  const taken = () =>
    events.flatMap((event) => (event.type === "taken" ? [`${event.name} ${event.change}`] : []));
  const names = async () => (await dailies.list()).map(({ media }) => media.name);

  async function startWatching(): Promise<void> {
    events = [];
    stopping = new AbortController();
    const { signal } = stopping;
    running = dailies.watch(dir, { quietMs, signal, onEvent: (event) => events.push(event) });
    await until("watching", () => said("watching").length + said("away").length > 0);
  }
  async function stopWatching(): Promise<void> {
    stopping.abort();
    await running;
  }
  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), "dailies-watch-"));
    dir = join(base, "dir");
    library = join(base, "library");
    mkdirSync(dir);
    dailies = await openDailies(readConfig({ dataDir: library }));
  });
  afterEach(async () => {
    await stopWatching();
    await dailies.close();
    expect(lookAt(library)).toMatchObject({ orphans: [], missing: [], integrity: "ok" });
    rmSync(base, { recursive: true, force: true });
  });

  it("takes in complete media files under their paths", async () => {
    writeFileSync(at("before.mp4"), "1");
    await startWatching();
    mkdirSync(at("sub/deep"), { recursive: true });
    writeFileSync(at("sub/deep/after.mp3"), "2");
    for (const other of [".hidden.mp4", "a.mp4.part", "b.tmp", "notes.txt", "c.mp4.crdownload"])
      writeFileSync(at(other), other);
    mkdirSync(at(".cache"));
    writeFileSync(at(".cache/x.mp4"), "x");
    await until("two", () => taken().length === 2);
    renameSync(at("a.mp4.part"), at("a.mp4"));
    await until("three", () => taken().length === 3);
    expect(await names()).toEqual(["a.mp4", "before.mp4", "sub/deep/after.mp3"]);
    expect(taken()).toHaveLength(3);
  });

  it("says once of a name that is not UTF-8 that it cannot be taken in", async () => {
    const raw = (name: string) => Buffer.concat([Buffer.from(at(name)), Buffer.of(0xe9)]);
    writeFileSync(Buffer.concat([raw("caf"), Buffer.from(".mp4")]), "1");
    mkdirSync(raw("folder"));
    mkdirSync(at("a \ufffd folder"));
    writeFileSync(at("a \ufffd folder/b.mp4"), "2");
    await startWatching();
    await until("taken", () => taken().length === 1);
    mkdirSync(at("more")); // everything is looked at again within a second or so
    await sleep(1_800);
    expect(taken()).toEqual(["a \ufffd folder/b.mp4 created"]);
    const refused = events.flatMap((event) => (event.type === "refused" ? [event] : []));
    expect(refused.map(({ path }) => path).toSorted()).toEqual(
      [at("caf\ufffd.mp4"), at("folder\ufffd")].toSorted(),
    );
    expect(refused.map(({ error }) => error.code)).toEqual(["invalid_name", "invalid_name"]);
  });

  it("waits for a writer that pauses while it has the file open", async () => {
    await startWatching();
    const file = openSync(at("slow.mp4"), "w");
    writeSync(file, "first half, ");
    await sleep(quietMs * 6);
    expect(taken()).toEqual([]);
    writeSync(file, "second half");
    closeSync(file);
    await until("taken", () => taken().length === 1);
    const { media } = await dailies.show("slow.mp4");
    expect(media.sha256).toBe(
      createHash("sha256")
        .update(readFileSync(at("slow.mp4")))
        .digest("hex"),
    );
  });

  it("takes in a changed file again, and leaves unchanged files alone", async () => {
    writeFileSync(at("a.mp4"), "old");
    await startWatching();
    await until("old", () => taken().length === 1);
    const { version } = (await dailies.show("a.mp4")).media;
    utimesSync(at("a.mp4"), 1_000_000, 1_000_000);
    await sleep(quietMs * 3);
    expect((await dailies.show("a.mp4")).media.version).toBe(version);
    appendFileSync(at("a.mp4"), " and new");
    await until("new", () => taken().includes("a.mp4 replaced"));
  });

  it(`takes in each of ${many} files that arrive at once exactly once`, async () => {
    await startWatching();
    const startedAt = performance.now();
    for (let n = 0; n < many; n += 1) writeFileSync(at(`${n}.mp4`), `${n}`);
    await until("all", () => said("taken").length >= many, 200_000);
    console.log(`${many} files in ${Math.round(performance.now() - startedAt)} ms`);
    await sleep(quietMs * 2);
    expect(taken()).toHaveLength(many);
    const created = withCatalog(library, (all) =>
      all("SELECT count(*) FROM events WHERE event ->> 'type' = 'object.created'"),
    );
    expect(created).toEqual([String(many)]);
    expect(said("refused")).toEqual([]);
  }, 240_000);

  it("removes a media file with its file, but not when the folder is missing or replaced", async () => {
    for (const name of ["a.mp4", "b.mp4", "sub/c.mp4"]) {
      mkdirSync(at("sub"), { recursive: true });
      writeFileSync(at(name), name);
    }
    await startWatching();
    await until("three", () => taken().length === 3);
    rmSync(at("a.mp4"));
    await until("a removed", () => said("removed").length === 1);
    expect(await names()).toEqual(["b.mp4", "sub/c.mp4"]);

    renameSync(dir, join(base, "elsewhere"));
    await until("away", () => said("away").length > 0);
    mkdirSync(dir);
    await sleep(quietMs * 5);
    expect(await names()).toEqual(["b.mp4", "sub/c.mp4"]);
    rmSync(dir, { recursive: true });
    renameSync(join(base, "elsewhere"), dir);
    await until("back", () => said("watching").length === 2);
    rmSync(at("sub"), { recursive: true });
    await until("c removed", () => said("removed").length === 2);
    expect(await names()).toEqual(["b.mp4"]);
  });

  it("finds changes from before the start", async () => {
    for (const name of ["kept.mp4", "changed.mp4", "gone.mp4"]) writeFileSync(at(name), name);
    await startWatching();
    await until("three", () => taken().length === 3);
    await stopWatching();
    writeFileSync(at("changed.mp4"), "other bytes");
    writeFileSync(at("new.mp4"), "new");
    rmSync(at("gone.mp4"));
    await startWatching();
    await until("all", () => taken().length === 2 && said("removed").length === 1);
    expect(taken().toSorted()).toEqual(["changed.mp4 replaced", "new.mp4 created"]);
    expect(await names()).toEqual(["changed.mp4", "kept.mp4", "new.mp4"]);
  });

  it("removes nothing at the start when another folder has replaced it", async () => {
    writeFileSync(at("a.mp4"), "a");
    await startWatching();
    await until("one", () => taken().length === 1);
    await stopWatching();
    renameSync(dir, join(base, "elsewhere"));
    mkdirSync(dir);
    await startWatching();
    expect(said("away")).toHaveLength(1);
    await sleep(quietMs * 4);
    expect(await names()).toEqual(["a.mp4"]);
  });

  it("does not take in a removed media file again until its file changes or returns", async () => {
    for (const name of ["a.mp4", "b.mp4", "c.mp4"]) writeFileSync(at(name), name);
    await startWatching();
    await until("three", () => taken().length === 3);
    for (const name of ["a.mp4", "b.mp4", "c.mp4"]) await dailies.remove(name);
    await stopWatching();
    renameSync(at("c.mp4"), join(base, "c.mp4"));
    await startWatching();
    await sleep(quietMs * 4);
    expect(await names()).toEqual([]);
    appendFileSync(at("b.mp4"), " and more");
    await until("b", () => taken().length === 1);
    renameSync(join(base, "c.mp4"), at("c.mp4"));
    await until("c", () => taken().length === 2);
    expect(await names()).toEqual(["b.mp4", "c.mp4"]);
    rmSync(at("b.mp4")); // with its file removed, the path is free again
    await until("b removed", () => said("removed").length === 1);
    await stopWatching();
    await startWatching();
    await sleep(quietMs * 4);
    expect(await names()).toEqual(["c.mp4"]);
  });

  it("takes in files from a folder that has replaced another", async () => {
    writeFileSync(at("old.mp4"), "old");
    await startWatching();
    await until("old", () => taken().length === 1);
    await stopWatching();
    renameSync(dir, join(base, "elsewhere"));
    mkdirSync(dir);
    writeFileSync(at("new.mp4"), "new");
    for (const _start of [1, 2]) {
      await startWatching();
      expect(said("away")).toHaveLength(1);
      if (_start === 1) await until("new", () => taken().length === 1);
      else await sleep(quietMs * 4);
      expect(await names()).toEqual(["new.mp4", "old.mp4"]);
      await stopWatching();
    }
    // the first folder is back: files that arrived meanwhile are not removed
    rmSync(dir, { recursive: true });
    renameSync(join(base, "elsewhere"), dir);
    await startWatching();
    await sleep(quietMs * 4);
    expect(await names()).toEqual(["new.mp4", "old.mp4"]);
    expect(said("removed")).toEqual([]);
  });

  it("does not follow links out of it, nor remove media files that came another way", async () => {
    writeFileSync(join(base, "secret.mp4"), "secret");
    mkdirSync(join(base, "outside"));
    writeFileSync(join(base, "outside", "other.mp4"), "other");
    symlinkSync(join(base, "secret.mp4"), at("link.mp4"));
    symlinkSync(join(base, "outside"), at("linked"));
    await dailies.put(join(base, "secret.mp4"), { name: "mine.mp4" });
    writeFileSync(at("mine.mp4"), "secret");
    writeFileSync(at("conflict.mp4"), "one");
    await dailies.put(join(base, "secret.mp4"), { name: "conflict.mp4" });
    await startWatching();
    await until("conflict", () => said("refused").length === 1);
    rmSync(at("mine.mp4"));
    await sleep(quietMs * 4);
    expect(await names()).toEqual(["conflict.mp4", "mine.mp4"]);
    await expect(dailies.put(at("link.mp4"), { name: "x.mp4", within: dir })).rejects.toMatchObject(
      { code: "unsupported_media" },
    );
  });
});
