import { constants } from "node:fs";
import { access, chmod, chown, lstat, open, readlink, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import { fillAndRename, writeFlushed } from "./replace.ts";
import { temporaryName } from "./temporary.ts";

/** As many links as Linux follows before it calls them a loop. */
const maxLinks = 40;

/** Where links lead, one after the other, also to a file that is not there yet. */
async function target(path: string): Promise<string> {
  let at = resolve(path);
  for (let links = 0; links < maxLinks; links += 1) {
    const found = await lstat(at).catch(() => undefined);
    if (found?.isSymbolicLink() !== true) return at;
    at = resolve(dirname(at), await readlink(at));
  }
  throw new MediaError("invalid_argument", `${path} cannot be written: its links lead in a circle`);
}

/** Writes into what is there, from its beginning. */
async function writeInto(path: string, content: string | Uint8Array): Promise<void> {
  await using file = await open(path, "w");
  await file.writeFile(content);
  await file.sync().catch(() => {}); // a pipe has nothing to flush
}

/** Gives a new file the mode of the one that it replaces, and its owner where this user may. */
async function keepModes(path: string, old: Stats): Promise<void> {
  const now = await stat(path);
  if (now.uid !== old.uid || now.gid !== old.gid)
    await chown(path, old.uid, old.gid).catch(() => {});
  await chmod(path, old.mode & 0o7777);
}

/** Replaces a plain file, or makes it. */
async function replaceNamed(
  path: string,
  old: Stats | undefined,
  content: string | Uint8Array,
): Promise<void> {
  try {
    await fillAndRename(temporaryName(`${dirname(path)}/.dailies`), path, async (temporary) => {
      await writeFlushed(temporary, content);
      if (old !== undefined) await keepModes(temporary, old);
    });
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    // The folder takes no new file, but the file itself may be written to.
    if (old === undefined || !["EACCES", "EPERM", "EROFS"].includes(code)) throw error;
    await writeInto(path, content);
  }
}

/** What a person is told. A system error in a path that was typed is mostly a wrong path. */
function cannotWrite(path: string, thrown: unknown): MediaError {
  if (thrown instanceof MediaError) return thrown;
  const reasons: Record<string, string> = {
    ENOENT: "there is no such folder",
    ENOTDIR: "there is no such folder",
    EISDIR: "it is a folder",
  };
  const reason = reasons[(thrown as NodeJS.ErrnoException).code ?? ""];
  if (reason !== undefined)
    return new MediaError("invalid_argument", `${path} cannot be written: ${reason}`);
  const error = asMediaError(thrown);
  const why = error.code === "disk_full" ? "no space is left there" : error.message;
  return new MediaError(error.code, `${path} cannot be written: ${why}`, { cause: thrown });
}

/**
 * Writes a file that a person has named, the way a shell's `>` does, but whole: a reader sees the old
 * file or the new one, and a full disk leaves the old one. Links are followed; a file keeps its mode
 * and its owner; a pipe, a device or what lies in /proc and /dev is written into, never replaced. A new file
 * gets the mode that the umask gives. A file that may not be written to stays. A file with a second name gets other bytes under this name only.
 * @throws MediaError `invalid_argument` when its folder is not there or it is a folder itself;
 * `disk_full`, `storage_failed`
 */
export async function writeNamedFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    const found = await stat(path).catch(() => undefined);
    const isOfSystem = /^\/(?:dev|proc)\//.test(resolve(path));
    const isPlain = found === undefined || (found.isFile() && !isOfSystem);
    // a file that may not be written to is not replaced either, as the shell would not
    if (found !== undefined) await access(path, constants.W_OK);
    if (isPlain) await replaceNamed(await target(path), found, content);
    else await writeInto(path, content);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
