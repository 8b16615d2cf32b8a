import { constants } from "node:os";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface StopSignal {
  readonly signal: AbortSignal;
  /** The exit code of a stopped command: 128 + the signal's number. */
  readonly exitCode: () => number | undefined;
  readonly release: () => void;
}

/** Turns the first Ctrl-C, SIGTERM or hang-up into an abort, and the second into an exit at once. */
export function stopSignal(): StopSignal {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (signal: (typeof stopSignals)[number]): void => {
    if (exitCode !== undefined) process.exit(exitCode);
    exitCode = 128 + constants.signals[signal];
    controller.abort();
  };
  for (const signal of stopSignals) process.on(signal, stop);
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    release: () => {
      for (const signal of stopSignals) process.off(signal, stop);
    },
  };
}
