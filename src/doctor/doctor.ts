import { access, constants, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MediaError, asMediaError } from "../media/errors.ts";
import { defaultLimits } from "../media/limits.ts";
import { createSandbox } from "../sandbox/create.ts";
import { findProgram, systemPath } from "../sandbox/programs.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Config } from "../config/config.ts";
import type { Check, Finding } from "./check.ts";
import { checkModels } from "./models.ts";
import { checkLabelEngine } from "./labels.ts";
import { checkSpeechEngine } from "./speech.ts";
import { spaceOf } from "../local/space.ts";
import { checkFfmpeg, checkFfprobe, checkPocketsphinx, howToInstall } from "./programs.ts";

export interface DoctorOptions {
  /** Where programs are found. Default: the usual folders of the system. */
  readonly searchPath?: string;
  /** @throws when SQLite lacks what a catalog needs */
  readonly sqliteVersion: () => string;
  /** Since when the library's queue is paused, in milliseconds since 1970; undefined when it is not. */
  readonly pausedSince: () => number | undefined;
}

/**
 * Looks at all that Dailies needs on this machine, at the same time and without changing anything;
 * takes about half a second. Never throws: what cannot be looked at is a finding as well.
 */
export async function checkUp(
  config: Pick<Config, "dataDir" | "languageCode" | "modelsDir"> &
    Partial<Pick<Config, "engines" | "findsLanguage" | "limits">>,
  { searchPath = systemPath, sqliteVersion, pausedSince }: DoctorOptions,
): Promise<Check[]> {
  const sandbox = createSandbox({ searchPath });
  const inSandbox = async (check: (sandbox: Sandbox) => Promise<Finding>): Promise<Finding> =>
    check(await sandbox);
  return await Promise.all([
    named("Node.js", () => checkNode(process.versions.node)),
    named("ffmpeg", () => inSandbox((box) => checkFfmpeg(box, searchPath))),
    named("ffprobe", () => inSandbox((box) => checkFfprobe(box, searchPath))),
    named("pocketsphinx", () => inSandbox((box) => checkPocketsphinx(box, searchPath))),
    named("speech engine", () => inSandbox(async (box) => checkSpeechEngine(box, config))),
    named("label engine", () => checkLabelEngine(config)),
    named("models", () => checkModels(config)),
    named("sandbox", () => inSandbox(async (box) => checkSandbox(box, searchPath))),
    named("data directory", () => checkDataDirectory(config)),
    named("SQLite", () => checkSqlite(sqliteVersion())),
    named("queue", () => checkQueue(pausedSince())),
  ]);
}

async function named(name: string, check: () => Finding | Promise<Finding>): Promise<Check> {
  try {
    return { name, ...(await check()) };
  } catch (thrown) {
    const { message, remedy } = asMediaError(thrown);
    return { name, state: "missing", detail: message, remedy };
  }
}

function checkNode(found: string): Finding {
  if (Number.parseInt(found, 10) >= 24)
    return { state: "ok", found, detail: "24 or newer is needed" };
  const remedy = "Install Node.js 24 from https://nodejs.org.";
  return { state: "missing", found, detail: "24 or newer is needed", remedy };
}

function checkSandbox(sandbox: Sandbox, searchPath: string): Finding {
  const found = sandbox.level;
  if (sandbox.lacks.length === 0)
    return { state: "ok", found, detail: "decoders see neither the network nor your files" };
  const detail = sandbox.lacks.join("; ");
  if (process.platform !== "linux") return { state: "warning", found, detail };
  const remedy =
    findProgram("bwrap", searchPath) === undefined
      ? howToInstall("bubblewrap", searchPath)
      : "bubblewrap is installed but may not make user namespaces here: allow that to it, or, in a container, start that with fewer restrictions.";
  return { state: "warning", found, detail, remedy };
}

/** Below this, a single long video may not find room. */
const littleSpaceBytes = 2 * 1024 ** 3;

async function checkDataDirectory({
  dataDir,
  limits = defaultLimits,
}: Pick<Config, "dataDir"> & Partial<Pick<Config, "limits">>): Promise<Finding> {
  const there = await nearestExisting(dataDir);
  const found = dataDir;
  try {
    if (there === dataDir) await tryWriting(dataDir);
    else await access(there, constants.W_OK | constants.X_OK);
  } catch (thrown) {
    const detail = `cannot be written to: ${asMediaError(thrown).message}`;
    const remedy = `Allow this user to write to ${there}, or choose another folder with --data-dir.`;
    return { state: "missing", found, detail, remedy };
  }
  const { freeBytes, minFreeBytes, isEnough } = await spaceOf({ dataDir, limits });
  const free = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  const detail = there === dataDir ? free : `${free}; made when it is first used`;
  if (!isEnough) {
    const floor = `${(minFreeBytes / 1e9).toFixed(1)} GB are to stay free (limits.minFreeBytes)`;
    const waiting = `${detail}; ${floor}: jobs wait for space, and nothing is taken in`;
    return { state: "warning", found, detail: waiting, remedy: "Free some space." };
  }
  const open = there === dataDir ? await openToOthers(dataDir) : undefined;
  if (open !== undefined) {
    const told = `${detail}; other users of this machine can read ${open} in it`;
    return { state: "warning", found, detail: told, remedy: `chmod -R go-rwx ${dataDir}` };
  }
  if (freeBytes >= littleSpaceBytes) return { state: "ok", found, detail };
  return { state: "warning", found, detail, remedy: "Free some space." };
}

/** What of a library other users can read: a library from before was made as the umask said. */
async function openToOthers(dataDir: string): Promise<string | undefined> {
  const rights = async (name: string): Promise<number> =>
    stat(join(dataDir, name)).then(
      ({ mode }) => mode & 0o055,
      () => 0,
    );
  if ((await rights(".")) === 0) return undefined;
  for (const name of ["dailies.db", "objects", "incoming", "work", "keys", "before-upgrade"])
    if ((await rights(name)) !== 0) return name;
  return undefined;
}

async function nearestExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory()) return folder;
    if (found !== undefined) throw new MediaError("storage_failed", `${folder} is not a folder`);
  }
}

/** Permissions do not tell all: a disk may be full or read-only. */
async function tryWriting(folder: string): Promise<void> {
  const trial = await mkdtemp(join(folder, ".doctor-"));
  try {
    await writeFile(join(trial, "trial"), "trial", { flush: true });
  } finally {
    await rm(trial, { recursive: true, force: true });
  }
}

function checkSqlite(found: string): Finding {
  return { state: "ok", found, detail: "with full-text search (FTS5)" };
}

/** Whether jobs start at all: a paused queue is easily forgotten. */
function checkQueue(pausedSince: number | undefined): Finding {
  if (pausedSince === undefined) return { state: "ok", detail: "jobs start as they come" };
  const detail = `no job has started since ${new Date(pausedSince).toISOString()}`;
  const remedy = "`dailies jobs --resume` goes on.";
  return { state: "warning", found: "paused", detail, remedy };
}
