import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ObjectRef } from "../media/media.ts";
import type { ObjectStore } from "./object-store.ts";
import { files, hostileNames, lending, listing } from "./object-store-files.contract.ts";
import {
  breakingOff,
  bytesOf,
  inChunks,
  inOneBuffer,
  newFile,
  newRef,
  sha256,
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
  });
}

function putAndRead(on: Stage): void {
  test("gives back what was put, with its hash and size", async () => {
    const ref = newRef();
    const stored = await on.store.put(ref, inChunks("dai", "", "lies"));
    expect(stored).toEqual({ sha256: sha256(Buffer.from("dailies")), sizeBytes: 7 });
    expect(await bytesOf(on.store.read(ref))).toEqual(Buffer.from("dailies"));
    expect(await on.store.stat(ref)).toEqual({ sizeBytes: 7 });
  });

  test("takes an empty object", async () => {
    const ref = newRef();
    const stored = await on.store.put(ref, inChunks());
    expect(stored).toEqual({ sha256: sha256(Buffer.alloc(0)), sizeBytes: 0 });
    expect(await on.store.stat(ref)).toEqual({ sizeBytes: 0 });
    expect(await bytesOf(on.store.read(ref))).toEqual(Buffer.alloc(0));
    expect(await bytesOf(on.store.read(ref, { start: 0, end: 10 }))).toEqual(Buffer.alloc(0));
  });

  test("keeps its own copy when a source uses one buffer again", async () => {
    const ref = newRef();
    await on.store.put(ref, inOneBuffer("one", "two"));
    expect(await bytesOf(on.store.read(ref))).toEqual(Buffer.from("onetwo"));
  });

  test("keeps versions and buckets apart", async () => {
    const [first, second] = [newRef(), newRef()];
    const elsewhere: ObjectRef = { ...first, bucket: "outputs" };
    await on.store.put(first, inChunks("first"));
    await on.store.put(second, inChunks("second"));
    await on.store.put(elsewhere, inChunks("elsewhere"));
    expect(String(await bytesOf(on.store.read(first)))).toBe("first");
    expect(String(await bytesOf(on.store.read(second)))).toBe("second");
    expect(String(await bytesOf(on.store.read(elsewhere)))).toBe("elsewhere");
  });

  test("takes many at once, and the same one twice at once", async () => {
    const refs = Array.from({ length: 24 }, () => newRef("outputs"));
    await Promise.all(refs.map((ref) => on.store.put(ref, inChunks(ref.version, "!"))));
    for (const ref of refs)
      expect(String(await bytesOf(on.store.read(ref)))).toBe(`${ref.version}!`);

    const same = newRef();
    const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
    await Promise.all(contents.map((content) => on.store.put(same, inChunks(content))));
    expect(contents).toContain(String(await bytesOf(on.store.read(same))));
  });

  test("goes on reading what is removed or replaced meanwhile", async () => {
    const ref = newRef();
    const content = Buffer.alloc(1_000_000, "before");
    await on.store.put(ref, inChunks(content));
    const reading = await on.store.read(ref);
    await on.store.put(ref, inChunks("after"));
    await on.store.remove(ref);
    expect((await buffer(reading)).equals(content)).toBe(true);
  });

  test("streams 64 MB", { timeout: 30_000 }, async () => {
    const ref = newRef();
    const chunk = Buffer.alloc(256 * 1024, "dailies!");
    const before = held();
    let highest = 0;
    async function* big() {
      for (let sent = 0; sent < 256; sent += 1) {
        if (sent % 16 === 15) highest = Math.max(highest, held() - before);
        yield chunk;
      }
    }
    const stored = await on.store.put(ref, big());
    const hash = createHash("sha256");
    let sizeBytes = 0;
    for await (const part of await on.store.read(ref)) {
      hash.update(part);
      if (sizeBytes % (8 * chunk.length) === 0) highest = Math.max(highest, held() - before);
      sizeBytes += part.length;
    }
    expect(sizeBytes).toBe(64 * 1024 * 1024);
    expect(stored).toEqual({ sha256: hash.digest("hex"), sizeBytes });
    expect(highest).toBeLessThan(on.mostBytesHeld);
    await on.store.remove(ref);
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
    const ref = newRef();
    await on.store.put(ref, inChunks("0123456789"));
    const read = async (start?: number, end?: number) =>
      String(
        await bytesOf(
          on.store.read(ref, {
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
    const ref = newRef();
    const content = Buffer.from(Array.from({ length: 200 }, (_, index) => index));
    await on.store.put(ref, inChunks(content));
    const bound = fc.nat({ max: 250 });
    await fc.assert(
      fc.asyncProperty(bound, bound, async (a, b) => {
        const [start, end] = a < b ? [a, b] : [b, a];
        expect(await bytesOf(on.store.read(ref, { start, end }))).toEqual(
          content.subarray(start, end),
        );
      }),
      { numRuns: 60 },
    );
  });

  test.each([{ start: -1 }, { start: 5, end: 4 }, { start: 1.5 }, { end: Number.NaN }])(
    "refuses %j",
    async (range) => {
      const ref = newRef();
      await on.store.put(ref, inChunks("0123456789"));
      await expect(on.store.read(ref, range)).rejects.toMatchObject({ code: "invalid_argument" });
    },
  );
}

function failure(on: Stage): void {
  test("a source that breaks off", async () => {
    const ref = newRef();
    const before = await versionsOf(on.store, "uploads");
    const gone = new DOMException("gone", "AbortError");
    await expect(on.store.put(ref, breakingOff(gone))).rejects.toMatchObject({
      code: "cancelled",
    });
    expect(await on.store.stat(ref)).toBeUndefined();
    expect(await versionsOf(on.store, "uploads")).toEqual(before);
  });

  test("a replacement that breaks off leaves the old bytes", async () => {
    const ref = newRef();
    await on.store.put(ref, inChunks("whole"));
    const lost = new Error("line lost");
    await expect(on.store.put(ref, breakingOff(lost))).rejects.toThrow("line lost");
    expect(String(await bytesOf(on.store.read(ref)))).toBe("whole");
  });

  test("an aborted file", async () => {
    const ref = newRef();
    const path = await newFile(on, "content");
    for (const move of [false, true]) {
      const put = on.store.putFile(ref, path, { move, signal: AbortSignal.abort() });
      await expect(put).rejects.toMatchObject({ code: "cancelled" });
      expect(await on.store.stat(ref)).toBeUndefined();
      expect(await readFile(path, "utf8")).toBe("content");
    }
  });
}
