import { hasUnsayableName } from "../files/unsayable-name.ts";
import { lstat, opendir, stat } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { contentOfFile, isNamedAsMedia } from "./content.ts";
import { reasonByMarks, reasonByName } from "./left-out.ts";
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

/** Whether the names on the way from the folder to a path let it be footage: see `reasonByName`. */
export function isWanted(folder: string, path: string): boolean {
  return relative(folder, path)
    .split(sep)
    .every((part) => reasonByName(part) === undefined);
}

/**
 * Whether it is worth waiting until a file is finished. One that is not named as media is waited for
 * only when it begins like media: a log that grows for ever must not hold up what waits for all files.
 */
export async function mayBeFootage(path: string): Promise<boolean> {
  return isNamedAsMedia(path) || (await contentOfFile(path)).isMedia;
}

/** Whether a finished file is footage, by its content and by what the folders on the way to it hold. */
export async function isFootage(root: string, path: string): Promise<boolean> {
  for (let folder = dirname(path); folder.length > root.length; folder = dirname(folder))
    if ((await reasonByMarks(folder)) !== undefined) return false;
  return (await contentOfFile(path)).isMedia;
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

/** Every file below a folder that may be footage, and names that are not UTF-8. What cannot be read is left out. */
export async function* filesBelow(root: string, folder = root): AsyncGenerator<string> {
  if (folder !== root && (await reasonByMarks(folder)) !== undefined) return;
  const entries = await opendir(folder).catch(() => undefined);
  if (entries === undefined) return;
  for await (const entry of entries) {
    const path = join(folder, entry.name);
    if (reasonByName(entry.name) !== undefined) continue;
    if (await hasUnsayableName(path)) yield path;
    else if (entry.isDirectory()) yield* filesBelow(root, path);
    else if (entry.isFile()) yield path;
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
