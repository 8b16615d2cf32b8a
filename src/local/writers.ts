import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { basename } from "node:path";

/** A file by what it is, not by what it is called: a container may see it at another path. */
export interface FileIdentity {
  readonly path: string;
  readonly device: number;
  readonly inode: number;
  readonly owner: number;
}

/** Whether it can be seen here who has a file open: by root all, by others what is their own. */
export function canSeeWriters(file: Pick<FileIdentity, "owner">): boolean {
  if (process.platform !== "linux") return false;
  const user = process.getuid?.();
  return user === 0 || user === file.owner;
}

const accessModes = 0o3;
const readOnly = 0;

/** Whether an open file was opened to be written to. */
async function isForWriting(process: string, descriptor: string): Promise<boolean> {
  const info = await readFile(`/proc/${process}/fdinfo/${descriptor}`, "utf8").catch(() => "");
  const flags = /^flags:\s+([0-7]+)/m.exec(info)?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & accessModes) !== readOnly;
}

/** The files that a process has open for writing, of those that are looked for. */
async function writtenBy(
  process: string,
  wanted: ReadonlyMap<string, readonly FileIdentity[]>,
): Promise<FileIdentity[]> {
  const found: FileIdentity[] = [];
  // gone meanwhile, or another user's
  for (const descriptor of await readdir(`/proc/${process}/fd`).catch(() => [])) {
    const link = `/proc/${process}/fd/${descriptor}`;
    const target = await readlink(link).catch(() => "");
    const named = target.startsWith("/") ? wanted.get(basename(target)) : undefined;
    if (named === undefined) continue;
    const open = await stat(link).catch(() => undefined);
    const file = named.find(({ device, inode }) => open?.dev === device && open.ino === inode);
    if (file !== undefined && (await isForWriting(process, descriptor))) found.push(file);
  }
  return found;
}

/** The paths of those files that some process on this machine has open for writing. */
export async function openForWriting(files: readonly FileIdentity[]): Promise<Set<string>> {
  const paths = new Set<string>();
  const wanted = Map.groupBy(files, ({ path }) => basename(path));
  if (wanted.size === 0 || process.platform !== "linux") return paths;
  for (const name of await readdir("/proc").catch(() => []))
    if (/^\d+$/.test(name)) for (const { path } of await writtenBy(name, wanted)) paths.add(path);
  return paths;
}
