/** Waits for some milliseconds, or until the signal aborts or `until` resolves. */
export function pause(ms: number, signal: AbortSignal, until: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
    void until.then(done);
  });
}
