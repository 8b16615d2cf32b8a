import { lstat, opendir } from "node:fs/promises";
import { join } from "node:path";

/** How often a child's folders are looked at, ms. */
const intervalMs = 500;

/** A decoder makes a file for each output. More than this is a flood. */
const mostEntries = 1000;

/** The files below a folder; undefined when it has more entries than any decoder makes. */
async function filesBelow(folder: string): Promise<string[] | undefined> {
  const folders = [folder];
  const files: string[] = [];
  let entries = 0;
  for (let next = folders.pop(); next !== undefined; next = folders.pop())
    for await (const entry of await opendir(next, { bufferSize: 256 })) {
      entries += 1;
      if (entries > mostEntries) return undefined;
      (entry.isDirectory() ? folders : files).push(join(next, entry.name));
    }
  return files;
}

/** Whether a folder holds more than these bytes, or more entries than any decoder makes. */
export async function holdsMore(folder: string, maxBytes: number): Promise<boolean> {
  const files = await filesBelow(folder);
  if (files === undefined) return true;
  const found = await Promise.all(files.map((file) => lstat(file)));
  // What is on the disk: a hole costs nothing.
  return found.reduce((sum, { blocks }) => sum + blocks * 512, 0) > maxBytes;
}

/**
 * Looks at a child's folders while it runs, since the kernel's limit is for each file by itself.
 * @param onTooMuch called once when they hold more than `maxBytes` together, or too many files
 * @returns ends the watch
 */
export function watchFolders(
  folders: readonly string[],
  maxBytes: number,
  onTooMuch: () => void,
): () => void {
  if (folders.length === 0) return () => undefined;
  let ended = false;
  let timer: NodeJS.Timeout;
  async function look(): Promise<void> {
    // A folder or a file that goes meanwhile takes no room.
    const looks = folders.map((folder) => holdsMore(folder, maxBytes).catch(() => false));
    const tooMuch = (await Promise.all(looks)).includes(true);
    if (ended) return;
    if (tooMuch) onTooMuch();
    else wait();
  }
  function wait(): void {
    timer = setTimeout(() => void look(), intervalMs).unref();
  }
  wait();
  return () => {
    ended = true;
    clearTimeout(timer);
  };
}
