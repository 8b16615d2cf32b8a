import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ModelManifest } from "./model-store.ts";

/** A file of a model, as it was when it was verified. */
export interface ReceiptFile {
  /** Its name in the model's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** Whole milliseconds since 1970; another one means that somebody wrote to it. */
  readonly modifiedMs: number;
}

/** What lies beside a model's files as `model.json`, written last: without it there is no model. */
export interface Receipt {
  readonly id: string;
  readonly files: readonly ReceiptFile[];
  /** An address, or the path that it was imported from. */
  readonly from: string;
  readonly imported: boolean;
  /** ISO 8601, UTC. */
  readonly fetchedAt: string;
}

export const receiptName = "model.json";
/** What `verify` calls the receipt of a model whose bytes are not what they were. */
export const brokenReceiptName = "model.broken.json";

/** A file's name that stays in its folder, whatever it came from. */
export function isPlainName(name: unknown): name is string {
  return typeof name === "string" && /^[\w][\w.+-]{0,199}$/.test(name);
}

function isReceiptFile(value: unknown): value is ReceiptFile {
  if (value === null || typeof value !== "object") return false;
  const { name, sizeBytes, sha256, modifiedMs } = value as Record<string, unknown>;
  return (
    isPlainName(name) &&
    Number.isSafeInteger(sizeBytes) &&
    Number.isSafeInteger(modifiedMs) &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

/** The receipt in a model's folder (`name`: or the broken one); undefined when there is none, or none that can be believed. */
export function readReceipt(dir: string, id: string, name = receiptName): Receipt | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(dir, name), "utf8"));
    const receipt = value as Receipt;
    const isBelievable =
      receipt.id === id &&
      Array.isArray(receipt.files) &&
      receipt.files.every(isReceiptFile) &&
      typeof receipt.from === "string" &&
      typeof receipt.fetchedAt === "string";
    return isBelievable ? receipt : undefined;
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
