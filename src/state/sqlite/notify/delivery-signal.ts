import type { DatabaseSync } from "node:sqlite";

/**
 * Tells of deliveries that this connection adds, also when the catalog writes them, in the
 * transaction that ends a run. Triggers that only this connection has call a function, which notes that
 * something changed. A transaction is one synchronous stretch from its begin to its commit, so the
 * listeners, which are called after that stretch, find the change committed. A transaction that was
 * rolled back wakes them for nothing.
 */
export function createDeliverySignal(database: DatabaseSync): (listener: () => void) => () => void {
  const listeners = new Set<() => void>();
  let isNoted = false;
  const tell = (): void => {
    isNoted = false;
    for (const listener of listeners) listener();
  };
  const note = (): null => {
    if (!isNoted) queueMicrotask(tell);
    isNoted = true;
    return null;
  };
  let isInstalled = false;
  const install = (): void => {
    isInstalled = true;
    database.function("note_delivery", note);
    database.exec(
      `CREATE TEMP TRIGGER delivery_added AFTER INSERT ON main.deliveries
         BEGIN SELECT note_delivery(); END;
       CREATE TEMP TRIGGER delivery_waits AFTER UPDATE OF state ON main.deliveries
         WHEN new.state = 'waiting' BEGIN SELECT note_delivery(); END;`,
    );
  };
  return (listener) => {
    if (!isInstalled) install();
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
}
