import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const busy = 5; // SQLITE_BUSY, https://sqlite.org/rescode.html
const lookEveryMs = 200;

/**
 * Does work while no other process on this machine does any for the same model. The lock is
 * SQLite's on an empty file: the system drops it with its holder, however that ended.
 * @param options.onWait called once, when another has it
 * @throws the signal's reason while waiting
 */
export async function withLock<T>(
  dir: string,
  id: string,
  options: { readonly signal: AbortSignal; readonly onWait?: (() => void) | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const folder = join(dir, ".locks");
  mkdirSync(folder, { recursive: true });
  const { DatabaseSync } = await import("node:sqlite");
  const lock = new DatabaseSync(join(folder, id), { timeout: 0 });
  const isTaken = (): boolean => {
    try {
      lock.exec("BEGIN EXCLUSIVE");
      return false;
    } catch (error) {
      const { errcode } = error as { errcode?: number };
      if (((errcode ?? 0) & 0xff) === busy) return true;
      throw error;
    }
  };
  try {
    if (isTaken()) {
      options.onWait?.();
      do await delay(lookEveryMs, undefined, { signal: options.signal });
      while (isTaken());
    }
    options.signal.throwIfAborted();
    return await work();
  } finally {
    lock.close();
  }
}
