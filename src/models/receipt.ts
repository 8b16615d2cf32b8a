import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ModelManifest } from "./model-store.ts";

/** A file's name that stays in its folder, whatever it came from. */
const plainName = z.string().regex(/^[\w][\w.+-]{0,199}$/);

export const isPlainName = (name: unknown): name is string => plainName.safeParse(name).success;

/** A file of a model, as it was when it was verified. */
const receiptFileSchema = z
  .object({
    /** Its name in the model's folder. */
    name: plainName,
    sizeBytes: z.int(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    /** Whole milliseconds since 1970; another one means that somebody wrote to it. */
    modifiedMs: z.int(),
  })
  .readonly();

/** What lies beside a model's files as `model.json`, written last: without it there is no model. */
const receiptSchema = z
  .object({
    id: z.string(),
    files: z.array(receiptFileSchema).readonly(),
    /** An address, or the path that it was imported from. */
    from: z.string(),
    imported: z.boolean().default(false),
    /** ISO 8601, UTC. */
    fetchedAt: z.string(),
  })
  .readonly();

export type ReceiptFile = z.infer<typeof receiptFileSchema>;
export type Receipt = z.infer<typeof receiptSchema>;

export const receiptName = "model.json";
/** What `verify` calls the receipt of a model whose bytes are not what they were. */
export const brokenReceiptName = "model.broken.json";

/** The receipt in a model's folder (`name`: or the broken one); undefined when there is none, or none that can be believed. */
export function readReceipt(dir: string, id: string, name = receiptName): Receipt | undefined {
  try {
    const receipt = receiptSchema.parse(JSON.parse(readFileSync(join(dir, name), "utf8")));
    return receipt.id === id ? receipt : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a file is the one of the receipt, as far as its size and time tell. Links are not followed. */
export function isUnchanged(dir: string, file: ReceiptFile): boolean {
  try {
    const found = lstatSync(join(dir, file.name));
    return (
      found.isFile() &&
      found.size === file.sizeBytes &&
      Math.floor(found.mtimeMs) === file.modifiedMs
    );
  } catch {
    return false;
  }
}

/**
 * Whether the receipt has every file that the manifest's roles name, and where the manifest states
 * the hash of a file, that one: a manifest of a later version may ask for other bytes.
 */
export function fulfils(receipt: Receipt, manifest: ModelManifest): boolean {
  const hashes = new Map(receipt.files.map(({ name, sha256 }) => [name, sha256]));
  const stated = manifest.downloads.filter(({ packing }) => packing === "file");
  return Object.values(manifest.files).every((name) => {
    const sha256 = hashes.get(name);
    if (sha256 === undefined) return false;
    const wanted = stated.find((download) => download.name === name || endsIn(download.url, name));
    return wanted?.sha256 === undefined || wanted.sha256 === sha256;
  });
}

function endsIn(url: string | undefined, name: string): boolean {
  return url?.endsWith(`/${name}`) ?? false;
}

/** The first 12 hex digits of the hash of the hashes of the files that engines load. */
export function fingerprintOf(receipt: Receipt, manifest: ModelManifest): string {
  const loaded = new Set(Object.values(manifest.files));
  const lines = receipt.files
    .filter(({ name }) => loaded.has(name))
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    .toSorted();
  return createHash("sha256").update(lines.join("")).digest("hex").slice(0, 12);
}
