import { lstat, opendir, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { hasMediaExtension } from "../media/keys.ts";
import { isTemporary } from "./files.ts";
import type { FileIdentity } from "./writers.ts";

/** A file in a watched folder as it looks now. */
export interface SeenFile extends FileIdentity {
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
}

/** Two looks at a file with the same mark saw the same bytes. */
export function markOf(file: {
  readonly sizeBytes: number;
  readonly modifiedNs: bigint;
  readonly inode: number | bigint;
}): string {
  return `${file.sizeBytes} ${file.modifiedNs} ${file.inode}`;
}

/** Whether a path below the folder is received: a media file's, and no unfinished file's. */
export function isWanted(folder: string, path: string): boolean {
  const parts = relative(folder, path).split(sep);
  return !parts.some(isTemporary) && hasMediaExtension(path);
}

/** How a file looks now; undefined when there is none: links are none. */
export async function look(path: string): Promise<SeenFile | undefined> {
  const file = await lstat(path, { bigint: true }).catch(() => undefined);
  if (file?.isFile() !== true) return undefined;
  return {
    path,
    sizeBytes: Number(file.size),
    modifiedNs: file.mtimeNs,
    device: Number(file.dev),
    inode: Number(file.ino),
    owner: Number(file.uid),
  };
}

/** Every file below a folder that is to be received. What cannot be read is left out. */
export async function* filesBelow(root: string, folder = root): AsyncGenerator<string> {
  const entries = await opendir(folder).catch(() => undefined);
  if (entries === undefined) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (isTemporary(entry.name)) continue;
    if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isFile() && isWanted(root, path)) yield path;
  }
}

/** What tells a folder from another one at its path; undefined when there is none. */
export async function identityOf(folder: string): Promise<string | undefined> {
  const found = await stat(folder).catch(() => undefined);
  return found?.isDirectory() === true ? `${found.dev}:${found.ino}` : undefined;
}

/** The disk of a folder, by what `identityOf` says. */
export function deviceOf(identity: string | undefined): string {
  return identity?.split(":")[0] ?? "";
}

/** The nearest folder above a path that is there, and which one it is. */
export async function folderAbove(path: string): Promise<{ folder: string; identity: string }> {
  for (let folder = join(path, ".."); ; folder = join(folder, "..")) {
    const identity = await identityOf(folder);
    if (identity !== undefined || folder === sep) return { folder, identity: identity ?? "" };
  }
}
