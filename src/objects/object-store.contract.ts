import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { capabilities } from "./object-store-capabilities.contract.ts";
import { files, hostileNames, lending, listing } from "./object-store-files.contract.ts";
import type { ObjectStore } from "./object-store.ts";
import {
  breakingOff,
  bytesOf,
  described,
  inChunks,
  inOneBuffer,
  newFile,
  placeIn,
  versionsOf,
} from "./stage.contract.ts";
import type { Stage } from "./stage.contract.ts";

/**
 * What every object store must do. `create` gives an empty one, which may use the folder;
 * `mostBytesHeld` is the memory that it may take while 64 MB stream through it.
 */
export function objectStoreContract(
  name: string,
  create: (folder: string) => ObjectStore,
  { mostBytesHeld = 16 * 1024 * 1024 }: { mostBytesHeld?: number } = {},
): void {
  describe(`object store: ${name}`, () => {
    const stage: Stage = {
      store: create(""),
      folder: "",
      createEmpty: () => create(join(stage.folder, "empty")),
      mostBytesHeld,
    };
    beforeAll(async () => {
      stage.folder = await mkdtemp(join(tmpdir(), "dailies-objects-test-"));
      stage.store = create(join(stage.folder, "store"));
    });
    afterAll(async () => await rm(stage.folder, { recursive: true, force: true }));

    describe("put and read", () => {
      putAndRead(stage);
    });
    describe("ranges", () => {
      ranges(stage);
    });
    describe("failure leaves nothing", () => {
      failure(stage);
    });
    describe("putFile", () => {
      files(stage);
    });
    describe("stat, list and remove", () => {
      listing(stage);
    });
    describe("withLocalFile", () => {
      lending(stage);
    });
    describe("hostile names", () => {
      hostileNames(stage);
    });
    describe("capabilities", () => {
      capabilities(stage, stage.store.capabilities);
    });
  });
}

function putAndRead(on: Stage): void {
  test("gives back what was put, with its fingerprint, its size and a fresh version", async () => {
    const stored = await on.store.put(placeIn(), inChunks("dai", "", "lies"));
    expect(stored).toEqual(described(placeIn(), "dailies"));
    expect(await bytesOf(on.store.read(stored))).toEqual(Buffer.from("dailies"));
    expect(await on.store.stat(stored)).toEqual({ sizeBytes: 7 });
  });

  test("takes an empty object", async () => {
    const stored = await on.store.put(placeIn(), inChunks());
    expect(stored).toEqual(described(placeIn(), ""));
    expect(await on.store.stat(stored)).toEqual({ sizeBytes: 0 });
    expect(await bytesOf(on.store.read(stored))).toEqual(Buffer.alloc(0));
    expect(await bytesOf(on.store.read(stored, { start: 0, end: 10 }))).toEqual(Buffer.alloc(0));
  });

  test("keeps its own copy when a source uses one buffer again", async () => {
    const stored = await on.store.put(placeIn(), inOneBuffer("one", "two"));
    expect(await bytesOf(on.store.read(stored))).toEqual(Buffer.from("onetwo"));
  });

  test("keeps versions and buckets apart, also of many that come at once", async () => {
    const contents = Array.from({ length: 24 }, (_, index) => `content ${index}`);
    const all = await Promise.all(
      contents.map((content, index) =>
        on.store.put(placeIn(index % 2 === 0 ? "uploads" : "outputs"), inChunks(content, "!")),
      ),
    );
    expect(new Set(all.map(({ version }) => version)).size).toBe(24);
    for (const [index, stored] of all.entries())
      expect(String(await bytesOf(on.store.read(stored)))).toBe(`${contents[index]}!`);
    const [first] = all;
    const elsewhere = { ...first!, bucket: "outputs" } as const;
    expect(await on.store.stat(elsewhere)).toBeUndefined();
  });

  test("goes on reading what is removed meanwhile", async () => {
    const content = Buffer.alloc(1_000_000, "before");
    const stored = await on.store.put(placeIn(), inChunks(content));
    const reading = on.store.read(stored);
    await reading;
    await on.store.remove(stored);
    expect((await bytesOf(reading)).equals(content)).toBe(true);
  });

  test("a chunk is good until seven more have been asked for", async () => {
    const content = Buffer.from(
      Array.from({ length: 1_200_000 }, (_, index) => (index >> 8) % 251),
    );
    const stored = await on.store.put(placeIn(), inChunks(content));
    const kept: Uint8Array[] = [];
    const parts: Buffer[] = [];
    for await (const chunk of await on.store.read(stored)) {
      kept.push(chunk);
      if (kept.length === 8) parts.push(Buffer.from(kept.shift()!));
    }
    for (const chunk of kept) parts.push(Buffer.from(chunk));
    expect(Buffer.concat(parts).equals(content)).toBe(true);
  });

  test("streams 64 MB", { timeout: 30_000 }, async () => {
    const chunk = Buffer.alloc(256 * 1024, "dailies!");
    const before = held();
    let highest = 0;
    async function* big() {
      for (let sent = 0; sent < 256; sent += 1) {
        if (sent % 16 === 15) highest = Math.max(highest, held() - before);
        yield chunk;
      }
    }
    const stored = await on.store.put(placeIn(), big());
    const hash = createHash("sha256");
    let sizeBytes = 0;
    for await (const part of await on.store.read(stored)) {
      hash.update(part);
      if (sizeBytes % (8 * chunk.length) === 0) highest = Math.max(highest, held() - before);
      sizeBytes += part.length;
    }
    expect(sizeBytes).toBe(64 * 1024 * 1024);
    const { fingerprint } = stored;
    expect(fingerprint).toEqual({ algorithm: "sha256", value: hash.digest("hex") });
    expect(stored.sizeBytes).toBe(sizeBytes);
    expect(highest).toBeLessThan(on.mostBytesHeld);
    await on.store.remove(stored);
  });
}

/** Bytes in buffers that are still needed. */
function held(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  return process.memoryUsage().arrayBuffers;
}

function ranges(on: Stage): void {
  test("are half-open and end with the bytes", async () => {
    const stored = await on.store.put(placeIn(), inChunks("0123456789"));
    const read = async (start?: number, end?: number) =>
      String(
        await bytesOf(
          on.store.read(stored, {
            ...(start !== undefined && { start }),
            ...(end !== undefined && { end }),
          }),
        ),
      );
    expect(await read(2, 5)).toBe("234");
    expect(await read(7)).toBe("789");
    expect(await read(undefined, 3)).toBe("012");
    expect(await read(8, 99)).toBe("89");
    expect(await read(4, 4)).toBe("");
    expect(await read(10)).toBe("");
    expect(await read(99)).toBe("");
  });

  test("give what slicing gives, whatever they are", async () => {
    const content = Buffer.from(Array.from({ length: 200 }, (_, index) => index));
    const stored = await on.store.put(placeIn(), inChunks(content));
    const bound = fc.nat({ max: 250 });
    await fc.assert(
      fc.asyncProperty(bound, bound, async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        expect(await bytesOf(on.store.read(stored, { start, end }))).toEqual(
          content.subarray(start, end),
        );
      }),
      { numRuns: 60 },
    );
  });

  test.each([{ start: -1 }, { start: 5, end: 4 }, { start: 1.5 }, { end: Number.NaN }])(
    "refuses %j",
    async (range) => {
      const stored = await on.store.put(placeIn(), inChunks("0123456789"));
      await expect(on.store.read(stored, range)).rejects.toMatchObject({
        code: "invalid_argument",
      });
    },
  );
}

function failure(on: Stage): void {
  test("a source that breaks off", async () => {
    const before = await versionsOf(on.store, "uploads");
    const gone = new DOMException("gone", "AbortError");
    await expect(on.store.put(placeIn(), breakingOff(gone))).rejects.toMatchObject({
      code: "cancelled",
    });
    const lost = new Error("line lost");
    await expect(on.store.put(placeIn(), breakingOff(lost))).rejects.toThrow("line lost");
    expect(await versionsOf(on.store, "uploads")).toEqual(before);
  });

  test("an aborted file", async () => {
    const before = await versionsOf(on.store, "uploads");
    const path = await newFile(on, "content");
    for (const move of [false, true]) {
      const put = on.store.putFile(placeIn(), path, { move, signal: AbortSignal.abort() });
      await expect(put).rejects.toMatchObject({ code: "cancelled" });
      expect(await readFile(path, "utf8")).toBe("content");
    }
    expect(await versionsOf(on.store, "uploads")).toEqual(before);
  });
}
