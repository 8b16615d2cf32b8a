import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { outputFolders } from "../media/keys.ts";

/** Unfinished downloads and copies, by the endings that browsers, copy and sync programs give them. */
const unfinished =
  /\.(?:part|partial|tmp|temp|crdownload|download|opdownload|filepart|aria2|ytdl|!ut|!qb|!sync|bts|bc!)$|^~syncthing~/i;

/**
 * Folders and files that systems, storage boxes and sync programs keep for themselves: waste bins,
 * thumbnails, earlier versions, lock files. Hidden ones (`.Trash-1000`, `._talk.mp4`) are found by their dot.
 */
const helpers: readonly RegExp[] = [
  // Windows, and its programs
  /^\$recycle\.bin$/i,
  /^recycle[rd]$/i,
  /^system volume information$/i,
  /^found\.\d{3}$/i,
  /^~\$/,
  /^(?:thumbs\.db|ehthumbs\.db|desktop\.ini)$/i,
  // Synology, QNAP and other storage boxes
  /^@(?:eadir|tmp|sharebin|sharesnap|recycle|recently-snapshots?|syno.*|appstore|database|s2s)$/i,
  /@syno(?:eastream|resource)$/i,
  /^#(?:recycle|snapshot)$/i,
  /^lost\+found$/,
  // macOS
  /^(?:__macosx|network trash folder|temporary items|thevolumesettingsfolder)$/i,
  /^\$trash/i,
  // a text editor's earlier version
  /~$/,
];

const isHidden = (name: string): boolean => name.startsWith(".");

/** Why a file or folder of this name is no footage; undefined when the name says nothing against it. */
export function reasonByName(name: string): string | undefined {
  if (isHidden(name) || unfinished.test(name)) return "hidden or unfinished";
  return helpers.some((helper) => helper.test(name)) ? "another program's own" : undefined;
}

/** The file that says of a folder that dailies wrote its results there. */
export const resultsMark = ".dailies-results";

const exists = async (...path: string[]): Promise<boolean> =>
  (await stat(join(...path)).catch(() => undefined)) !== undefined;

/** Results without the mark, as versions before it wrote them: `output/web` beside another such folder. */
async function isUnmarkedResults(folder: string): Promise<boolean> {
  const parent = dirname(folder);
  if (basename(parent) !== "output" || !outputFolders.has(basename(folder))) return false;
  const beside = await readdir(parent).catch(() => []);
  return beside.filter((name) => outputFolders.has(name)).length > 1;
}

/** Why what lies in a folder is no footage, by what the folder has in it; undefined when nothing says so. */
export async function reasonByMarks(folder: string): Promise<string | undefined> {
  if (await exists(folder, resultsMark)) return "results";
  if (await exists(folder, ".dailies-batch", "ledger.jsonl")) return "a batch's results";
  if ((await exists(folder, "dailies.db")) && (await exists(folder, "objects"))) return "a library";
  if ((await exists(folder, "backup.json")) && (await exists(folder, "objects"))) return "a backup";
  return (await isUnmarkedResults(folder)) ? "results" : undefined;
}
