/**
 * Works on several things at the same time and hands on what comes of them in their order. Never waits for a
 * source that has nothing yet while something is ready.
 */
export interface InOrder<Result> {
  /** Takes one more; waits while `parallel` are under way. */
  add(work: () => Promise<Result>): Promise<void>;
  /** What is ready, in order, up to the first that is not. */
  ready(): Result[];
  /** How many are not handed on yet. */
  waiting(): number;
  /** The next one, when it is ready; undefined when there is none. */
  next(): Promise<Result | undefined>;
}

export function createInOrder<Result>(parallel: number): InOrder<Result> {
  const slots: { done: Promise<void>; result?: { value: Result } }[] = [];
  const isRunning = ({ result }: (typeof slots)[number]): boolean => result === undefined;

  return {
    async add(work) {
      const running = slots.filter(isRunning);
      if (running.length >= parallel) await Promise.race(running.map(({ done }) => done));
      const slot: (typeof slots)[number] = { done: Promise.resolve() };
      slot.done = work().then((value) => void (slot.result = { value }));
      slot.done.catch(() => {}); // told by who waits for it
      slots.push(slot);
    },
    ready() {
      const values: Result[] = [];
      for (let first = slots[0]; first?.result !== undefined; first = slots[0]) {
        values.push(first.result.value);
        slots.shift();
      }
      return values;
    },
    waiting: () => slots.length,
    async next() {
      const [first] = slots;
      if (first === undefined) return undefined;
      await first.done;
      slots.shift();
      return first.result?.value;
    },
  };
}
