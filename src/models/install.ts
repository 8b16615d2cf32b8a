import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { flushFolder, makeFolders, renameDurably } from "../files/durable.ts";
import { writeFlushed } from "../files/replace.ts";
import { sha256Of } from "../files/sha256.ts";
import { MediaError } from "../media/errors.ts";
import { checkContent } from "./check.ts";
import type { ModelManifest } from "./model-store.ts";
import { fulfils, receiptName, type Receipt, type ReceiptFile } from "./receipt.ts";

/** Where a model's parts gather until it is whole. Kept between calls: downloads go on there. */
export function incomingOf(dir: string, id: string): string {
  return join(dir, ".incoming", id);
}

/** An empty folder in which a model is put together. */
export async function freshStaging(dir: string, id: string): Promise<string> {
  const staging = join(incomingOf(dir, id), "staging");
  await rm(staging, { recursive: true, force: true });
  await makeFolders(staging);
  return staging;
}

/** A file as the receipt will have it: what lies there, read from the disk. */
export async function describeFile(
  dir: string,
  name: string,
  signal?: AbortSignal,
): Promise<ReceiptFile> {
  const path = join(dir, name);
  const sha256 = await sha256Of(path, signal);
  const { size, mtimeMs } = await stat(path);
  return { name, sizeBytes: size, sha256, modifiedMs: Math.floor(mtimeMs) };
}

/**
 * Makes a model of the files in `staging`: checks that all are there and can be what they are,
 * hashes what lies on the disk, and moves the folder into its place, where it is whole or not at all.
 * The caller holds the model's lock.
 * @throws MediaError `model_invalid` when a file is missing or cannot be a model
 */
export async function install(
  dir: string,
  manifest: ModelManifest,
  staging: string,
  names: readonly string[],
  origin: Pick<Receipt, "from" | "imported">,
  signal: AbortSignal,
): Promise<Receipt> {
  const { id } = manifest;
  for (const [role, name] of Object.entries(manifest.files))
    if (!names.includes(name))
      throw new MediaError("model_invalid", `${id} lacks its ${role}, ${name}`);
  const files: ReceiptFile[] = [];
  for (const name of names) {
    await checkContent(join(staging, name));
    files.push(await describeFile(staging, name, signal));
  }
  const receipt: Receipt = { id, files, ...origin, fetchedAt: new Date().toISOString() };
  if (!fulfils(receipt, manifest))
    throw new MediaError("model_invalid", `${id}: the hash of its file is another`);
  const text = `${JSON.stringify(receipt, undefined, 2)}\n`;
  await writeFlushed(join(staging, receiptName), text);
  await flushFolder(staging);
  signal.throwIfAborted();
  const old = join(incomingOf(dir, id), "old");
  await rm(old, { recursive: true, force: true });
  await rename(join(dir, id), old).catch(ignoreMissing);
  await renameDurably(staging, join(dir, id));
  await rm(incomingOf(dir, id), { recursive: true, force: true });
  return receipt;
}

export function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
