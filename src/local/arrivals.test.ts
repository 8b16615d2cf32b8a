import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { put } from "../app/put.ts";
import { newRun, waitForReceived } from "../app/run.ts";
import { createWakeUps } from "../app/work.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { runEnded } from "../pipeline.ts";
import { createSqliteCatalog, type SqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { receiveFile } from "./receive-file.ts";
import { createSpace } from "./space.ts";

let folder: string;
let catalog: SqliteCatalog;
/** What was asked of the catalog, in order. */
let asked: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-arrivals-"));
  catalog = createSqliteCatalog({ database: openDatabase(":memory:"), whenEnded: runEnded });
  asked = [];
});
afterEach(async () => {
  await catalog.close();
  rmSync(folder, { recursive: true });
});

/** A real library's parts, with a catalog that counts. */
function countingPorts() {
  const session = newSession();
  const counted = new Proxy(catalog, {
    get(target, name: keyof SqliteCatalog) {
      asked.push(name);
      return target[name];
    },
  });
  return {
    catalog: counted,
    imports: counted,
    objects: createFilesystemObjectStore({
      dir: join(folder, "objects"),
      newVersion: createIdSource(session),
    }),
    engines: () => Promise.reject(new Error("nothing has a twin here")),
    enter: async () => ({ jobsTakenOver: 0, objectsRemoved: 0, foldersRemoved: 0 }),
    markUnclean: () => {},
    wakeUps: createWakeUps(),
    space: createSpace({ dataDir: folder, limits: {} }),
    maxUploadBytes: Infinity,
    session,
  };
}

const isWrite = (name: string): boolean => name.startsWith("apply");

describe("a new media file", () => {
  it("that is put costs one look at its name and one commit, with its first job", async () => {
    const source = (async function* () {
      yield Buffer.from("bytes");
    })();
    const { media, change } = await put(countingPorts(), source, { name: "a.mp4" });
    expect(change).toBe("created");
    expect(asked.filter((name) => name === "getMedia")).toHaveLength(1);
    expect(asked.filter(isWrite)).toEqual(["applyAndGet"]);
    expect(media).toEqual(await catalog.getMedia("a.mp4"));
    expect(await catalog.listJobs({ name: "a.mp4" })).toMatchObject([
      { step: "probe", state: "queued" },
    ]);
  });

  it("that is processed costs the same, and its file is remembered", async () => {
    const path = join(folder, "a.mp4");
    writeFileSync(path, "bytes");
    const ports = countingPorts();
    const run = newRun(ports, {});
    const received = await receiveFile(ports, { path, name: "a.mp4", request: run.request });
    await waitForReceived(ports, run, received);
    expect([...run.waiting]).toEqual(["a.mp4"]);
    expect(asked.filter((name) => name === "getMedia")).toHaveLength(1);
    expect(asked.filter(isWrite)).toEqual(["applyAndGet"]);
    expect(await receiveFile(ports, { path, name: "a.mp4" })).toMatchObject({
      change: "unchanged",
    });
    expect(asked.filter(isWrite)).toHaveLength(1);
  });
});
