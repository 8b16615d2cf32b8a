import { statSync } from "node:fs";

/** The kernel's settings: read-only below, and not even to be read. */
const settings = ["sys"];

/**
 * What /proc tells root alone of the whole machine. A decoder of root's could read it, by the capability
 * with which it reads its input (`identity.ts`).
 */
const roots = [
  "kcore",
  "kmsg",
  "kpagecgroup",
  "kpagecount",
  "kpageflags",
  "pagetypeinfo",
  "slabinfo",
  "timer_list",
  "vmallocinfo",
];

function mask(name: string): string[] {
  const path = `/proc/${name}`;
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return [];
  return found.isDirectory()
    ? ["--tmpfs", path, "--remount-ro", path]
    : ["--ro-bind", "/dev/null", path];
}

const options = (names: readonly string[]): readonly string[] => [
  "--proc",
  "/proc",
  ...names.flatMap(mask),
  "--remount-ro",
  "/proc",
];

const kept: { forUser?: readonly string[]; forRoot?: readonly string[] } = {};

/** bubblewrap's options for a /proc of the child's own in which nothing can be written. */
export function maskedProc(readsAsRoot: boolean): readonly string[] {
  // The kernel has one /proc everywhere, so what is here is there too.
  if (readsAsRoot) return (kept.forRoot ??= options([...settings, ...roots]));
  return (kept.forUser ??= options(settings));
}
