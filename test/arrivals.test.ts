import { createHash, randomBytes } from "node:crypto";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createIdSource, newSession } from "../src/media/ids.ts";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { until } from "./support/command.ts";
import { passedBytes } from "./support/passed-bytes.ts";
import { filesBelow, lookAt, withCatalog } from "./support/library.ts";

/** The rules for added and removed objects, with real files, the real store and real work. */

/** How long a worker waits before it looks for work unasked; undefined: as always. */
const polls = vi.hoisted((): { delayMs?: number | undefined } => ({}));
vi.mock(import("../src/queue/turns.ts"), async (original) => {
  const turns = await original();
  return { ...turns, pollDelayMs: (random) => polls.delayMs ?? turns.pollDelayMs(random) };
});

const whole = { integrity: "ok", orphans: [], missing: [] };
const only = ["poster", "audio"] as const;
let media: string;

beforeAll(() => {
  media = mkdtempSync(join(tmpdir(), "dailies-arrivals-"));
  const make = (source: string, ...args: string[]) =>
    execFileSync("ffmpeg", ["-v", "error", "-f", "lavfi", "-i", source, ...args]);
  make("testsrc=size=64x48", "-frames:v", "1", join(media, "a.png"));
  make("sine=duration=1", join(media, "tone.wav"));
  return () => rmSync(media, { recursive: true, force: true });
});

describe("added and removed objects", () => {
  let base: string;
  let library: string;
  let dailies: LocalLibrary;
  const open = (limits: object = {}): Promise<LocalLibrary> => {
    const config = readConfig({ dataDir: library });
    return openDailies({ ...config, limits: { ...config.limits, ...limits } });
  };
  beforeEach(async () => {
    base = mkdtempSync(join(tmpdir(), "dailies-life-"));
    library = join(base, "library");
    dailies = await open();
  });
  afterEach(async () => {
    polls.delayMs = undefined;
    await dailies.close();
    expect(lookAt(library)).toMatchObject(whole);
    rmSync(base, { recursive: true, force: true });
  });
  const png = () => join(media, "a.png");
  const attempts = () => withCatalog(library, (all) => all("SELECT count(*) FROM attempts"))[0];
  const versions = async (name: string) =>
    (await dailies.show(name)).outputs.map(({ version }) => version);
  const passTime = () => {
    const database = new DatabaseSync(join(library, "dailies.db"));
    database.exec("UPDATE tombstones SET until = 0; UPDATE trash SET after = 0");
    database.close();
  };

  it("share results when two names have the same bytes, and are removed separately", async () => {
    const report = await dailies.process([png()], { only });
    expect(report.finished).toMatchObject([{ state: "ready" }]);
    const before = attempts();
    const { change, media: twin } = await dailies.put(png(), { name: "b/twin.png" });
    expect(change).toBe("shared");
    expect(twin).toMatchObject({ type: "image", owner: "local" });
    expect(await versions("b/twin.png")).toEqual(await versions("a.png"));
    expect((await dailies.show("b/twin.png")).renditions).toMatchObject([
      { rendition: "poster", object: { key: "output/poster/b/twin.png.jpg" } },
    ]);
    expect((await dailies.show("b/twin.png")).jobs).toMatchObject([
      { step: "probe", state: "succeeded" },
      { step: "poster", state: "succeeded" },
      { step: "label", state: "queued" }, // not requested before
    ]);
    expect(attempts()).toBe(before);
    await dailies.remove("a.png", { keepMs: 0 });
    const posters = filesBelow(join(library, "objects", "outputs"));
    expect(posters).toHaveLength(1);
    await dailies.remove("b/twin.png", { keepMs: 0 });
    expect(filesBelow(join(library, "objects"))).toEqual([]);
  });

  it("are renamed without work, whether the removal or the new name comes first", async () => {
    await dailies.process([png()], { only });
    const made = await versions("a.png");
    await dailies.remove("a.png");
    expect((await dailies.put(png(), { name: "b.png" })).change).toBe("shared");
    expect(await versions("b.png")).toEqual(made);
    expect((await dailies.put(png(), { name: "c.png" })).change).toBe("shared");
    await dailies.remove("b.png");
    passTime();
    await dailies.recover();
    expect(await versions("c.png")).toEqual(made);
    expect(attempts()).toBe("0");
    expect((await dailies.list()).map((one) => one.media.name)).toEqual(["c.png"]);
  });

  it("are deleted with their tombstone when no new name adopts them in time", async () => {
    await dailies.process([png()], { only });
    await dailies.remove("a.png");
    expect(filesBelow(join(library, "objects"))).toHaveLength(2);
    passTime();
    await dailies.recover();
    expect(filesBelow(join(library, "objects"))).toEqual([]);
    expect(withCatalog(library, (all) => all("SELECT name FROM tombstones"))).toEqual([]);
    expect((await dailies.put(png(), { name: "b.png" })).change).toBe("created");
  });

  it("belong to one owner and are never shared with another", async () => {
    await dailies.process([png()], { only });
    await expect(dailies.put(png(), { name: "a.png", owner: "anna" })).rejects.toMatchObject({
      code: "not_yours",
    });
    await expect(dailies.remove("a.png", { owner: "anna" })).rejects.toMatchObject({
      code: "not_found",
    });
    expect((await dailies.put(png(), { name: "hers.png", owner: "anna" })).change).toBe("created");
  });

  it("are compared by their bytes", async () => {
    const put = async (bytes: string, replace = false) =>
      (await dailies.put(stream(Buffer.from(bytes)), { name: "a.mp4", replace })).change;
    expect(await put("one")).toBe("created");
    expect(await put("one")).toBe("unchanged");
    await expect(put("two")).rejects.toMatchObject({ code: "name_conflict" });
    expect(await put("two", true)).toBe("replaced");
    await expect(put("")).rejects.toMatchObject({ code: "empty_file" });
    await expect(dailies.put(stream(), { name: "../x" })).rejects.toMatchObject({
      code: "invalid_name",
    });
    const broken = (async function* () {
      yield Buffer.from("begun");
      throw new Error("the client went away");
    })();
    await expect(dailies.put(broken, { name: "b.mp4" })).rejects.toThrow();
    await dailies.recover();
    expect(filesBelow(join(library, "objects"))).toHaveLength(1);
  });

  it("with the same bytes are also processed when they arrive during the first one's work", async () => {
    await dailies.put(png(), { name: "a.png" });
    const working = dailies.process([png()], { only, name: "b.png" });
    await dailies.put(png(), { name: "c.png" });
    await working;
    await dailies.reprocess(["a.png", "c.png"], { only });
    for (const name of ["a.png", "b.png", "c.png"])
      expect((await dailies.show(name)).renditions, name).toHaveLength(1);
  });

  it("are recorded at the last byte without reading them again, and their work waits for no poll", async () => {
    polls.delayMs = 600_000;
    const stop = new AbortController();
    let begun = 0;
    const working = dailies.work({
      signal: stop.signal,
      drain: stop.signal,
      onUpdate: (update) => {
        if (update.type === "progress") begun += 1;
      },
    });
    await dailies.put(stream(randomBytes(1_000)), { name: "warm.mp4" });
    await until("the first progress", () => begun > 0);
    const bytes = randomBytes(2_000_000);
    begun = 0;
    const before = passedBytes();
    await dailies.put(stream(bytes), { name: "a.mp4" });
    const passed = passedBytes() - before;
    if (process.platform === "linux") {
      // written once: read or written again, it would be twice
      expect(passed).toBeGreaterThanOrEqual(bytes.byteLength);
      expect(passed).toBeLessThan(1.5 * bytes.byteLength);
    }
    await until("its progress", () => begun > 0);
    stop.abort();
    await working;
  });

  it("that the store has lost are made again, and bytes without a record are reported", async () => {
    await dailies.process([png(), join(media, "tone.wav")], { only });
    expect(await dailies.reconcile({ verify: true })).toMatchObject({
      objects: 4,
      lost: [],
      orphans: [],
    });
    const { outputs } = await dailies.show("a.png");
    const poster = outputs[0]?.version ?? "";
    const path = filesBelow(join(library, "objects")).find((file) => file.endsWith(poster)) ?? "";
    rmSync(join(library, "objects", path));
    const audio = (await dailies.show("tone.wav")).outputs[0]?.version ?? "";
    const audioPath =
      filesBelow(join(library, "objects")).find((file) => file.endsWith(audio)) ?? "";
    const bytes = randomBytes((await dailies.show("tone.wav")).outputs[0]?.sizeBytes ?? 0);
    writeFileSync(join(library, "objects", audioPath), bytes);
    const [old, young] = [0, Date.now()].map((time) => createIdSource(newSession(), () => time)());
    const placeOf = (version = "") => {
      const shard = createHash("sha256").update(version).digest("hex").slice(0, 2);
      return join(library, "objects/outputs", shard, version);
    };
    for (const version of [old, young]) {
      mkdirSync(dirname(placeOf(version)), { recursive: true });
      writeFileSync(placeOf(version), "without a record");
    }

    expect((await dailies.reconcile()).lost).toMatchObject([
      { found: "missing", repair: "queued" },
    ]);
    const report = await dailies.reconcile({ verify: true });
    expect(report.lost).toMatchObject([
      { key: "output/audio/tone.wav.mp3", found: "damaged", repair: "queued" },
      { key: "output/poster/a.png.jpg", found: "missing", repair: "open" },
    ]);
    expect(report.orphans).toMatchObject([{ version: old, removed: false }]);
    await dailies.workOff();
    expect((await dailies.reconcile({ verify: true })).lost).toEqual([]);
    expect((await dailies.reconcile({ remove: true })).orphans).toMatchObject([{ removed: true }]);
    expect(existsSync(placeOf(old))).toBe(false);
    rmSync(placeOf(young));
    expect((await dailies.show("tone.wav")).media.state).toBe("ready");
  });

  it("get a lost transcript again from the upload, if there never was an audio rendition", async () => {
    await dailies.process([join(media, "tone.wav")], { only: ["transcribe"] });
    const transcriptOf = async () =>
      (await dailies.show("tone.wav")).outputs.find(({ key }) => key.includes("/transcribe/"));
    const before = (await transcriptOf())?.version ?? "";
    expect(before, JSON.stringify(await dailies.show("tone.wav"))).not.toBe("");
    const path = filesBelow(join(library, "objects")).find((file) => file.endsWith(before)) ?? "";
    rmSync(join(library, "objects", path));
    expect((await dailies.reconcile()).lost).toMatchObject([
      { key: "output/transcribe/tone.wav.json", repair: "queued" },
    ]);
    await dailies.workOff();
    expect((await transcriptOf())?.version).not.toBe(before);
    expect((await dailies.reconcile({ verify: true })).lost).toEqual([]);
    expect((await dailies.show("tone.wav")).renditions).toEqual([]);
  });

  it("are retried without a name, and cancelled jobs are retried, too", async () => {
    await dailies.put(png(), { name: "a.png" });
    expect(await dailies.cancel("a.png")).toBe(1);
    const { finished } = await dailies.retry(undefined, { step: "poster" });
    expect(finished).toMatchObject([{ name: "a.png", state: "ready" }]);
    expect((await dailies.show("a.png")).renditions).toMatchObject([{ rendition: "poster" }]);
  });

  it("wait for disk space: no job starts and no file is taken in until there is some", async () => {
    await dailies.put(png(), { name: "a.png" });
    const crowded = await open({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(await crowded.space()).toMatchObject({ isEnough: false });
    await expect(crowded.put(png(), { name: "b.png" })).rejects.toMatchObject({
      code: "disk_full",
    });
    const tone = join(media, "tone.wav");
    await expect(crowded.process([tone], { only })).rejects.toMatchObject({ code: "disk_full" });
    expect((await crowded.list()).map((one) => one.media.name)).toEqual(["a.png"]);
    await expect(crowded.workOff()).rejects.toMatchObject({ code: "disk_full" });
    const stop = new AbortController();
    const waiting = crowded.work({ signal: stop.signal, drain: stop.signal });
    setTimeout(() => stop.abort(), 600);
    await waiting;
    expect(await crowded.jobs({ state: "queued" })).toMatchObject([{ step: "probe", attempts: 0 }]);
    await crowded.close();
    await dailies.reprocess(["a.png"], { only });
    expect((await dailies.show("a.png")).renditions).toHaveLength(1);
  });
});

async function* stream(bytes = Buffer.alloc(0)): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
