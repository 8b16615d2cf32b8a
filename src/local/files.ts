import { opendir, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { unreachable, type MediaError } from "../media/errors.ts";
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

/** Unfinished downloads, editors' and systems' own files. */
export function isTemporary(name: string): boolean {
  return name.startsWith(".") || /\.(part|tmp|crdownload)$/i.test(name);
}

export interface FilesOptions {
  /** Names what is left out as hidden or unfinished. Default: it is left out silently. */
  readonly nameHidden?: boolean;
  /** Why a folder below is not to be looked into; undefined when it is. Default: all are looked into. */
  readonly passOver?: (folder: string) => Promise<string | undefined>;
}

async function* below(
  folder: string,
  root: string,
  options: FilesOptions,
): AsyncGenerator<FoundFile> {
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
    const why = entry.isDirectory() ? await options.passOver?.(path) : undefined;
    if (why !== undefined) yield { path, name, ignored: why };
    else if (isTemporary(entry.name)) {
      if (options.nameHidden === true) yield { path, name, ignored: "hidden or unfinished" };
    } else if (entry.isDirectory()) yield* below(path, root, options);
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
export async function* filesOf(
  given: string,
  options: FilesOptions = {},
): AsyncGenerator<FoundFile> {
  const path = resolve(given);
  const found = await stat(path).catch((error: unknown) => {
    throw unreachable(given, error);
  });
  if (found.isDirectory()) yield* below(path, path, options);
  else yield { path, name: basename(path) };
}
