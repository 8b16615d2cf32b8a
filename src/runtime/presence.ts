import type { DatabaseSync } from "node:sqlite";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import {
  disownSession,
  enterAsDead,
  enterSession,
  keepSession,
  leaveSession,
} from "../state/sqlite/sessions.ts";
import { clearAfter, emptyTrash } from "../app/sweep.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { JobQueue } from "../queue/job-queue.ts";
import type { Parts, Recovered } from "../app/parts.ts";

/** How others see this session while it works, and how what sessions leave behind is put in order. */
export interface Presence extends Pick<Parts, "enter" | "recover" | "unsettle"> {
  /** Gives back the job of an attempt that is over; what cannot be, on a full disk say, is tried again. */
  readonly handBack: JobQueue["handBack"];
  /** Strikes the session off, if it ever entered; one that cannot be left in order the next start puts in order. */
  readonly leave: () => Promise<void>;
}

export interface PresenceOptions {
  readonly database: DatabaseSync;
  readonly session: string;
  readonly catalog: Catalog;
  readonly queue: JobQueue;
  readonly objects: ObjectStore;
  /** Where sessions have their working folders. */
  readonly worksDir: string;
}

/** The presence of one session. Nothing is written before `enter`. */
export function createPresence(options: PresenceOptions): Presence {
  const { database, session, catalog, queue, objects, worksDir } = options;
  const swept = { catalog, objects, workDir: worksDir };
  /** Attempts that are over and could not be handed back. */
  const owed = new Set<string>();
  let stopKeeping: (() => void) | undefined;
  let settled = true;

  const handBack = async (attempt: string): Promise<void> => {
    owed.add(attempt);
    await queue.handBack(attempt);
    owed.delete(attempt);
  };

  const recover = async (): Promise<Recovered> => {
    for (const attempt of owed) await handBack(attempt);
    const { takenOver, deadSessions } = await queue.recover();
    const dead = new Set(deadSessions);
    if (objects.capabilities.sweeping) await objects.sweep((maker) => !dead.has(maker));
    const cleared = await clearAfter(swept, deadSessions);
    // Before they are forgotten: whoever is killed in the middle of it leaves bytes that are found by them.
    const entered: string[] = [];
    await emptyTrash(swept, async (makers) => {
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

  const leave = async (): Promise<void> => {
    if (stopKeeping === undefined) return;
    stopKeeping();
    try {
      if (!settled) return disownSession(database, session);
      await recover(); // a neighbour may have died, too late for us to notice while we worked
      await rm(join(worksDir, session), { recursive: true, force: true });
      await leaveSession(database, session);
    } catch {
      if (settled) disownSession(database, session);
    }
  };

  return {
    enter,
    recover,
    handBack,
    leave,
    unsettle: () => {
      settled = false;
    },
  };
}
