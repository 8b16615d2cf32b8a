import { rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolders } from "../files/durable.ts";
import { temporaryName } from "../files/temporary.ts";
import { MediaError } from "../media/errors.ts";
import { outputKey, outputKinds } from "../media/keys.ts";
import { resultsMark } from "./left-out.ts";

/** Removes the empty folders from one up to another; one that others have filled meanwhile stays. */
async function removeEmpty(folder: string, upTo: string): Promise<void> {
  const isRemoved = await rmdir(folder).then(
    () => true,
    () => false,
  );
  if (isRemoved && folder !== upTo) await removeEmpty(dirname(folder), upTo);
}

/** The nearest thing on the way to a path, when it is no folder. */
async function obstacleTo(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined && dirname(path) !== path) return obstacleTo(dirname(path));
  return found?.isDirectory() === true ? undefined : path;
}

/**
 * Makes a folder and a file in it, as outputs will be made, and takes both away again: permissions
 * alone do not say whether that can be done.
 * @throws MediaError `storage_failed` when something else is in the way; else what the system says
 */
export async function tryFolder(root: string): Promise<void> {
  const obstacle = await obstacleTo(root);
  if (obstacle !== undefined)
    throw new MediaError("storage_failed", `${obstacle} is not a folder`, {
      remedy: "Choose another folder for the results.",
    });
  const made = await makeFolders(root);
  const trial = temporaryName(join(root, ".dailies-unfinished"));
  try {
    await writeFile(trial, "", { flag: "wx" });
  } finally {
    await rm(trial, { force: true }).catch(() => {});
    if (made !== undefined) await removeEmpty(root, made);
  }
}

const markText = "Results of dailies: nothing in this folder is taken for footage.\n";

/** Makes a folder and marks it as one of results: see `reasonByMarks`. */
export async function markResults(folder: string): Promise<void> {
  await makeFolders(folder);
  await writeFile(join(folder, resultsMark), markText, { flag: "wx" }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    },
  );
}

/** Longest name of a file and longest path that Linux and macOS take, in bytes. */
const maxNameBytes = 255;
const maxPathBytes = 4_095;

/** @throws MediaError `invalid_name` when the outputs of a media file cannot be files below a folder */
export function checkOutputNames(root: string, name: string): void {
  const keys = outputKinds.map((kind) => outputKey(kind, name));
  const bytes = (texts: readonly string[]): number =>
    Math.max(...texts.map((text) => Buffer.byteLength(text)));
  const longest = bytes(keys.flatMap((key) => key.split("/")));
  const longestPath = bytes(keys.map((key) => join(root, key)));
  if (longest <= maxNameBytes && longestPath <= maxPathBytes) return;
  const what =
    longest > maxNameBytes
      ? `their names would have ${longest} bytes, and ${maxNameBytes} are the most`
      : `their paths would have ${longestPath} bytes, and ${maxPathBytes} are the most`;
  throw new MediaError(
    "invalid_name",
    `${name} is too long for the names of its results: ${what}`,
    {
      remedy: "Give a single file a shorter name with --name; else rename the file.",
    },
  );
}
