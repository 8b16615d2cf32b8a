import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Ports, Recovered } from "../app/ports.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { emptyTrash, removeUnrecorded } from "../app/sweep.ts";
import type { Sessions } from "../process/sessions.ts";
import type { JobQueue } from "../queue/job-queue.ts";

/** How other processes see this session while it works, and who clears up after dead ones. */
export interface Presence extends Pick<Ports, "enter" | "recover" | "markUnclean"> {
  /** Gives back the job of an attempt that is over; where that fails, on a full disk say, it is tried again. */
  readonly handBack: JobQueue["handBack"];
  /** Removes the session, if it ever entered; the next start clears up after one that left in disorder. */
  readonly leave: () => Promise<void>;
}

interface PresenceOptions extends Pick<Ports, "queue" | "objects" | "session" | "keptDir"> {
  readonly sessions: Sessions;
  readonly catalog: Ports["trash"] & Pick<Catalog, "listJobs">;
  /** Where sessions have their working folders. */
  readonly worksDir: string;
}

/** Removes what jobs kept that have ended, or are no more, when their process could not. */
async function removeKept({ catalog, keptDir }: PresenceOptions): Promise<void> {
  const kept = await readdir(keptDir).catch(() => []);
  if (kept.length === 0) return;
  const open = new Set<string>();
  for (const state of ["queued", "running"] as const)
    for (const { id } of await catalog.listJobs({ state, step: "transcribe" })) open.add(id);
  for (const id of kept)
    if (!open.has(id)) await rm(join(keptDir, id), { recursive: true, force: true });
}

/** Removes the working folders of dead sessions. Returns how many. */
async function removeFolders(worksDir: string, dead: ReadonlySet<string>): Promise<number> {
  const folders = (await readdir(worksDir).catch(() => [])).filter((folder) => dead.has(folder));
  for (const folder of folders) await rm(join(worksDir, folder), { recursive: true, force: true });
  return folders.length;
}

/** The presence of one session. Nothing is written before `enter`. */
export function createPresence(options: PresenceOptions): Presence {
  const { sessions, session, catalog: trash, queue, objects, worksDir } = options;
  /** Attempts that are over and could not be handed back. */
  const owed = new Set<string>();
  let stopKeeping: (() => void) | undefined;
  let isClean = true;

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
    const objectsRemoved = dead.size > 0 ? await removeUnrecorded({ trash, objects }, dead) : 0;
    const foldersRemoved = dead.size > 0 ? await removeFolders(worksDir, dead) : 0;
    await removeKept(options);
    // Before they are forgotten: a process that is killed here leaves bytes that are found by them.
    const entered: string[] = [];
    await emptyTrash({ trash, objects }, async (makers) => {
      entered.push(...(await sessions.enterAsDead(makers)));
    });
    await queue.forget([...deadSessions, ...entered]);
    return { jobsTakenOver: takenOver, objectsRemoved, foldersRemoved };
  };

  let entering: Promise<Recovered> | undefined;
  const enter = (): Promise<Recovered> => {
    entering ??= (async () => {
      const recovered = await recover(); // first: what it removes may be the space that lacks
      await sessions.enter();
      stopKeeping = sessions.keep();
      return recovered;
    })();
    entering.catch(() => (entering = undefined)); // the next call tries again
    return entering;
  };

  const leave = async (): Promise<void> => {
    if (stopKeeping === undefined) return;
    stopKeeping();
    try {
      if (!isClean) return sessions.disown();
      await recover(); // a neighbour may have died, too late for us to notice while we worked
      await rm(join(worksDir, session), { recursive: true, force: true });
      await sessions.leave();
    } catch {
      if (isClean) sessions.disown();
    }
  };

  return { enter, recover, handBack, leave, markUnclean: () => void (isClean = false) };
}
