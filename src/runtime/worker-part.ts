import type { Metrics } from "../api/metrics.ts";
import { logUpdates } from "../app/log-updates.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { Logger } from "../log/log.ts";
import type { BackgroundPart } from "../process/background.ts";

interface WorkerSignals {
  /** After it, no job begins. */
  readonly drain: AbortSignal;
  /** After it, running jobs return to the queue. */
  readonly signal: AbortSignal;
  readonly onWorking: (isWorking: boolean) => void;
}

/** The worker as a part of the service: does jobs as they come, logs and counts them. */
export function workerPart(
  dailies: LocalLibrary,
  metrics: Metrics,
  log: Logger,
  { drain, signal, onWorking }: WorkerSignals,
): BackgroundPart {
  const updates = logUpdates(log);
  return {
    name: "worker",
    run: async () => {
      const done = dailies.work({
        drain,
        signal,
        onStart: () => onWorking(true),
        onUpdate: (update) => {
          updates(update);
          metrics.count(update);
        },
      });
      await done.finally(() => onWorking(false));
    },
  };
}
