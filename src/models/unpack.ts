import { createReadStream, createWriteStream } from "node:fs";
import { join, posix } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MediaError, asMediaError } from "../media/errors.ts";
import { bunzip2 } from "./bunzip2.ts";
import { isPlainName } from "./receipt.ts";

/** What an archive may hold, all together: the largest known is 1.2 GB. */
export const archiveLimits = { unpackedBytes: 8 * 1024 ** 3, entries: 10_000 };

/** Kept besides what the engines load: what a licence asks to be kept. */
const alsoKept = /^(licen[cs]e|notice|readme|copying)[\w.-]*$/i;

type Entry = { readonly name: string; readonly type?: string | null };

/** The file's name below the archive's one folder; undefined for what is not kept. */
function keptName({ name, type }: Entry, wanted: ReadonlySet<string>): string | undefined {
  const parts = posix.normalize(name).split("/").filter(Boolean);
  if (name.startsWith("/") || name.includes("\\") || name.split("/").includes(".."))
    refuse(`has the path ${JSON.stringify(name.slice(0, 200))}, which leads out of it`);
  if (type === "directory") return undefined;
  if (type !== "file" && type !== "contiguous-file")
    refuse(
      `has a ${type ?? "thing"}, ${JSON.stringify(name.slice(0, 200))}, and may have files only`,
    );
  const below = parts.length > 1 ? parts.slice(1) : parts;
  const [kept = ""] = below;
  if (below.length !== 1 || !isPlainName(kept)) return undefined;
  return wanted.has(kept) || alsoKept.test(kept) ? kept : undefined;
}

function refuse(why: string): never {
  throw new MediaError("model_invalid", `the archive ${why}`);
}

/**
 * Unpacks the files that are wanted, and licences, from a `.tar.bz2` into a folder; the archive's
 * own folder is left away. Links, devices and paths that lead out of it are refused, and so is more
 * than the limits.
 * @returns the names of the files written
 * @throws MediaError `model_invalid`, `disk_full`, `storage_failed`
 */
export async function unpack(
  archive: string,
  dir: string,
  wanted: ReadonlySet<string>,
  options: {
    readonly signal: AbortSignal;
    readonly limits?: typeof archiveLimits;
    /** Bytes of the archive read so far. */
    readonly onProgress?: (readBytes: number) => void;
  },
): Promise<string[]> {
  const { signal, limits = archiveLimits, onProgress } = options;
  const { extract } = await import("tar-stream");
  const packed = createReadStream(archive, { highWaterMark: 256 * 1024 });
  async function* unpacked(): AsyncGenerator<Buffer> {
    let sum = 0;
    for await (const piece of bunzip2(packed)) {
      signal.throwIfAborted();
      sum += piece.length;
      if (sum > limits.unpackedBytes) refuse(`unpacks to more than ${limits.unpackedBytes} bytes`);
      onProgress?.(packed.bytesRead);
      yield piece;
    }
  }
  const entries = extract();
  const names: string[] = [];
  const feeding = pipeline(Readable.from(unpacked(), { objectMode: false }), entries);
  const writing = (async () => {
    let count = 0;
    for await (const entry of entries) {
      count += 1;
      if (count > limits.entries) refuse(`has more than ${limits.entries} entries`);
      const name = keptName(entry.header, wanted);
      if (name === undefined) {
        entry.resume();
        continue;
      }
      if (names.includes(name)) refuse(`has ${name} twice`);
      names.push(name);
      await pipeline(entry, createWriteStream(join(dir, name), { flags: "wx", flush: true }));
    }
  })();
  const results = await Promise.allSettled([writing, feeding]);
  packed.destroy();
  signal.throwIfAborted();
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  if (errors.length === 0) return names;
  throw firstMeant(errors);
}

/** Of the errors of both ends the one that was meant: an end that is cut off says so as well. */
function firstMeant(errors: readonly unknown[]): MediaError {
  const all = errors.map(asMediaError);
  const meant = all.find(({ code }) => code !== "internal" && code !== "cancelled");
  if (meant !== undefined) return meant;
  const damage = errors.find((error) => /bzip2/.test(String(error))) ?? errors[0];
  const why = damage instanceof Error ? damage.message : String(damage);
  return new MediaError("model_invalid", `the archive is damaged: ${why}`, { cause: damage });
}
