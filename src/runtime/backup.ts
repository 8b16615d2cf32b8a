import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { BackupStores } from "../local/backup/backup.ts";
import { restore, type RestoreReport } from "../local/backup/restore.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { sqliteCopies } from "../state/sqlite/copies.ts";

/** What a library and its backups are made of. */
export const backupStores: BackupStores = {
  storeIn: (dir) => createFilesystemObjectStore({ dir }),
  copies: sqliteCopies,
};

/** Where the parts of a library lie that a backup copies. */
export function libraryFiles({ dataDir, masterKeyFile }: Config, objects: ObjectStore) {
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
  return restore(from, config.dataDir, backupStores, options);
}
