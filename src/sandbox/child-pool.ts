import { MediaError } from "../media/errors.ts";

/** A child process that is kept between jobs, as far as the pool cares. */
export interface PooledChild {
  readonly pid: number | undefined;
  /** Whether it can take work now: it lives, and owes no answer. */
  isIdle(): boolean;
  /** Ends it. Never throws. */
  close(): Promise<void>;
}

/** Child processes that are kept between jobs. How many jobs there are at a time, the slots say. */
export interface ChildPool<Setup, Child extends PooledChild> {
  /**
   * Calls `work` with a child of that setup that is nobody else's meanwhile: one that is free, else
   * a new one, for which the free ones of other setups end.
   * @throws MediaError `cancelled`, and what `start` and `work` throw
   */
  use<T>(setup: Setup, signal: AbortSignal, work: (child: Child) => Promise<T>): Promise<T>;
  /** Of the children that live. */
  pids(): readonly number[];
  /** Ends the children. Work under way fails with `cancelled`. */
  close(): Promise<void>;
}

export interface ChildPoolOptions<Setup, Child extends PooledChild> {
  /** What people call the engine: `the label engine`. */
  readonly name: string;
  /** Starts a child and waits until it is ready. */
  readonly start: (setup: Setup, signal: AbortSignal) => Promise<Child>;
  /** A child without work ends after this long, ms. */
  readonly idleMs: number;
}

/** A child is replaced after this long, so that it never reaches its own limits during work. */
const retiredAfterMs = 3_600_000;

const wasClosed = (name: string) => new MediaError("cancelled", `${name} was closed`);

/** Makes a pool. A setup is compared by its JSON; a child serves no other than its own. */
export function createChildPool<Setup, Child extends PooledChild>(
  options: ChildPoolOptions<Setup, Child>,
): ChildPool<Setup, Child> {
  const { name, start, idleMs } = options;
  const free: { key: string; child: Child; timer: NodeJS.Timeout }[] = [];
  const living = new Map<Child, { startedAt: number }>();
  const ending = new Set<Promise<void>>();
  let closed = false;

  async function end(child: Child): Promise<void> {
    living.delete(child);
    const ended = child.close();
    ending.add(ended);
    await ended;
    ending.delete(ended);
  }

  /** The free child that worked last: the others may come to their end. */
  function takeFree(key: string): Child | undefined {
    const index = free.findLastIndex((kept) => kept.key === key);
    if (index < 0) return undefined;
    const [kept] = free.splice(index, 1);
    clearTimeout(kept?.timer);
    return kept?.child;
  }

  /** Ends free children of other setups: each keeps its models in memory, perhaps for nothing. */
  async function endOthers(key: string): Promise<void> {
    const others = free.filter((kept) => kept.key !== key);
    for (const { timer } of others) clearTimeout(timer);
    free.splice(0, free.length, ...free.filter((kept) => kept.key === key));
    await Promise.all(others.map(({ child }) => end(child)));
  }

  async function take(key: string, setup: Setup, signal: AbortSignal): Promise<Child> {
    for (let kept = takeFree(key); kept; kept = takeFree(key)) {
      if (kept.isIdle()) return kept;
      await end(kept);
    }
    if (closed) throw wasClosed(name);
    await endOthers(key);
    const child = await start(setup, signal);
    living.set(child, { startedAt: performance.now() });
    if (!closed) return child;
    await end(child);
    throw wasClosed(name);
  }

  async function giveBack(key: string, child: Child): Promise<void> {
    const age = performance.now() - (living.get(child)?.startedAt ?? 0);
    if (closed || !child.isIdle() || age > retiredAfterMs) return end(child);
    const expire = () => {
      const index = free.findIndex((kept) => kept.child === child);
      if (index >= 0) free.splice(index, 1);
      void end(child);
    };
    free.push({ key, child, timer: setTimeout(expire, idleMs) });
  }

  return {
    async use(setup, signal, work) {
      if (signal.aborted) throw new MediaError("cancelled", `${name} was told to stop`);
      const key = JSON.stringify(setup) ?? "";
      const child = await take(key, setup, signal);
      try {
        return await work(child);
      } finally {
        await giveBack(key, child);
      }
    },
    pids: () => [...living.keys()].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async close() {
      closed = true;
      for (const { timer } of free) clearTimeout(timer);
      free.length = 0;
      await Promise.all([...[...living.keys()].map(end), ...ending]);
    },
  };
}
