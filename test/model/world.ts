import type { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { Catalog, Change, Write } from "../../src/catalog/catalog.ts";
import { createSqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { disownSession, enterSession } from "../../src/state/sqlite/sessions.ts";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import { createSqliteQueue } from "../../src/state/sqlite/queue/queue.ts";
import { apply as applyToModel } from "./model-apply.ts";
import { nextJob, putBack, take } from "./model-queue.ts";
import { createModel, type Held, type Model } from "./model.ts";

export const slots = { light: 2, picture: 2, transcode: 1, speech: 1, vision: 1 };

/** A process that works on the catalog. */
export interface Session {
  readonly id: string;
  readonly queue: JobQueue;
}

/** The real catalog, the model of it, and the bytes that were stored on its behalf. */
export interface World {
  readonly database: DatabaseSync;
  readonly catalog: Catalog;
  readonly model: Model;
  readonly newId: () => string;
  readonly sessions: Session[];
  /** Executions that lost their job, by supersession, removal or the death of their process. */
  readonly ghosts: Held[];
  /** Versions of bytes that lie in the store. */
  readonly store: Set<string>;
}

async function newProcess(database: DatabaseSync): Promise<Session> {
  const id = newSession();
  await enterSession(database, id);
  const queue = createSqliteQueue({
    database,
    session: id,
    newId: createIdSource(id),
    random: () => 1,
  });
  return { id, queue };
}

export async function createWorld(): Promise<World> {
  const database = openDatabase(":memory:");
  return {
    database,
    catalog: createSqliteCatalog({ database }),
    model: createModel(),
    newId: createIdSource(newSession()),
    sessions: [await newProcess(database), await newProcess(database)],
    ghosts: [],
    store: new Set(),
  };
}

/** Bytes are stored before a write speaks of them, and removed when it came too late. */
function bytesOf(changes: readonly Change[]): string[] {
  return changes.flatMap((change) => {
    if (change.type === "putMedia") return [change.source.version];
    if (change.type === "putOutput") return [change.object.version];
    return change.type === "putRendition" ? [change.rendition.object.version] : [];
  });
}

/** Writes to both; they must agree on whether it counts. */
export async function apply(world: World, write: Write): Promise<"applied" | "superseded"> {
  const bytes = bytesOf(write.changes);
  for (const version of bytes) world.store.add(version);
  const expected = applyToModel(world.model, write);
  expect(await world.catalog.apply(write)).toBe(expected);
  if (expected === "superseded") for (const version of bytes) world.store.delete(version);
  return expected;
}

export async function claim(world: World, session: Session): Promise<void> {
  const next = nextJob(world.model, slots);
  const claimed = await session.queue.claim({ slots });
  expect(claimed?.job.id).toBe(next?.job.id);
  if (claimed === undefined || next === undefined) return;
  expect(claimed.deaths).toBe(next.deaths);
  take(world.model, next, claimed.attempt, session.id);
}

export async function handBack(world: World, held: Held): Promise<void> {
  putBack(world.model, held.attempt, "handed_back");
  await world.sessions[0]?.queue.handBack(held.attempt);
}

/** A process dies; another one notices. What it had begun may still be heard of: its last words come late. */
export async function die(world: World, session: Session): Promise<void> {
  disownSession(world.database, session.id);
  world.sessions.splice(world.sessions.indexOf(session), 1);
  const lost = [...world.model.held.values()].filter((held) => held.session === session.id);
  for (const held of lost) {
    putBack(world.model, held.attempt, "lost");
    world.ghosts.push(held);
  }
  const fresh = await newProcess(world.database);
  world.sessions.push(fresh);
  const found = await fresh.queue.recover();
  expect(found).toEqual({ takenOver: lost.length, deadSessions: [session.id] });
  await fresh.queue.forget(found.deadSessions);
}

/** Bytes that nobody points at any more are removed. */
export async function emptyTrash(world: World): Promise<void> {
  for (const { bucket, version } of await world.catalog.listTrash()) {
    expect(await world.catalog.takeTrash(bucket, version)).toBe(true);
    world.store.delete(version);
  }
  world.model.trash.clear();
}
