import type { Notices } from "../notify/notices.ts";
import type { LocalNoticeOptions } from "./notices.ts";
import { once } from "../media/once.ts";

/** Everything that can be asked about notifications; all of it answers with a promise. */
const calls: Readonly<Record<keyof Notices, true>> = {
  subscribe: true,
  awaiting: true,
  confirm: true,
  unsubscribe: true,
  openLink: true,
  remove: true,
  rotate: true,
  test: true,
  subscriptions: true,
  notifications: true,
  notification: true,
  deliveries: true,
  dead: true,
  replay: true,
  counts: true,
  deliverDue: true,
  deliver: true,
  createTopic: true,
  topic: true,
  topics: true,
  deleteTopic: true,
  subscribeToTopic: true,
  confirmTopic: true,
  topicSubscriptions: true,
  topicSubscription: true,
  publish: true,
  certificate: true,
};

/** Notifications, loaded when something is first asked of them: most commands do not. */
export function lazyNotices(options: LocalNoticeOptions): Notices {
  const load = once(async () => (await import("./notices.ts")).openLocalNotices(options));
  type Call = (...given: readonly unknown[]) => Promise<unknown>;
  const lazy =
    (name: string): Call =>
    async (...given) =>
      ((await load()) as unknown as Record<string, Call>)[name]?.(...given);
  return Object.fromEntries(
    Object.keys(calls).map((name) => [name, lazy(name)]),
  ) as unknown as Notices;
}
