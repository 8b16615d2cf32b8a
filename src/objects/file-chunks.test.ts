import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFilesystemObjectStore } from "./filesystem.ts";
import type { ObjectRef } from "../media/media.ts";
import { bytesOf, inChunks, placeIn } from "./stage.contract.ts";

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 253));
let dir: string;
let objects: ReturnType<typeof createFilesystemObjectStore>;
let ref: ObjectRef;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "dailies-chunks-"));
  objects = createFilesystemObjectStore({ dir });
  ref = await objects.put(placeIn(), inChunks(bytes));
});
afterAll(() => rmSync(dir, { recursive: true }));

/** Files of the store that this process has open. */
function openFiles(): number {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(dir);
    } catch {
      return false;
    }
  }).length;
}

describe("an object's chunks", () => {
  it("are its bytes, whole or in part, and the file is closed behind them", async () => {
    for (const [start, end] of [
      [0, bytes.length],
      [131_072, 131_073],
      [7, 299_999],
      [5, 5],
    ] as const) {
      const read = await bytesOf(objects.read(ref, { start, end }));
      expect(read.equals(bytes.subarray(start, end))).toBe(true);
    }
    expect(openFiles()).toBe(0);
  });

  it("leave no file open when nobody reads them, or not to the end", async () => {
    await (await objects.read(ref, { end: 10 })).return();
    const begun = await objects.read(ref);
    await begun.next();
    expect(openFiles()).toBe(1);
    await begun.return();
    expect(openFiles()).toBe(0);
  });
});
