/** Tells waiting workers of this process that there may be something to do; other processes poll. */
export interface WakeUps {
  wake(): void;
  /** Calls `listener` at every wake-up, until the returned function is called. */
  onWake(listener: () => void): () => void;
}

export function createWakeUps(): WakeUps {
  const listeners = new Set<() => void>();
  return {
    wake() {
      for (const listener of listeners) listener();
    },
    onWake(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
