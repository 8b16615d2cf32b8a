import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seccompFilterHere } from "./seccomp.ts";

/** The filters of system calls of this process, as paths that are opened anew for each child. */
export interface FilterFiles {
  /** For a program that starts no other processes. */
  readonly alone: string;
  /** For a program that may. */
  readonly forking: string;
}

/** A file without a name, which lives as long as this process; its path through the descriptor. */
function keep(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), "dailies-filter-"));
  try {
    const descriptor = openSync(join(folder, "filter"), "wx+", 0o600);
    writeSync(descriptor, bytes);
    return `/proc/${process.pid}/fd/${descriptor}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let kept: FilterFiles | undefined;

/** Undefined on an architecture whose system calls are not known to us. */
export function filterFiles(): FilterFiles | undefined {
  const alone = seccompFilterHere({ mayFork: false });
  const forking = seccompFilterHere({ mayFork: true });
  if (alone === undefined || forking === undefined) return undefined;
  return (kept ??= { alone: keep(alone), forking: keep(forking) });
}

/** Opens a filter for one child and hands it to `use`; nothing stays open of it. */
export function withFilter<T>(path: string | undefined, use: (filter: number[]) => T): T {
  if (path === undefined) return use([]);
  const descriptor = openSync(path, "r");
  try {
    return use([descriptor]);
  } finally {
    closeSync(descriptor);
  }
}
