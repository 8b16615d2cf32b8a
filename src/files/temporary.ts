import { randomUUID } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { leaseMs, lookUpProcess, processFingerprint } from "../process/identity.ts";

/** A name beside a path that no other process uses, and that says which process uses it. */
export const temporaryName = (path: string): string =>
  `${path}.${processFingerprint()}.${randomUUID()}`;

/**
 * Whether the process of a fingerprint is gone. A process that cannot be seen from here (containers have
 * a new name each time) counts as gone when its file has been silent for longer than the lease.
 */
export function isGone(fingerprint: string, silentMs: number, lease: number): boolean {
  const process = lookUpProcess(fingerprint);
  // A time in the future comes from a clock that was set back: it must not hold the file for as long.
  return process === "gone" || (process === "not seen" && Math.abs(silentMs) > lease);
}

/**
 * Removes what processes that are gone left beside a path under names of `temporaryName`. What cannot
 * be removed is left.
 * @param lease for processes that cannot be seen from here, in milliseconds
 */
export async function removeAbandoned(path: string, lease = leaseMs): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => name.startsWith(prefix));
  if (left.length === 0) return;
  const own = temporaryName(path);
  try {
    await writeFile(own, "", { flag: "wx" });
    const { mtimeMs: now } = await stat(own); // by the clock of that disk
    for (const name of left) {
      const fingerprint = name.slice(prefix.length).split(".")[0] ?? "";
      const { mtimeMs } = await stat(join(folder, name)).catch(() => ({ mtimeMs: now }));
      if (isGone(fingerprint, now - mtimeMs, lease)) await rm(join(folder, name), { force: true });
    }
  } catch {
    // A folder that takes nothing.
  } finally {
    await rm(own, { force: true }).catch(() => {});
  }
}
