import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { archive, onnxOf, type ArchiveName } from "./archives.fixture.ts";
import { bunzip2 } from "./bunzip2.ts";
import { checkContent } from "./check.ts";
import { archiveLimits, unpack } from "./unpack.ts";

async function* inPieces(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

async function unpacked(bytes: Buffer, length = 64 * 1024): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of bunzip2(inPieces(bytes, length))) pieces.push(piece);
  return Buffer.concat(pieces);
}

const hasBzip2 = ["/usr/bin/bzip2", "/bin/bzip2", "/opt/homebrew/bin/bzip2"].some(existsSync);
const packed = (bytes: Uint8Array, level = 1): Buffer =>
  execFileSync("bzip2", ["-c", `-${level}`], { input: bytes, maxBuffer: 2 ** 26 });

describe("bunzip2", () => {
  test("unpacks, however the bytes come", async () => {
    const whole = await unpacked(archive("whole"));
    expect(whole.length % 512).toBe(0);
    expect(whole.toString("latin1")).toContain("toy/tokens.txt");
    expect(await unpacked(archive("whole"), 1)).toEqual(whole);
    const twice = Buffer.concat([archive("whole"), archive("whole")]);
    expect(await unpacked(twice, 7)).toEqual(Buffer.concat([whole, whole]));
  });

  test("every cut and every flipped bit is noticed, and takes no time", async () => {
    const bytes = archive("whole");
    const whole = await unpacked(bytes);
    for (let end = 0; end < bytes.length; end += 3)
      await expect(unpacked(bytes.subarray(0, end))).rejects.toThrow(/not whole bzip2/);
    const flip = async ([at, bit]: [number, number]) => {
      const wrong = Buffer.from(bytes);
      wrong[at]! ^= 1 << bit;
      const outcome = await unpacked(wrong).catch((error: unknown) => String(error));
      // The size of blocks and the padding at the end may be others, and the content the same.
      if (outcome instanceof Buffer) {
        expect(outcome.equals(whole)).toBe(true);
        expect([3, bytes.length - 1]).toContain(at);
      } else expect(outcome).toMatch(/not whole bzip2/);
    };
    const places = fc.tuple(fc.nat({ max: bytes.length - 1 }), fc.nat({ max: 7 }));
    await fc.assert(fc.asyncProperty(places, flip), { numRuns: 80 });
  });

  test("bytes of anybody's end in an error", async () => {
    const magic = Buffer.from("BZh1\x31\x41\x59\x26\x53\x59", "latin1");
    const hostile = fc
      .uint8Array({ minLength: 1, maxLength: 400 })
      .map((rest) => Buffer.concat([magic, rest]));
    await fc.assert(
      fc.asyncProperty(hostile, async (bytes) => {
        await expect(unpacked(bytes)).rejects.toThrow(/not whole bzip2/);
      }),
      { numRuns: 100 },
    );
  });

  test.runIf(hasBzip2)("gives back what bzip2 packed", async () => {
    const runs = fc
      .array(fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 600 })), { maxLength: 60 })
      .map((parts) => Buffer.concat(parts.map(([byte, times]) => Buffer.alloc(times, byte))));
    const any = fc.oneof(
      runs,
      fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes)),
    );
    await fc.assert(
      fc.asyncProperty(any, async (bytes) => {
        expect(await unpacked(packed(bytes), 100)).toEqual(bytes);
      }),
      { numRuns: 20 },
    );
    const large = onnxOf(350_000);
    expect((await unpacked(packed(large))).equals(large)).toBe(true);
    expect((await unpacked(packed(large, 9))).equals(large)).toBe(true);
  });
});

describe("unpack", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dailies-unpack-test-"));
  });
  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  async function unpackToy(name: ArchiveName, limits = archiveLimits) {
    const path = join(folder, `${name}.tar.bz2`);
    await writeFile(path, archive(name));
    const dir = await mkdtemp(join(folder, "to-"));
    const wanted = new Set(["model.onnx", "tokens.txt"]);
    const names = unpack(path, dir, wanted, { signal: new AbortController().signal, limits });
    return { names, dir };
  }

  test("keeps what is wanted and its licence, without the archive's folder", async () => {
    const { names, dir } = await unpackToy("whole");
    expect((await names).toSorted()).toEqual(["LICENSE", "model.onnx", "tokens.txt"]);
    expect((await readdir(dir)).toSorted()).toEqual(["LICENSE", "model.onnx", "tokens.txt"]);
  });

  test.each<[ArchiveName, RegExp]>([
    ["symbolic link", /may have files only/],
    ["hard link", /may have files only/],
    ["device", /may have files only/],
    ["pipe", /may have files only/],
    ["way out", /leads out of it/],
    ["absolute path", /leads out of it/],
    ["twice", /has model.onnx twice/],
  ])("refuses a %s", async (name, why) => {
    const { names, dir } = await unpackToy(name);
    await expect(names).rejects.toMatchObject({
      code: "model_invalid",
      message: expect.stringMatching(why) as unknown,
    });
    const left = await readdir(dir);
    expect(left.filter((file) => file !== "model.onnx")).toEqual([]);
    expect(existsSync(join(folder, "evil.txt"))).toBe(false);
    expect(existsSync("/tmp/evil.txt")).toBe(false);
  });

  test("a few bytes that unpack to many are stopped at the limit, in little memory", async () => {
    const before = process.memoryUsage().rss;
    const { names } = await unpackToy("bomb", { ...archiveLimits, unpackedBytes: 4_000_000 });
    await expect(names).rejects.toThrow(/unpacks to more than 4000000 bytes/);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });
});

describe("checkContent", () => {
  test("an ONNX file is whole or it is none", async () => {
    const dir = await mkdtemp(join(tmpdir(), "dailies-check-test-"));
    const path = join(dir, "model.onnx");
    const verdict = async (bytes: Buffer) => {
      await writeFile(path, bytes);
      return await checkContent(path).then(
        () => "whole",
        (error: unknown) => (error as { code: string }).code,
      );
    };
    for (const length of [0, 1, 127, 128, 20_000]) {
      const bytes = onnxOf(length);
      expect(await verdict(bytes)).toBe("whole");
      expect(await verdict(bytes.subarray(0, -1))).toBe("model_invalid");
      expect(await verdict(Buffer.concat([bytes, Buffer.from([0])]))).toBe("model_invalid");
    }
    await rm(dir, { recursive: true });
  });
});
