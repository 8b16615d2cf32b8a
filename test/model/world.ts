import type { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import type { Change, Write } from "../../src/catalog/catalog.ts";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import { runEnded } from "../../src/pipeline.ts";
import type { JobQueue } from "../../src/queue/job-queue.ts";
import {
  createMemoryState,
  type HeldSlot,
  type MemoryState,
} from "../../src/state/memory/state.fixture.ts";
import { createSqliteCatalog, type SqliteCatalog } from "../../src/state/sqlite/catalog/catalog.ts";
import { openDatabase } from "../../src/state/sqlite/open.ts";
import { createSqliteQueue } from "../../src/state/sqlite/queue/queue.ts";
import { disownSession, enterSession } from "../../src/state/sqlite/sessions.ts";
import { nextJob, type Served } from "./next-job.ts";

export const slots = { light: 2, picture: 2, transcode: 1, speech: 1, vision: 1 };

/** A process that works on the catalog. */
export interface Session {
  readonly id: string;
  readonly queue: JobQueue;
  readonly served: Served;
}

/** The real catalog, the same rules over maps, and the bytes that were stored on its behalf. */
export interface World {
  readonly database: DatabaseSync;
  readonly catalog: SqliteCatalog;
  readonly state: MemoryState;
  readonly newId: () => string;
  /** The next attempt's id, for both. */
  readonly nextAttempt: { id: string };
  readonly sessions: Session[];
  /** Attempts that lost their job, by supersession, removal or the death of their process. */
  readonly ghosts: HeldSlot[];
  /** Versions of bytes that lie in the store. */
  readonly store: Set<string>;
}

/** Time passes only when a sequence says so, so that all see the same. */
export const clock = { now: 0 };

async function newProcess(world: Pick<World, "database" | "nextAttempt">): Promise<Session> {
  const { database, nextAttempt } = world;
  const id = newSession();
  await enterSession(database, id);
  const queue = createSqliteQueue({
    database,
    session: id,
    newId: () => nextAttempt.id,
    whenEnded: runEnded,
    random: () => 1,
  });
  return { id, queue, served: [] };
}

export async function createWorld(): Promise<World> {
  const database = openDatabase(":memory:");
  const nextAttempt = { id: "" };
  const parts = { database, nextAttempt };
  return {
    ...parts,
    catalog: createSqliteCatalog({ database, whenEnded: runEnded }),
    state: createMemoryState(runEnded),
    newId: createIdSource(newSession()),
    sessions: [await newProcess(parts), await newProcess(parts)],
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
  const expected = world.state.write(write, clock.now);
  expect(await world.catalog.apply(write)).toBe(expected);
  if (expected === "superseded") for (const version of bytes) world.store.delete(version);
  return expected;
}

export async function claim(world: World, session: Session): Promise<void> {
  const { state } = world;
  const paused = (await session.queue.pausedSince()) !== undefined;
  const next = paused ? undefined : nextJob(state, slots, clock.now, session.served);
  world.nextAttempt.id = world.newId();
  const { id: attempt } = world.nextAttempt;
  const claimed = await session.queue.claim({ slots });
  expect(claimed?.job.id).toBe(next?.id);
  if (claimed === undefined || next === undefined) return;
  session.served.push({ kind: next.slot.kind, owner: claimed.media.owner });
  expect(claimed.deaths).toBe(next.deaths);
  const { name, version } = next;
  const start = { type: "startJob", jobId: next.id, attempt, session: session.id } as const;
  expect(state.write({ expect: { name, version }, changes: [start] }, clock.now)).toBe("applied");
}

/** An attempt ends without a result: its slot is free, also when its version is gone. */
function release({ state }: World, held: HeldSlot, type: "handBack" | "loseAttempt"): void {
  const { name, version, attempt } = held;
  const expected = { name, version };
  const applied = state.write({ expect: expected, changes: [{ type, attempt }] }, clock.now);
  if (applied === "superseded") state.slots.delete(attempt);
}

export async function handBack(world: World, held: HeldSlot): Promise<void> {
  release(world, held, "handBack");
  await world.sessions[0]?.queue.handBack(held.attempt);
}

/** A process dies; another one notices. What it began may still report a result, too late. */
export async function die(world: World, session: Session): Promise<void> {
  disownSession(world.database, session.id);
  world.sessions.splice(world.sessions.indexOf(session), 1);
  const lost = [...world.state.slots.values()].filter(
    (held) => held.session === session.id && held.externalId === undefined,
  );
  for (const held of lost) {
    release(world, held, "loseAttempt");
    world.ghosts.push(held);
  }
  const fresh = await newProcess(world);
  world.sessions.push(fresh);
  const found = await fresh.queue.recover();
  expect(found).toEqual({ takenOver: lost.length, deadSessions: [session.id] });
  await fresh.queue.forget(found.deadSessions);
}

/** Bytes that no record points at any more are removed. */
export async function emptyTrash(world: World): Promise<void> {
  const { trash, kept } = world.state;
  for (const { bucket, version } of await world.catalog.listTrash()) {
    expect(await world.catalog.takeTrash(bucket, version)).toBe(true);
    expect(trash.delete(`${bucket}/${version}`)).toBe(true);
    for (const [removed, { until }] of kept) if (until <= clock.now) kept.delete(removed);
    world.store.delete(version);
  }
  for (const { removeAt } of trash.values()) expect(removeAt).toBeGreaterThan(clock.now);
}
