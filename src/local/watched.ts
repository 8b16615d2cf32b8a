import { dirname, relative, sep } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import type { Imports, WatchedFolders } from "./imports.ts";
import type { MediaError } from "../media/errors.ts";
import type { FinishedFiles } from "./finished-files.ts";
import { deviceOf, identityOf } from "./watched-folder.ts";

/** What a watched folder has to say. */
export type WatchEvent =
  | {
      readonly type: "taken";
      readonly path: string;
      readonly name: string;
      readonly change: string;
    }
  | { readonly type: "refused"; readonly path: string; readonly error: MediaError }
  | { readonly type: "removed"; readonly path: string; readonly name: string }
  /** The folder, or a part of it with all its files, is not there: nothing is removed for that. */
  | { readonly type: "away"; readonly folder: string }
  | { readonly type: "watching"; readonly folder: string };

export interface WatchOptions {
  readonly dir: string;
  /** Names are this and the path below the folder. Default: the path alone. */
  readonly prefix?: string;
  readonly owner: string;
  /** Whether a file that is removed takes its media with it. Default: true. */
  readonly removals?: boolean;
  readonly catalog: Pick<Catalog, "getMedia">;
  readonly imports: Imports & WatchedFolders;
  readonly put: (
    path: string,
    options: {
      name: string;
      owner: string;
      within: string;
      remember: boolean;
      signal: AbortSignal;
    },
  ) => Promise<{ change: string }>;
  readonly remove: (name: string, options: { owner: string }) => Promise<void>;
  readonly onEvent: (event: WatchEvent) => void;
  /** A file is finished when no program has it open for writing and it was still for so long. Default: 2 s. */
  readonly quietMs?: number;
  /** The same where it cannot be seen who has it open. Default: 10 s. */
  readonly blindQuietMs?: number;
  /** Everything is looked at again so often, because changes can go unnoticed. Default: 60 s. */
  readonly rescanMs?: number;
}

export const defaultQuietMs = 2_000;

/** The clock of the process: the wall's may be set. */
export const now = (): number => performance.now();

/** A folder while it is watched. */
export interface Watched {
  readonly options: WatchOptions;
  readonly signal: AbortSignal;
  /** All links resolved. */
  readonly root: string;
  readonly identity: string;
  readonly files: FinishedFiles;
  /** Paths at which there is nothing any more, and since when. */
  readonly gone: Map<string, number>;
  /** What was received or refused, as it looked then. */
  readonly handled: Map<string, string>;
  /** The folders that files were seen in, and their disks. */
  readonly folders: Map<string, string>;
  /** The errors that were reported for a file, so that each is reported once. */
  readonly told: Map<string, string>;
  readonly underWay: Set<Promise<void>>;
  /**
   * Whether it lies in another one's place, which may come back: a disk that is not mounted leaves an
   * empty folder. What is received is then not remembered as this folder's, so that it is neither taken
   * for what was there before nor missed when that is back.
   */
  isStranger: boolean;
}

export function nameOf({ root, options: { prefix = "" } }: Watched, path: string): string {
  return prefix + relative(root, path).split(sep).join("/");
}

export async function rememberFolder({ folders }: Watched, path: string): Promise<void> {
  const folder = dirname(path);
  if (!folders.has(folder)) folders.set(folder, deviceOf(await identityOf(folder)));
}
