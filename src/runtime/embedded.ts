import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createSeal } from "../access/seal.ts";
import { createSqliteAccess } from "../access/sqlite.ts";
import { backUp } from "../backup/backup.ts";
import { createSqliteCatalog } from "../catalog/sqlite/catalog.ts";
import { createReaders } from "../catalog/sqlite/readers.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { openDatabase } from "../database/open.ts";
import {
  disownSession,
  enterAsDead,
  enterSession,
  keepSession,
  leaveSession,
  surveySessions,
} from "../database/session.ts";
import { clearAfter, emptyTrash } from "../lifecycle/sweep.ts";
import { MediaError } from "../media/errors.ts";
import { createIdSource, newSession } from "../media/ids.ts";
import { createFilesystemObjectStore, type FilesystemObjectStore } from "../objects/filesystem.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import { createSqliteQueue } from "../queue/sqlite.ts";
import type { Config } from "./config.ts";
import type { Dailies } from "./dailies.ts";
import { once } from "./once.ts";
import { createArrivals } from "./arrivals.ts";
import { createBell, type Bell } from "./bell.ts";
import { lazyNotices } from "./lazy-notices.ts";
import { createQueries } from "./queries.ts";
import { createServiceQueries } from "./service.ts";
import { libraryFiles, storeIn } from "./restore.ts";
import type { LocalSteps } from "./steps.ts";
import { createWork } from "./work.ts";

/** The composed parts that the application's functions work with. */
export interface Parts {
  readonly config: Config;
  readonly session: string;
  readonly newId: () => string;
  readonly catalog: Catalog;
  readonly queue: JobQueue;
  readonly objects: FilesystemObjectStore;
  /** Where this session's attempts have their folders. */
  readonly workDir: string;
  /** The engines; loaded when first asked for, so that a list need not wait for them. */
  readonly localSteps: () => Promise<LocalSteps>;
  /** To be called before anything is written: other processes see this one, and a crash is cleared up after. */
  readonly enter: () => Promise<Recovered>;
  /** Takes over what dead processes held, and removes what they left and what the trash holds. */
  readonly recover: () => Promise<Recovered>;
  /**
   * To be called when the catalog or the store failed in the middle of something: what this session
   * made may not be recorded, so it is not struck off as one that left nothing behind.
   */
  readonly unsettle: () => void;
  /** Sessions whose process lives, as far as can be known from here. */
  readonly livingSessions: () => ReadonlySet<string>;
  /** Rung when there is something new to do. */
  readonly bell: Bell;
}

export interface Recovered {
  readonly jobsTakenOver: number;
  readonly objectsRemoved: number;
  readonly foldersRemoved: number;
}

/**
 * Opens Dailies on this machine.
 * @param options.readers slow reads run on threads of their own, beside whoever else asks. Default: false
 * @throws MediaError `not_found` when there is no library and `create` is false; `catalog_newer`;
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
  /** Attempts that are over and could not be handed back: on a full disk, say. */
  const owed = new Set<string>();
  const handBack = async (attempt: string): Promise<void> => {
    owed.add(attempt);
    await queue.handBack(attempt);
    owed.delete(attempt);
  };
  const objects = createFilesystemObjectStore({ dir: join(config.dataDir, "objects") });
  const works = join(config.dataDir, "work");

  let stopKeeping: (() => void) | undefined;
  let settled = true;
  const recover = async (): Promise<Recovered> => {
    for (const attempt of owed) await handBack(attempt);
    const { takenOver, deadSessions } = await queue.recover();
    const dead = new Set(deadSessions);
    await objects.sweepIncoming((maker) => !dead.has(maker));
    const cleared = await clearAfter({ catalog, objects, workDir: works }, deadSessions);
    // Before they are forgotten: whoever is killed in the middle of it leaves bytes that are found by them.
    const entered: string[] = [];
    await emptyTrash({ catalog, objects, workDir: works }, async (makers) => {
      entered.push(...(await enterAsDead(database, makers)));
    });
    await queue.forget([...deadSessions, ...entered]);
    return { jobsTakenOver: takenOver, ...cleared };
  };
  let entering: Promise<Recovered> | undefined;
  const enter = (): Promise<Recovered> => {
    entering ??= (async () => {
      const recovered = await recover(); // first, for what it removes may be the space that lacks
      await enterSession(database, session);
      stopKeeping = keepSession(database, session);
      return recovered;
    })();
    entering.catch(() => (entering = undefined)); // the next call tries again
    return entering;
  };
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
    workDir: join(works, session),
    localSteps: () => (engines = localSteps()),
    enter,
    recover,
    unsettle: () => {
      settled = false;
    },
    livingSessions: () => surveySessions(database).living,
    bell: createBell(),
  };
  /** Strikes the session off; one that cannot be left in order is put in order by the next start. */
  const leave = async (): Promise<void> => {
    stopKeeping?.();
    try {
      if (!settled) return disownSession(database, session);
      await recover(); // a neighbour may have died, too late for us to notice while we worked
      await rm(parts.workDir, { recursive: true, force: true });
      await leaveSession(database, session);
    } catch {
      if (settled) disownSession(database, session);
    }
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
      (await import("./batch.ts")).runBatch(parts, settings, options),
    previewBatch: async (settings, signal) =>
      (await import("./batch.ts")).previewBatch(parts, settings, signal),
    recover: async () => {
      await enter();
      return recover();
    },
    async close() {
      await (await engines?.catch(() => undefined))?.close().catch(() => {});
      if (stopKeeping !== undefined) await leave().catch(() => {}); // then its process will be found gone
      await catalog.close();
    },
  };
}
