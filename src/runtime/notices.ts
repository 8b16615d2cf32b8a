import type { DatabaseSync } from "node:sqlite";
import { createNotices, type NoticeOptions, type Notices } from "../notify/notices.ts";
import { createSqliteNotificationStore } from "../state/sqlite/notify/store.ts";
import { createSqliteTopicStore } from "../state/sqlite/notify/topics.ts";

export interface LocalNoticeOptions extends Omit<NoticeOptions, "store" | "topics"> {
  readonly database: DatabaseSync;
  /** This process in the table of sessions. */
  readonly session: string;
}

/** Notifications of a library on this machine: its database keeps them. */
export function openLocalNotices(options: LocalNoticeOptions): Notices {
  const { database, session, newId, now } = options;
  const clock = now === undefined ? {} : { now };
  const store = createSqliteNotificationStore({ database, session, newId, ...clock });
  const topics = createSqliteTopicStore({ database, ...clock });
  return createNotices({ ...options, store, topics });
}
