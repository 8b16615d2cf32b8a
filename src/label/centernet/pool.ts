import { MediaError } from "../../media/errors.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { startDetector } from "./detector.ts";
import type { Detector } from "./detector.ts";
import { findCenternet } from "./install.ts";

/** Child processes that are kept between jobs. How many jobs there are at a time, the slots say. */
export interface DetectorPool {
  /** Calls `work` with a detector that is nobody else's meanwhile. @throws what `startDetector` and `findCenternet` throw */
  use<T>(signal: AbortSignal, work: (detector: Detector) => Promise<T>): Promise<T>;
  pids(): readonly number[];
  close(): Promise<void>;
}

/** A child is replaced after this long, so that it never meets its own limits amid work. */
const retiredAfterMs = 3_600_000;

const wasClosed = () => new MediaError("cancelled", "the label engine was closed");

export function createDetectorPool(options: {
  sandbox: Sandbox;
  idleMs: number;
  modelDir?: string;
}): DetectorPool {
  const { sandbox, idleMs, modelDir } = options;
  const free: { detector: Detector; timer: NodeJS.Timeout }[] = [];
  const living = new Map<Detector, { startedAt: number }>();
  const ending = new Set<Promise<void>>();
  let closed = false;

  async function end(detector: Detector): Promise<void> {
    living.delete(detector);
    const ended = detector.close();
    ending.add(ended);
    await ended;
    ending.delete(ended);
  }

  async function take(signal: AbortSignal): Promise<Detector> {
    for (let kept = free.pop(); kept; kept = free.pop()) {
      clearTimeout(kept.timer);
      if (kept.detector.isIdle()) return kept.detector;
      await end(kept.detector);
    }
    if (closed) throw wasClosed();
    const detector = await startDetector(sandbox, findCenternet(modelDir), signal);
    living.set(detector, { startedAt: performance.now() });
    if (!closed) return detector;
    await end(detector);
    throw wasClosed();
  }

  async function giveBack(detector: Detector): Promise<void> {
    const age = performance.now() - (living.get(detector)?.startedAt ?? 0);
    if (closed || !detector.isIdle() || age > retiredAfterMs) return end(detector);
    const expire = () => {
      const index = free.findIndex((kept) => kept.detector === detector);
      if (index >= 0) free.splice(index, 1);
      void end(detector);
    };
    free.push({ detector, timer: setTimeout(expire, idleMs) });
  }

  return {
    async use(signal, work) {
      if (signal.aborted) throw new MediaError("cancelled", "labelling was cancelled");
      const detector = await take(signal);
      try {
        return await work(detector);
      } finally {
        await giveBack(detector);
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
