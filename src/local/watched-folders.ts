import { resolve, sep } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import { checkKey } from "../media/keys.ts";

/** A folder whose files come into the library. */
export interface WatchedFolder {
  /** Absolute. */
  readonly dir: string;
  /** What the names begin with: a `NAME/`. Absent: they are the paths below the folder. */
  readonly prefix?: string;
}

const refuse = (given: string, why: string): never => {
  throw new MediaError("invalid_argument", `--watch ${given}: ${why}`);
};

/** `NAME=DIR` or `DIR`: what stands before the first `=` is a name unless it has a slash in it. */
function readOne(given: string): WatchedFolder {
  const [, name, folder] = /^([^/=]+)=(.+)$/s.exec(given) ?? [];
  if (name === undefined || folder === undefined) return { dir: resolve(given) };
  try {
    checkKey(`${name}/a.mp4`);
  } catch (thrown) {
    refuse(given, `${name} cannot begin a name: ${asMediaError(thrown).message}`);
  }
  return { dir: resolve(folder), prefix: `${name}/` };
}

const isWithin = (folder: string, other: string): boolean =>
  folder === other || folder.startsWith(other.endsWith(sep) ? other : other + sep);

/**
 * The folders of `--watch`, each `DIR` or `NAME=DIR`. A file's name is its path below the folder, behind
 * the folder's name where it has one: so of several folders one at most can do without.
 * @throws MediaError `invalid_argument` when two would give files the same names, or one lies in another
 */
export function watchedFolders(given: readonly string[]): readonly WatchedFolder[] {
  const found: WatchedFolder[] = [];
  for (const text of given) {
    const one = readOne(text);
    for (const [index, other] of found.entries()) {
      const before = given[index] ?? "";
      if (isWithin(one.dir, other.dir) || isWithin(other.dir, one.dir))
        refuse(text, `it is, or lies in, the same folder as ${before}`);
      if (one.prefix === other.prefix)
        refuse(text, `its files would get the same names as those in ${before}: give NAME=DIR`);
    }
    found.push(one);
  }
  return found;
}
