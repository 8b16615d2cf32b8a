import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { objectChunks } from "./chunks.ts";

const ref = { bucket: "uploads", key: "a", version: "v1" } as const;
const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 253));
let dir: string;
let objects: ReturnType<typeof createFilesystemObjectStore>;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "dailies-chunks-"));
  objects = createFilesystemObjectStore({ dir });
  await objects.put(
    ref,
    (async function* () {
      yield bytes;
    })(),
  );
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
      const parts: Buffer[] = [];
      for await (const chunk of await objectChunks(objects, ref, { start, end }))
        parts.push(Buffer.from(chunk));
      expect(Buffer.concat(parts).equals(bytes.subarray(start, end))).toBe(true);
    }
    expect(openFiles()).toBe(0);
  });

  it("leave no file open when nobody reads them, or not to the end", async () => {
    await (await objectChunks(objects, ref, { start: 0, end: 10 })).return(undefined);
    const begun = await objectChunks(objects, ref, { start: 0, end: bytes.length });
    await begun.next();
    expect(openFiles()).toBe(1);
    await begun.return(undefined);
    expect(openFiles()).toBe(0);
  });

  it("that end too early are an error, and those of no object are not found", async () => {
    const longer = await objectChunks(objects, ref, { start: 299_999, end: 400_000 });
    await longer.next();
    await expect(longer.next()).rejects.toMatchObject({ code: "storage_failed" });
    expect(openFiles()).toBe(0);
    const none = { ...ref, version: "v2" };
    await expect(objectChunks(objects, none, { start: 0, end: 1 })).rejects.toMatchObject({
      code: "not_found",
    });
  });
});
