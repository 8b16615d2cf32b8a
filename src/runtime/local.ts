import { runEnded } from "../pipeline.ts";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createSeal } from "../access/seal.ts";
import { createStreamLinks } from "../access/stream-links.ts";
import { createSqliteAccess } from "../state/sqlite/access.ts";
import { backUp } from "../local/backup/backup.ts";
import { createSqliteBuckets } from "../state/sqlite/buckets/buckets.ts";
import { createSqliteCatalog } from "../state/sqlite/catalog/catalog.ts";
import { createReaders } from "../state/sqlite/catalog/readers.ts";
import { openDatabase } from "../state/sqlite/open.ts";
import { makeFolder } from "../files/durable.ts";
import { MediaError } from "../media/errors.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { createFilesystemObjectStore } from "../objects/filesystem.ts";
import { createSqliteQueue } from "../state/sqlite/queue/queue.ts";
import type { Config } from "../config/config.ts";
import { once } from "../media/once.ts";
import { createClientBuckets } from "../app/client-buckets.ts";
import { createLibrary } from "../app/create-library.ts";
import type { Ports } from "../app/ports.ts";
import { createWakeUps } from "../app/work.ts";
import { catalogFileIn, checkCatalogFile } from "../local/catalog-file.ts";
import { createLocalLibrary } from "../local/create-library.ts";
import type { LocalLibrary } from "../local/library.ts";
import { createPresence } from "../local/presence.ts";
import { createSpace } from "../local/space.ts";
import { vocabularyFrom } from "../local/vocabulary.ts";
import { createSandbox } from "../sandbox/create.ts";
import { createSqliteLabelJobs } from "../state/sqlite/label-jobs/label-jobs.ts";
import { createSqliteTranscriptions } from "../state/sqlite/transcriptions/transcriptions.ts";
import { createSqliteSessions } from "../state/sqlite/sessions.ts";
import { lazyNotices } from "./lazy-notices.ts";
import { backupStores, libraryFiles } from "./backup.ts";
import type { LocalSteps } from "./steps.ts";

interface OpenOptions {
  /** Whether a library is made where there is none. Default: true */
  readonly create?: boolean;
  /** Slow reads run on threads of their own, beside other requests. Default: false */
  readonly readers?: boolean;
  /** Hears of an upgrade that takes long. Default: nobody does */
  readonly tell?: (text: string) => void;
}

/** Where attempts work, where jobs keep what their next attempt goes on from, and how that is read. */
function worksIn(dataDir: string): Pick<Ports, "keptDir" | "heardSoFar"> & { worksDir: string } {
  const worksDir = join(dataDir, "work");
  const keptDir = join(worksDir, "kept");
  return {
    worksDir,
    keptDir,
    heardSoFar: async (jobId) =>
      (await import("../transcribe/sherpa/heard.ts")).heardSoFar(join(keptDir, jobId)),
  };
}

/**
 * Opens a library on this machine: SQLite for catalog and queue, files for the bytes, and the use cases
 * over them. Other processes do not see it before it writes something.
 * @throws MediaError `no_library` when there is none and `create` is false; `catalog_lost`; `catalog_newer`;
 * `storage_failed` when the data directory cannot be used
 */
export async function openDailies(
  config: Config,
  { create = true, readers = false, tell }: OpenOptions = {},
): Promise<LocalLibrary> {
  const file = catalogFileIn(config.dataDir);
  const session = newSession();
  const newId = createIdSource(session);
  const objects = createFilesystemObjectStore({
    dir: join(config.dataDir, "objects"),
    newVersion: newId,
  });
  await checkCatalogFile(config.dataDir, objects);
  if (!create && !existsSync(file))
    throw new MediaError("no_library", `there is no library in ${config.dataDir}`);
  await makeFolder(config.dataDir, { mode: 0o700 });
  const database = openDatabase(file, tell);
  const seal = createSeal({ keyFile: config.masterKeyFile });
  const catalog = createSqliteCatalog({
    whenEnded: runEnded,
    database,
    metadataTable: config.metadataTable,
    ...(readers ? { readers: createReaders({ path: file }) } : {}),
  });
  const queue = createSqliteQueue({ whenEnded: runEnded, database, session, newId });
  const works = worksIn(config.dataDir);
  const sessions = createSqliteSessions(database, session);
  const presence = createPresence({ sessions, session, catalog, queue, objects, ...works });
  const stores = { config, catalog, objects };
  const localSteps = once(async () => (await import("./steps.ts")).createLocalSteps(stores));
  let engines: Promise<LocalSteps> | undefined;
  const { enter, recover, markUnclean, handBack } = presence;
  const ports = {
    catalog,
    search: catalog,
    trash: catalog,
    imports: catalog,
    buckets: createSqliteBuckets({ database }),
    queue: { ...queue, handBack },
    objects,
    slots: config.slots,
    session,
    newId,
    engines: () => (engines = localSteps()),
    enter,
    recover,
    markUnclean,
    wakeUps: createWakeUps(),
    space: createSpace(config),
    workDir: join(works.worksDir, session),
    ...works,
    maxUploadBytes: config.limits.maxUploadBytes,
    vocabularyFrom,
    livingSessions: () => sessions.living(),
  };
  const batchPorts = async () => {
    const { createProbe } = await import("../probe/probe.ts");
    const probe = createProbe({ sandbox: await createSandbox(), limits: config.limits });
    return { ...ports, dataDir: config.dataDir, probe };
  };
  return {
    ...createLibrary(ports),
    ...createLocalLibrary(ports),
    buckets: createClientBuckets(ports, ports.buckets),
    transcriptions: createSqliteTranscriptions({ database }),
    labelJobs: createSqliteLabelJobs({ database }),
    access: createSqliteAccess({ database, seal }),
    streamLinks: createStreamLinks({ seal }),
    notices: lazyNotices({ database, session, newId, seal, enter, ...config.notices }),
    backup: (dir, options) => backUp(libraryFiles(config, objects), dir, backupStores, options),
    batch: async (settings, options) =>
      (await import("../batch/batch.ts")).runBatch(await batchPorts(), settings, options),
    previewBatch: async (settings, signal) =>
      (await import("../batch/batch.ts")).previewBatch(await batchPorts(), settings, signal),
    async close() {
      await (await engines?.catch(() => undefined))?.close().catch(() => {});
      await presence.leave().catch(() => {}); // then its process will be found gone
      await catalog.close();
    },
  };
}
