import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeFolders } from "../files/durable.ts";
import { replaceFile } from "../files/replace.ts";

/**
 * Hashes of downloads for which none was published: what came first is what must come again. They
 * outlive the model, so that removing it does not open the door. The caller holds the model's lock.
 */

export function trustFile(dir: string, id: string): string {
  return join(dir, ".trusted", `${id}.json`);
}

/** The hash that a download had when it was first fetched. */
export function trustedHash(dir: string, id: string, name: string): string | undefined {
  const hash = readAll(dir, id)[name];
  return typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash) ? hash : undefined;
}

function readAll(dir: string, id: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(readFileSync(trustFile(dir, id), "utf8"));
    return value !== null && typeof value === "object" ? { ...value } : {};
  } catch {
    return {};
  }
}

export async function rememberHashes(
  dir: string,
  id: string,
  hashes: Readonly<Record<string, string>>,
): Promise<void> {
  if (Object.keys(hashes).length === 0) return;
  const path = trustFile(dir, id);
  await makeFolders(join(dir, ".trusted"));
  const text = `${JSON.stringify({ ...readAll(dir, id), ...hashes }, undefined, 2)}\n`;
  await replaceFile(path, text);
}
