import { existsSync } from "node:fs";
import { join } from "node:path";
import { createSeal } from "../access/seal.ts";
import { createSqliteAccess } from "../state/sqlite/access.ts";
import { backUp } from "../local/backup/backup.ts";
import { createSqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import { createReaders } from "../state/sqlite/catalog/readers.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { surveySessions } from "../state/sqlite/sessions.ts";
import { MediaError } from "../media/errors.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { createSqliteQueue } from "../state/sqlite/queue/queue.ts";
import type { Config } from "../config/config.ts";
import type { Dailies } from "../app/dailies.ts";
import { once } from "../app/once.ts";
import { createArrivals } from "../app/arrivals.ts";
import { createWakeUps } from "../app/wake-ups.ts";
import { lazyNotices } from "./lazy-notices.ts";
import type { Parts } from "../app/parts.ts";
import { createPresence } from "./presence.ts";
import { createQueries } from "../app/queries.ts";
import { createServiceQueries } from "../app/service.ts";
import { libraryFiles, storeIn } from "../local/restore.ts";
import type { LocalSteps } from "./steps.ts";
import { createWork } from "../app/work.ts";

/**
 * A library on this machine, put together: SQLite for catalog and queue, files for the bytes, and the
 * functions of the application over them. Other processes do not see it before it writes something.
 * @param options.readers slow reads run on threads of their own, beside whoever else asks. Default: false
 * @throws MediaError `no_library` when there is none and `create` is false; `catalog_newer`;
 * `storage_failed` when the data directory cannot be used
 */
export async function openDailies(
  config: Config,
  { create = true, readers = false }: { create?: boolean; readers?: boolean } = {},
): Promise<Dailies> {
  const file = join(config.dataDir, "dailies.db");
  if (!create && !existsSync(file))
    throw new MediaError("no_library", `there is no library in ${config.dataDir}`);
  const database = openDatabase(file);
  const seal = createSeal({ keyFile: config.masterKeyFile });
  const session = newSession();
  const newId = createIdSource(session);
  const { metadataTable } = config;
  const catalog = createSqliteCatalog({
    database,
    metadataTable,
    ...(readers ? { readers: createReaders({ path: file }) } : {}),
  });
  const queue = createSqliteQueue({ database, session, newId });
  const objects = createFilesystemObjectStore({
    dir: join(config.dataDir, "objects"),
    newVersion: newId,
  });
  const worksDir = join(config.dataDir, "work");
  const presence = createPresence({ database, session, catalog, queue, objects, worksDir });
  const { enter, recover, unsettle, handBack } = presence;
  const localSteps = once(async () => {
    const { createLocalSteps } = await import("./steps.ts");
    return createLocalSteps({ config, catalog, objects });
  });
  let engines: Promise<LocalSteps> | undefined;
  const parts: Parts = {
    config,
    session,
    newId,
    catalog,
    queue: { ...queue, handBack },
    objects,
    workDir: join(worksDir, session),
    localSteps: () => (engines = localSteps()),
    enter,
    recover,
    unsettle,
    livingSessions: () => surveySessions(database).living,
    wakeUps: createWakeUps(),
  };
  return {
    ...createQueries(parts),
    ...createServiceQueries(parts),
    ...createWork(parts),
    ...createArrivals(parts),
    access: createSqliteAccess({ database, seal }),
    notices: lazyNotices({ database, session, newId, seal, enter, ...config.notices }),
    backup: (dir, options) => backUp(libraryFiles(config, objects), dir, storeIn, options),
    batch: async (settings, options) =>
      (await import("../batch/batch.ts")).runBatch(parts, settings, options),
    previewBatch: async (settings, signal) =>
      (await import("../batch/preview.ts")).previewBatch(parts, settings, signal),
    recover: async () => {
      await enter();
      return recover();
    },
    async close() {
      await (await engines?.catch(() => undefined))?.close().catch(() => {});
      await presence.leave().catch(() => {}); // then its process will be found gone
      await catalog.close();
    },
  };
}
