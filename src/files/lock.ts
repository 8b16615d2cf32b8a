import { link, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { beatMs, leaseMs, lookUpProcess, processFingerprintPattern } from "../process/identity.ts";
import { MediaError } from "../media/errors.ts";
import { makeFolder } from "./durable.ts";
import { isGone, temporaryName } from "./temporary.ts";

/** The process that has a lock. */
export interface LockHolder {
  /** Its number, on its own machine or in its own container. */
  readonly pid: number;
  /** False: it runs on another machine or in another container, and only its lease says that it lives. */
  readonly isSeen: boolean;
}

type Tried =
  | { readonly release: () => Promise<void> }
  | { readonly holder: LockHolder }
  | { readonly holder: undefined };

/**
 * Tries to take the lock file at `path` for this process. The lock is held until it is released or the
 * process is gone, however it ended. A holder renews the file's time, for processes that cannot see it.
 * `holder: undefined` means that others take and release it all the time.
 */
async function tryLock(path: string): Promise<Tried> {
  await makeFolder(dirname(path));
  const own = temporaryName(path);
  const content = own.slice(path.length + 1);
  try {
    await writeFile(own, content, { flag: "wx", mode: 0o600 });
    const { mtimeMs } = await stat(own);
    for (let tries = 0; tries < 100; tries += 1) {
      if (await isLinked(own, path, content)) return { release: keep(path, content) };
      const holder = await takeFromTheDead(path, mtimeMs);
      if (holder !== undefined) return { holder };
    }
  } finally {
    await rm(own, { force: true });
  }
  return { holder: undefined };
}

/** Gives the file that names this process the name of the lock, unless there is a lock already. */
async function isLinked(own: string, path: string, content: string): Promise<boolean> {
  const codeOf = (error: NodeJS.ErrnoException): string => error.code ?? "unknown";
  let refused = await link(own, path).then(() => "", codeOf);
  // A disk without second names (exFAT, some network disks): a reader may see the file half written.
  if (["EPERM", "ENOTSUP", "ENOSYS"].includes(refused))
    refused = await writeFile(path, content, { flag: "wx", mode: 0o600 }).then(() => "", codeOf);
  if (refused === "" || refused === "EEXIST") return refused === "";
  throw new MediaError("storage_failed", `the lock ${path} cannot be made: ${refused}`);
}

/** Writes what the lock file says once more, which renews its time by the clock of its disk. */
async function renew(path: string, content: string): Promise<void> {
  await using file = await open(path, "r+");
  if ((await file.readFile("utf8")) !== content) return; // another's by now
  await file.write(content, 0);
  await file.datasync();
}

/** Renews a lock until the returned function releases it. */
function keep(path: string, content: string): () => Promise<void> {
  const beat = setInterval(() => {
    renew(path, content).catch(() => {}); // the next beat tries again
  }, beatMs).unref();
  return async () => {
    clearInterval(beat);
    const found = await readFile(path, "utf8").catch(() => content);
    if (found === content) await rm(path, { force: true });
  };
}

/** What a lock file says, and its time. The file is open: a network disk may remember older ones by name. */
async function readLock(path: string) {
  await using file = await open(path);
  return { content: await file.readFile("utf8"), mtimeMs: (await file.stat()).mtimeMs };
}

/**
 * Puts aside the lock of a process that is gone; of several that try, one succeeds and looks again.
 * Returns the holder when it lives.
 * @param now by the clock of the disk, which may be another machine's
 */
async function takeFromTheDead(path: string, now: number): Promise<LockHolder | undefined> {
  const found = await readLock(path).catch(() => undefined);
  if (found === undefined) return undefined; // released just now
  const { content, mtimeMs } = found;
  const holder = content.split(".")[0] ?? "";
  // A process that was killed before its lock was on the disk leaves an empty one.
  const isLock = new RegExp(`^${processFingerprintPattern.source}$`).test(holder);
  if (isLock && !isGone(holder, now - mtimeMs, leaseMs))
    return {
      pid: Number(holder.split("-")[2]),
      isSeen: lookUpProcess(holder) !== "not seen",
    };
  const aside = temporaryName(path);
  const isTaken = await rename(path, aside).then(
    () => true,
    () => false, // another was faster
  );
  if (!isTaken) return undefined;
  // Between the look and the taking a living process may have put its own there: it gets it back.
  if ((await readFile(aside, "utf8")) !== content) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
  return undefined;
}

/**
 * Takes a lock at once, or not at all. Returns what releases it.
 * @param busy makes the error for a lock that another process holds; without a holder, processes take
 * and release it all the time
 */
export async function takeLock(
  path: string,
  busy: (holder: LockHolder | undefined) => MediaError,
): Promise<() => Promise<void>> {
  const tried = await tryLock(path);
  if ("release" in tried) return tried.release;
  throw busy(tried.holder);
}

const lookEveryMs = 200;

/**
 * Does work under a lock; waits while another process has it.
 * @param options.onWait called once, when it has to wait
 * @throws the signal's reason while waiting
 */
export async function withLock<T>(
  path: string,
  options: { readonly signal: AbortSignal; readonly onWait?: (() => void) | undefined },
  work: () => Promise<T>,
): Promise<T> {
  const { signal, onWait } = options;
  let tried = await tryLock(path);
  if (!("release" in tried)) onWait?.();
  while (!("release" in tried)) {
    await sleep(lookEveryMs, undefined, { signal });
    tried = await tryLock(path);
  }
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    await tried.release();
  }
}
