/** Wakes who waits in this process for something to do; other processes look by themselves. */
export interface Bell {
  ring(): void;
  /** Calls `wake` at every ring, until the returned function is called. */
  onRing(wake: () => void): () => void;
}

export function createBell(): Bell {
  const listeners = new Set<() => void>();
  return {
    ring() {
      for (const wake of listeners) wake();
    },
    onRing(wake) {
      listeners.add(wake);
      return () => listeners.delete(wake);
    },
  };
}
