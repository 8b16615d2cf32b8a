import type { DatabaseSync } from "node:sqlite";
import type { NotificationStore } from "../../../notify/store.ts";
import { transaction } from "../open.ts";
import { statements } from "../statements.ts";
import { claimMethods } from "./claims.ts";
import { createDeliverySignal } from "./delivery-signal.ts";
import { outboxMethods } from "./outbox.ts";
import type { StoreParts } from "./parts.ts";
import { subscriptionMethods } from "./subscriptions.ts";

/** Subscriptions, messages and deliveries in the library's database. */
export function createSqliteNotificationStore(options: {
  readonly database: DatabaseSync;
  /** This process in the table of sessions. */
  readonly session: string;
  readonly newId: () => string;
  /** Default: the clock. */
  readonly now?: () => number;
}): NotificationStore {
  const { database, session, newId, now = Date.now } = options;
  const parts: StoreParts = {
    database,
    sql: statements(database),
    session,
    newId,
    now,
    write: (work) => transaction(database, () => work(now())),
  };
  return {
    ...subscriptionMethods(parts),
    ...outboxMethods(parts),
    ...claimMethods(parts),
    onDeliveries: createDeliverySignal(database),
  };
}
