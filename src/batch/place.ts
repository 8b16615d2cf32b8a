import { randomUUID } from "node:crypto";
import { link, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import {
  beatMs,
  leaseMs,
  lookUpProcess,
  processFingerprint,
  processFingerprintPattern,
} from "../process/identity.ts";
import { MediaError } from "../media/errors.ts";
import { makeFolder } from "../files/durable.ts";

/** A name beside a path that nobody else has, and that says whose it is. */
export const newMark = (path: string): string => `${path}.${processFingerprint()}.${randomUUID()}`;

/**
 * Whether the process of a mark is gone. One that is not seen from here (containers have a new name each
 * time) is, when its file has been silent for longer than its lease.
 */
function isGone(mark: string, silentMs: number, lease: number): boolean {
  const process = lookUpProcess(mark);
  // A time to come is of a clock that was set back: it must not keep the place for as long.
  return process === "gone" || (process === "not seen" && Math.abs(silentMs) > lease);
}

/** Writes once more what a mark says, which renews its time by the clock of the disk it lies on. */
async function renew(path: string, content: string): Promise<void> {
  await using file = await open(path, "r+");
  if ((await file.readFile("utf8")) !== content) return; // another's by now
  await file.write(content, 0);
  await file.datasync();
}

/**
 * Holds a place for this process until it is released or the process is gone. Its mark is renewed all
 * the while, for those who do not see this process.
 * @param what who is kept out, for the error: `the batch in /results`
 * @throws MediaError `batch_running` when a living process has it
 */
export async function holdPlace(path: string, what: string): Promise<() => Promise<void>> {
  await makeFolder(dirname(path));
  const own = newMark(path);
  const content = own.slice(path.length + 1);
  try {
    await writeFile(own, content, { flag: "wx" });
    const { mtimeMs } = await stat(own);
    for (let tries = 0; tries < 100; tries += 1) {
      const isOurs = await link(own, path).then(
        () => true,
        (error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST") return false;
          throw error;
        },
      );
      if (isOurs) return keep(path, content);
      await takeFromTheDead(path, { what, now: mtimeMs });
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new MediaError("batch_running", `${what} cannot be had: others come and go there`);
}

/** Renews a mark until the returned function releases it. */
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

/** What a mark says, and its time: of a file that is open, as a network disk may remember older ones. */
async function readMark(path: string) {
  await using file = await open(path);
  return { content: await file.readFile("utf8"), mtimeMs: (await file.stat()).mtimeMs };
}

/**
 * Puts aside the mark of a process that is gone; of several who try, one has it and looks again.
 * @param now by the clock of the disk, which may be another machine's
 */
async function takeFromTheDead(path: string, { what, now }: { what: string; now: number }) {
  const found = await readMark(path).catch(() => undefined);
  if (found === undefined) return; // released just now
  const { content, mtimeMs } = found;
  const holder = content.split(".")[0] ?? "";
  // Who was killed before its mark was on the disk leaves an empty one.
  const isMark = new RegExp(`^${processFingerprintPattern.source}$`).test(holder);
  if (isMark && !isGone(holder, now - mtimeMs, leaseMs)) throw running(holder, path, what);
  const aside = newMark(path);
  const isTaken = await rename(path, aside).then(
    () => true,
    () => false, // another was faster
  );
  if (!isTaken) return;
  // Between the look and the taking a living one may have put its own there: it gets it back.
  if ((await readFile(aside, "utf8")) !== content) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}

function running(holder: string, path: string, what: string): MediaError {
  const pid = holder.split("-")[2];
  if (lookUpProcess(holder) !== "not seen")
    return new MediaError("batch_running", `process ${pid} is at work on ${what}`);
  const why = `process ${pid} of another machine or container is at work on ${what}`;
  const remedy =
    "Wait until it is done, or give this one folders and a --bucket of its own. Was it killed there, " +
    `its mark ${path} counts for nothing a minute later: then run the same command again.`;
  return new MediaError("batch_running", why, { remedy });
}

/**
 * Removes what processes that are gone left beside a path under names of `newMark`. What cannot be
 * removed is left.
 * @param lease of those that are not seen from here, in milliseconds
 */
export async function clearMarks(path: string, lease = leaseMs): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(prefix));
  if (left.length === 0) return;
  const own = newMark(path);
  try {
    await writeFile(own, "", { flag: "wx" });
    const { mtimeMs: now } = await stat(own); // by the clock of that disk
    for (const name of left) {
      const mark = name.slice(prefix.length).split(".")[0] ?? "";
      const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: now }));
      if (isGone(mark, now - mtimeMs, lease)) await rm(join(folder, name), { force: true });
    }
  } catch {
    // A folder that takes nothing.
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
}
