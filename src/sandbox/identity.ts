import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { lchownSync, opendirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "./programs.ts";

/**
 * Who decoders are when Dailies runs as root. They must not be the kernel's user 0: that one owns
 * the kernel's settings, whatever capabilities it has lost. So each gets a user of its own, which owns
 * nothing but its working folder.
 *
 * That user could not open an upload that only root may read. A user namespace that maps every user to
 * itself solves that: within it the child keeps one capability, to read what it is shown
 * (CAP_DAC_READ_SEARCH). In the system's own user namespace it has none.
 */
export interface Identities {
  readonly nsenter: string;
  readonly setpriv: string;
  /** The user namespace, as a path that can be opened. */
  readonly userNamespace: string;
  readonly firstUser: number;
  readonly count: number;
}

/** One child's user and group number. */
export type User = number;

/**
 * Users that no system gives away: systemd's table of user numbers has these as unused, and the second
 * range is for containers in which only 65,536 users are known.
 */
const ranges = [
  { firstUser: 1_879_100_000, count: 50_000 },
  { firstUser: 60_600, count: 500 },
] as const;

interface MappedRange {
  readonly first: number;
  readonly count: number;
}

/** The users that exist in this process's user namespace. */
function mappedUsers(file: "uid_map" | "gid_map"): MappedRange[] {
  const lines = readFileSync(`/proc/self/${file}`, "utf8").trim().split("\n");
  return lines.map((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return { first, count };
  });
}

function knows(mapped: readonly MappedRange[], from: number, count: number): boolean {
  return mapped.some((range) => range.first <= from && from + count <= range.first + range.count);
}

const identityMap = (mapped: readonly MappedRange[]): string =>
  mapped.map(({ first, count }) => `${first} ${first} ${count}\n`).join("");

/** Makes the user namespace, and keeps it open as long as this process lives. */
async function makeUserNamespace(
  unshare: string,
  maps: Readonly<Record<"uid_map" | "gid_map", readonly MappedRange[]>>,
): Promise<string> {
  // It says one byte when it is in its namespace, and waits until it has been entered.
  const holder = spawn(unshare, ["--user", "--", "sh", "-c", "echo; read _"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { PATH: "/usr/bin:/bin" },
  });
  try {
    await new Promise<void>((resolve, reject) => {
      holder.once("error", reject);
      holder.once("exit", () => reject(new Error("no user namespace can be made")));
      holder.stdout.once("data", () => resolve());
    });
    for (const file of ["uid_map", "gid_map"] as const)
      writeFileSync(`/proc/${holder.pid}/${file}`, identityMap(maps[file]), { flag: "r+" });
    const descriptor = openSync(`/proc/${holder.pid}/ns/user`, "r");
    return `/proc/${process.pid}/fd/${descriptor}`;
  } finally {
    holder.kill("SIGKILL");
  }
}

let kept: Promise<Identities | undefined> | undefined;

async function make(searchPath: string): Promise<Identities | undefined> {
  const [nsenter, setpriv, unshare] = ["nsenter", "setpriv", "unshare"].map((name) =>
    findProgram(name, searchPath),
  );
  if (nsenter === undefined || setpriv === undefined || unshare === undefined) return undefined;
  const maps = { uid_map: mappedUsers("uid_map"), gid_map: mappedUsers("gid_map") };
  const range = ranges.find(
    ({ firstUser, count }) =>
      knows(maps.uid_map, firstUser, count) && knows(maps.gid_map, firstUser, count),
  );
  if (range === undefined) return undefined;
  const userNamespace = await makeUserNamespace(unshare, maps);
  return { nsenter, setpriv, userNamespace, ...range };
}

/**
 * The users for children, made once for this process. Undefined when it is not root, or when the
 * system allows no user namespace (as in a container with default rights).
 */
export async function findIdentities(searchPath: string): Promise<Identities | undefined> {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  // A second time, because something may have killed the process that makes the user namespace.
  kept ??= make(searchPath)
    .catch(() => make(searchPath))
    .catch(() => undefined);
  return kept;
}

/** More entries than any decoder makes. Root can remove the rest without owning it. */
const mostEntries = 1000;

/**
 * A folder and its entries, to a user: links themselves, never what they point at, and nothing deeper,
 * where a child that lives on could put a link in a folder's place.
 */
function giveTo(folder: string, user: User, group: User): void {
  const entries = opendirSync(folder);
  try {
    for (let count = 0; count < mostEntries; count += 1) {
      const entry = entries.readSync();
      if (entry === null) break;
      lchownSync(join(folder, entry.name), user, group);
    }
  } finally {
    entries.closeSync();
  }
  lchownSync(folder, user, group);
}

/** The folders that children have now. Children that share one share its user. */
const lent = new Map<string, { readonly user: User; children: number }>();
/** Other processes of ours give out users, too: each begins somewhere else. */
let nextUser = randomInt(2 ** 32);

/**
 * A user for one child, who owns these folders until they are taken back.
 * @throws when a folder cannot be given away
 */
export function lend({ firstUser, count }: Identities, folders: readonly string[]): User {
  const shared = folders.map((folder) => lent.get(folder)?.user).find((user) => user !== undefined);
  const user = shared ?? firstUser + (nextUser++ % count);
  for (const folder of folders) {
    const entry = lent.get(folder);
    if (entry === undefined) giveTo(folder, user, user);
    lent.set(folder, { user, children: (entry?.children ?? 0) + 1 });
  }
  return user;
}

/** Makes what a child left ours again. After its end; a folder that has gone is no error. */
export function takeBack(folders: readonly string[]): void {
  for (const folder of folders) {
    const entry = lent.get(folder);
    if (entry === undefined) continue;
    entry.children -= 1;
    if (entry.children > 0) continue;
    lent.delete(folder);
    try {
      giveTo(folder, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    } catch {
      // The folder was removed meanwhile, or what was in it.
    }
  }
}
