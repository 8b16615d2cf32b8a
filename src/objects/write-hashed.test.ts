import { createHash } from "node:crypto";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createBufferPool, type BufferPool } from "./buffer-pool.ts";
import { writeHashed } from "./write-hashed.ts";

let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), "dailies-hashed-"))));
afterAll(() => rm(dir, { recursive: true }));

const mebi = 2 ** 20;

/** Bytes in chunks of one memory, which is written over as soon as the next chunk is asked for. */
async function* reused(sizeBytes: number, chunkBytes: number): AsyncGenerator<Uint8Array> {
  const chunk = Buffer.alloc(chunkBytes);
  for (let at = 0; at < sizeBytes; at += chunkBytes) {
    chunk.fill(at / chunkBytes);
    yield chunk.subarray(0, Math.min(chunkBytes, sizeBytes - at));
    chunk.fill(255);
  }
}

async function write(name: string, source: AsyncIterable<Uint8Array>, pool?: BufferPool) {
  const path = join(dir, name);
  await using file = await open(path, "wx");
  return { stored: await writeHashed(file, source, pool && { pool }), path };
}

it("writes and hashes every byte once, whether it took a thread or not, several at a time", async () => {
  const sizes = [0, 1, mebi - 1, mebi, 3 * mebi, 3 * mebi + 1, 4 * mebi, 5 * mebi + 7, 20 * mebi];
  const written = sizes.map(async (size, index) => {
    const { stored, path } = await write(`${size}`, reused(size, 60_000 + index));
    const bytes = await readFile(path);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    expect(stored).toEqual({ sha256, sizeBytes: size });
    const chunks: Buffer[] = [];
    for await (const chunk of reused(size, 60_000 + index)) chunks.push(Buffer.from(chunk));
    const expected = Buffer.concat(chunks);
    expect(bytes.equals(expected), String(size)).toBe(true);
  });
  await Promise.all(written);
});

it("a source that breaks off leaves the others alone", async () => {
  const broken = async function* () {
    yield* reused(6 * mebi, 65_536);
    throw new Error("broke off");
  };
  const whole = write("whole", reused(10 * mebi, 65_536));
  await expect(write("broken", broken())).rejects.toThrow("broke off");
  const { stored, path } = await whole;
  expect(stored.sha256).toBe(
    createHash("sha256")
      .update(await readFile(path))
      .digest("hex"),
  );
});

it("two hundred streams that stall hold no buffer, and others are as fast as ever", async () => {
  const pool = createBufferPool({ bufferBytes: 65_536, buffers: 8 });
  const stalled: (() => void)[] = [];
  const stalling = (pieces: number) =>
    (async function* () {
      yield* reused(pieces * 10_000, 10_000);
      await new Promise<void>((resolve) => stalled.push(resolve));
      yield Buffer.from("the end");
    })();
  const all = Array.from({ length: 200 }, (_, index) =>
    write(`stalled-${index}`, stalling((index % 40) + 1), pool),
  );
  while (stalled.length < 200) await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise((resolve) => setTimeout(resolve, 400));
  const taken = Array.from({ length: 9 }, () => pool.take());
  expect(taken.filter((buffer) => buffer !== undefined)).toHaveLength(8);
  // all buffers are in use: what comes now is written without one
  const { stored } = await write("beside", reused(3 * mebi, 65_536), pool);
  expect(stored.sizeBytes).toBe(3 * mebi);
  for (const buffer of taken) if (buffer !== undefined) pool.give(buffer);
  for (const goOn of stalled) goOn();
  for (const { stored: one, path } of await Promise.all(all)) {
    const bytes = await readFile(path);
    expect(bytes.subarray(-7).toString()).toBe("the end");
    expect(one).toEqual({
      sha256: createHash("sha256").update(bytes).digest("hex"),
      sizeBytes: bytes.length,
    });
  }
});
