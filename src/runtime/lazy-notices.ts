import type { NoticeOptions, Notices } from "./notices.ts";
import { once } from "../media/once.ts";

/** Everything that can be asked of the notices; all of it answers later. */
const calls: Readonly<Record<keyof Notices, true>> = {
  subscribe: true,
  awaiting: true,
  confirm: true,
  unsubscribe: true,
  shared: true,
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
};

/** The notices, loaded when something is first asked of them: most commands never do. */
export function lazyNotices(options: NoticeOptions): Notices {
  const load = once(async () => (await import("./notices.ts")).createNotices(options));
  type Call = (...given: readonly unknown[]) => Promise<unknown>;
  const lazy =
    (name: string): Call =>
    async (...given) =>
      ((await load()) as unknown as Record<string, Call>)[name]?.(...given);
  return Object.fromEntries(
    Object.keys(calls).map((name) => [name, lazy(name)]),
  ) as unknown as Notices;
}
