import type { Dirent } from "node:fs";
import { opendir, stat } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { unreachable, type MediaError } from "../media/errors.ts";
import { spellingsOf } from "../media/keys.ts";
import { contentOfFile } from "./content.ts";
import { reasonByMarks, reasonByName } from "./left-out.ts";

/** A file that was named, or found below a folder that was named. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  /** Base name of a file that was named; path below the folder of one that was found. */
  readonly name: string;
  /** Whether it begins like a picture; absent of a file that was named. */
  readonly isPicture?: boolean;
  /** Why it is left out: in a folder not everything is media. */
  readonly ignored?: string;
  /** Why a folder below cannot be read. */
  readonly unreadable?: MediaError;
}

export interface FilesOptions {
  /** Why a folder below is not to be looked into, beside the reasons in `left-out.ts`; undefined when it is. */
  readonly passOver?: (folder: string) => string | undefined;
}

interface Place extends FilesOptions {
  readonly root: string;
}

async function* entry(found: Dirent, place: Place): AsyncGenerator<FoundFile> {
  const path = join(found.parentPath, found.name);
  const name = relative(place.root, path).split(sep).join("/");
  const byName = reasonByName(found.name);
  if (found.isDirectory()) {
    const why = place.passOver?.(path) ?? byName ?? (await reasonByMarks(path));
    if (why === undefined) yield* below(path, place);
    else yield { path, name, ignored: why };
  } else if (byName !== undefined) yield { path, name, ignored: byName };
  else if (!found.isFile()) yield { path, name, ignored: "not a regular file" };
  else {
    const content = await contentOfFile(path);
    if (content.isMedia) yield { path, name, isPicture: content.isPicture };
    else yield { path, name, ignored: content.reason };
  }
}

async function* below(folder: string, place: Place): AsyncGenerator<FoundFile> {
  const entries = [];
  try {
    for await (const found of await opendir(folder)) entries.push(found);
  } catch (error) {
    const name = relative(place.root, folder).split(sep).join("/");
    yield { path: folder, name, unreadable: unreachable(folder, error) }; // its siblings go on
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const found of entries) yield* entry(found, place);
}

/** The path as it is on the disk, where its accents are spelled in another way than was typed. */
async function spelled(path: string): Promise<string> {
  for (const spelling of spellingsOf(path))
    if ((await stat(spelling).catch(() => undefined)) !== undefined) return spelling;
  return path;
}

/**
 * The files that a given path stands for: the file itself, or a folder's media below it, in the
 * order of their names: what is media is decided by content. Links inside folders are not followed.
 * @throws MediaError `not_found`; `storage_failed` when it may not be looked at
 */
export async function* filesOf(
  given: string,
  options: FilesOptions = {},
): AsyncGenerator<FoundFile> {
  const path = await spelled(resolve(given));
  const found = await stat(path).catch((error: unknown) => {
    throw unreachable(given, error);
  });
  if (found.isDirectory()) yield* below(path, { ...options, root: path });
  else yield { path, name: basename(path) };
}
