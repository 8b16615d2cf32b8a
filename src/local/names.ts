import { sep } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { FoundFile } from "./files.ts";

/** A file with the name that it gets in the library, and those that it may get where that one is taken. */
export interface NamedFile extends Pick<FoundFile, "path" | "name"> {
  /** With more and more of the folders that it lies in; none for a file that was named itself. */
  readonly otherNames: readonly string[];
}

/** Folders above the given one that names may begin with, at most. */
const mostFolders = 4;

/** `clip.mp4` in `/card/day1`: `clip.mp4`, `day1/clip.mp4`, `card/day1/clip.mp4`. */
function namesOf({ path, name }: FoundFile, prefix: string): string[] {
  const above = path.slice(0, path.length - name.length).split(sep);
  const folders = above.filter((folder) => folder !== "");
  const most = Math.min(folders.length, mostFolders);
  return Array.from({ length: most + 1 }, (_, count) =>
    [...folders.slice(folders.length - count), name].join("/"),
  ).map((one) => prefix + one);
}

/** Whether a media file came from this very path: then it keeps its name. */
async function isFrom(
  { getMedia }: Pick<Catalog, "getMedia">,
  name: string,
  path: string,
): Promise<boolean> {
  return (await getMedia(name))?.origin === path;
}

interface Naming extends FoundFile {
  readonly names: readonly string[];
  /** How many folders the name begins with. */
  depth: number;
  readonly isKnown: boolean;
}

/** Gives files of one name their folders' names, until all differ or there are no more folders. */
function tellApart(files: readonly Naming[]): void {
  for (;;) {
    const groups = Map.groupBy(files, ({ names, depth }) => (names[depth] ?? "").normalize("NFC"));
    const alike = Array.from(groups.values()).flatMap((group) =>
      new Set(group.map(({ path }) => path)).size > 1 ? group : [],
    );
    const open = alike.filter(({ isKnown, names, depth }) => !isKnown && depth + 1 < names.length);
    if (open.length === 0) return;
    for (const one of open) one.depth += 1;
  }
}

/**
 * The names of files in the library: the base name of one that was named, the path below the folder of
 * one that was found; the folder's name in front where two would be called the same. A file that came
 * in before keeps its name.
 * @param prefix what all names begin with. Default: nothing
 */
export async function nameFiles(
  catalog: Pick<Catalog, "getMedia">,
  files: readonly FoundFile[],
  prefix = "",
): Promise<NamedFile[]> {
  const naming: Naming[] = [];
  for (const file of files) {
    const names = namesOf(file, prefix);
    let known = -1;
    for (const [depth, name] of names.entries())
      if (known === -1 && (await isFrom(catalog, name, file.path))) known = depth;
    naming.push({ ...file, names, depth: Math.max(0, known), isKnown: known >= 0 });
  }
  tellApart(naming);
  return naming.map((file) => ({
    path: file.path,
    name: file.names[file.depth] ?? file.name,
    otherNames: file.isPicture === undefined ? [] : file.names.slice(file.depth + 1),
  }));
}

/** Of a folder as `--prefix` names it: what names begin with. */
export function prefixOf(folder: string | undefined): string {
  return folder === undefined || folder === "" || folder.endsWith("/")
    ? (folder ?? "")
    : `${folder}/`;
}
