import { join } from "node:path";
import { restore, type RestoreReport } from "./backup/restore.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { Config } from "../config/config.ts";

export type { RestoreReport };

/** The store of a folder, in a library and in its backups. */
export const storeIn = (dir: string): ObjectStore => createFilesystemObjectStore({ dir });

/** Where the parts of a library lie that a backup copies. */
export function libraryFiles(
  { dataDir, masterKeyFile }: Config,
  objects: ObjectStore,
): {
  databaseFile: string;
  configFile: string;
  masterKeyFile: string;
  objects: ObjectStore;
} {
  const [databaseFile, configFile] = [join(dataDir, "dailies.db"), join(dataDir, "config.json")];
  return { databaseFile, configFile, masterKeyFile, objects };
}

/**
 * Makes a library of a backup, in the configured data directory, which must be empty or not there.
 * @throws MediaError `backup_damaged`, `invalid_argument`, `catalog_newer`, `disk_full`
 */
export function restoreLibrary(
  config: Config,
  from: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<RestoreReport> {
  return restore(from, config.dataDir, storeIn, options);
}
