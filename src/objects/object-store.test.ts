import { execFile, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIdSource, newSession } from "../media/ids.ts";
import { createFilesystemObjectStore } from "./filesystem.ts";
import { createMemoryObjectStore } from "./memory.ts";
import { objectStoreContract } from "./object-store.contract.ts";
import type { ObjectStore } from "./object-store.ts";

objectStoreContract("filesystem", (dir) => createFilesystemObjectStore({ dir }));
objectStoreContract("memory", () => createMemoryObjectStore(), { mostBytesHeld: Infinity });

const hasBubblewrap = spawnSync("bwrap", ["--dev-bind", "/", "/", "true"]).status === 0;

const otherDevice = "/dev/shm";
const hasOtherDevice =
  existsSync(otherDevice) && statSync(otherDevice).dev !== statSync(tmpdir()).dev;

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

describe("filesystem object store", () => {
  let folder: string;
  let store: ObjectStore;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dailies-objects-test-"));
    store = createFilesystemObjectStore({ dir: join(folder, "deep", "objects"), newVersion });
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  const session = newSession();
  const newVersion = createIdSource(session);
  const place = { bucket: "uploads", key: "talk.mp4" } as const;
  const incoming = () => readdir(join(folder, "deep", "objects", ".incoming"));

  test("makes its folder only when it is needed", async () => {
    const lazy = join(folder, "lazy");
    const unused = createFilesystemObjectStore({ dir: lazy });
    expect(await unused.stat({ ...place, version: newVersion() })).toBeUndefined();
    await expect(stat(lazy)).rejects.toThrow("ENOENT");
  });

  test("lays bytes at <bucket>/<2 hex>/<version> and lends that very path", async () => {
    const ref = await store.put(place, bytes("content"));
    const path = await store.localPath(ref);
    expect(path).toMatch(new RegExp(`/uploads/[0-9a-f]{2}/${ref.version}$`));
    expect(await readFile(path, "utf8")).toBe("content");
    expect(await incoming()).toEqual([]);
  });

  test("moving keeps the file itself: no bytes are copied", async () => {
    const path = join(folder, "rendition.mp4");
    await writeFile(path, "frames");
    const before = await stat(path);
    const ref = await store.putFile(place, path, { move: true });
    expect((await stat(await store.localPath(ref))).ino).toBe(before.ino);
  });

  test("linking keeps the file itself, too", async () => {
    const path = join(folder, "upload.mp4");
    await writeFile(path, "frames");
    const ref = await store.linkFile(place, path);
    expect((await stat(await store.localPath(ref))).ino).toBe((await stat(path)).ino);
  });

  test("only the service's user may read its files, whatever the source allowed", async () => {
    const path = join(folder, "open.mp4");
    const modes: number[] = [];
    for (const how of ["copy", "move", "link"]) {
      await writeFile(path, "frames", { mode: 0o644 });
      const ref =
        how === "link"
          ? await store.linkFile(place, path)
          : await store.putFile(place, path, { move: how === "move" });
      for (let at = await store.localPath(ref); at !== folder; at = dirname(at))
        modes.push((await stat(at)).mode & 0o077);
    }
    expect(new Set(modes)).toEqual(new Set([0]));
  });

  test.skipIf(!hasOtherDevice)("moves from another device, by copying", async () => {
    const away = await mkdtemp(join(otherDevice, "dailies-objects-test-"));
    try {
      const path = join(away, "rendition.mp4");
      await writeFile(path, "frames");
      const ref = await store.putFile(place, path, { move: true });
      expect(ref.sizeBytes).toBe(6);
      expect(await readFile(await store.localPath(ref), "utf8")).toBe("frames");
      expect(await readdir(away)).toEqual([]);
    } finally {
      await rm(away, { recursive: true, force: true });
    }
  });

  test("takes no pipe, and does not wait for one", async () => {
    const path = join(folder, "pipe.mp4");
    await promisify(execFile)("mkfifo", [path]);
    await expect(store.putFile(place, path)).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await incoming()).toEqual([]);
  });

  test("other things in its folders are not objects", async () => {
    const bucket = join(folder, "deep", "objects", "uploads");
    await writeFile(join(bucket, ".DS_Store"), "");
    await mkdir(join(bucket, "00", "folder"), { recursive: true });
    const found: string[] = [];
    for await (const { version } of store.list("uploads")) found.push(version);
    expect(found).not.toContain("folder");
    expect(found.every((version) => version.endsWith(session))).toBe(true);
  });

  test("sweeps what dead sessions left half taken in, and leaves the living alone", async () => {
    const dead = createIdSource(newSession())();
    const left = join(folder, "deep", "objects", ".incoming", `0123456789ab.${dead}`);
    await writeFile(left, "half");
    const sweptWhileWriting: number[] = [];
    async function* slow() {
      yield Buffer.from("first ");
      sweptWhileWriting.push(await store.sweep((id) => id === session));
      yield Buffer.from("second");
    }
    const ref = await store.put(place, slow());
    expect(sweptWhileWriting).toEqual([1]);
    await expect(stat(left)).rejects.toThrow("ENOENT");
    expect(await store.stat(ref)).toEqual({ sizeBytes: 12 });
    expect(await incoming()).toEqual([]);
  });

  test.skipIf(!hasBubblewrap)("a full disk is disk_full, and leaves nothing", async () => {
    const stored = new URL("./filesystem.ts", import.meta.url).href;
    const script = `
      const { createFilesystemObjectStore } = await import(${JSON.stringify(stored)});
      const store = createFilesystemObjectStore({ dir: "/mnt" });
      const place = { bucket: "uploads", key: "talk.mp4" };
      async function* tooMuch() { for (let i = 0; i < 64; i += 1) yield Buffer.alloc(65536); }
      const error = await store.put(place, tooMuch()).catch((thrown) => thrown);
      const fs = await import("node:fs");
      const left = fs.readdirSync("/mnt/.incoming");
      console.log(JSON.stringify({ code: error.code, message: error.message, left }));`;
    const args = ["--dev-bind", "/", "/", "--size", "1048576", "--tmpfs", "/mnt"];
    const node = [process.execPath, "--input-type=module", "-e", script];
    const { stdout } = await promisify(execFile)("bwrap", [...args, ...node]);
    const message = "no space is left on the disk of /mnt";
    expect(JSON.parse(stdout)).toEqual({ code: "disk_full", message, left: [] });
  });
});
