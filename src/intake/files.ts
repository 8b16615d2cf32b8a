import { opendir, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import { hasMediaExtension } from "../media/keys.ts";

/** A file that was named, or found below a folder that was named. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** Base name of a file that was named; path below the folder of one that was found. */
  readonly name: string;
  /** Why it is left out: in a folder not everything is media. */
  readonly ignored?: string;
  /** Why a folder below cannot be read. */
  readonly unreadable?: MediaError;
}

/**
 * What a failed look at a path means: that nothing is there, or why it cannot be looked at.
 * @param path as it was given
 */
export function unreachable(path: string, thrown: unknown): MediaError {
  const { code } = thrown as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR")
    return new MediaError("not_found", `there is no file or folder ${path}`, { cause: thrown });
  const error = asMediaError(thrown);
  return new MediaError(error.code, `${path} cannot be read: ${error.message}`, { cause: thrown });
}

/** Unfinished downloads, editors' and systems' own files. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".") || /\.(part|tmp|crdownload)$/i.test(name);
}

async function* below(folder: string, root: string): AsyncGenerator<FoundFile> {
  const entries = [];
  try {
    for await (const entry of await opendir(folder)) entries.push(entry);
  } catch (error) {
    const name = relative(root, folder).split(sep).join("/");
    yield { path: folder, name, unreadable: unreachable(folder, error) }; // its siblings go on
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const name = relative(root, path).split(sep).join("/");
    if (isTemporary(entry.name)) continue;
    if (entry.isDirectory()) yield* below(path, root);
    else if (!entry.isFile()) yield { path, name, ignored: "not a regular file" };
    else if (!hasMediaExtension(entry.name)) yield { path, name, ignored: "not a media file" };
    else yield { path, name };
  }
}

/**
 * The files that a given path stands for: the file itself, or a folder's media below it, in the
 * order of their names. Links inside folders are not followed.
 * @throws MediaError `not_found`; `storage_failed` when it may not be looked at
 */
export async function* filesOf(given: string): AsyncGenerator<FoundFile> {
  const path = resolve(given);
  const found = await stat(path).catch((error: unknown) => {
    throw unreachable(given, error);
  });
  if (found.isDirectory()) yield* below(path, path);
  else yield { path, name: basename(path) };
}
