import { extensionOf, hasMediaExtension } from "../media/keys.ts";

/** Leaves space for an extension in names of at most 200 characters. */
const maxLength = 180;

/**
 * A name in the speech services' alphabet, `^[0-9a-zA-Z._-]{1,200}$`, that begins with a letter or
 * digit: accents are dropped, all else becomes `_`.
 */
export function acceptableName(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^0-9a-zA-Z._-]+/g, "_")
    .replace(/^[._-]+|[._-]+$/g, "")
    .slice(0, maxLength);
  return plain === "" ? "recording" : plain;
}

/** A path without its media extension. */
function withoutExtension(path: string): string {
  const extension = extensionOf(path);
  return extension !== undefined && hasMediaExtension(path)
    ? path.slice(0, -extension.length - 1)
    : path;
}

/** Names are compared in small letters, because file systems may ignore case. */
const folded = (name: string): string => name.toLowerCase();

/** The names of jobs. A name never changes. */
export interface JobNames {
  /** The job name of an input. A new input gets a new name. */
  nameFor(path: string): string;
}

/**
 * Job names of inputs: `2026/Interview 1.wav` → `2026_Interview_1`. The second of two that would be
 * called the same gets its ending added, and a number if that does not help.
 * @param known the names that were given before, by path
 * @param nameOf what of a path is to be in its name. Default: all of it.
 * @param others names that no new one may have: of files that are not the batch's. Default: none.
 */
export function createJobNames(
  known: ReadonlyMap<string, string>,
  nameOf: (path: string) => string = (path) => path,
  others: Iterable<string> = [],
): JobNames {
  const given = new Map(known);
  const taken = new Set([...known.values(), ...others].map(folded));
  const isFree = (name: string): boolean => !taken.has(folded(name));
  const freeName = (path: string): string => {
    const name = acceptableName(withoutExtension(nameOf(path)));
    if (isFree(name)) return name;
    const longer = `${name}-${extensionOf(path) ?? "media"}`;
    if (isFree(longer)) return longer;
    for (let number = 2; ; number += 1) if (isFree(`${name}-${number}`)) return `${name}-${number}`;
  };
  return {
    nameFor(path) {
      const before = given.get(path);
      if (before !== undefined) return before;
      const job = freeName(path);
      given.set(path, job);
      taken.add(folded(job));
      return job;
    },
  };
}
