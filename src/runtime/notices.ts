import type { DatabaseSync } from "node:sqlite";
import type { Seal } from "../access/seal.ts";
import { createClaims } from "../state/sqlite/notify/claims.ts";
import { createDelivery } from "../notify/delivery.ts";
import { createEmailSender, type Smtp } from "../notify/email.ts";
import { linksOf } from "../notify/links.ts";
import { createLogSender } from "../notify/log.ts";
import type { Sender, SubscriptionKind } from "../notify/notice.ts";
import {
  createOutbox,
  type DeliveryFilter,
  type NotificationFilter,
  type ReplayRequest,
} from "../state/sqlite/notify/outbox.ts";
import type { Reach } from "../notify/reach.ts";
import { createSubscriptions, type OwnedBy } from "../state/sqlite/notify/subscriptions.ts";
import { createWebhookSender } from "../notify/webhook.ts";

export interface NoticeOptions {
  readonly database: DatabaseSync;
  /** This process in the table of sessions. */
  readonly session: string;
  readonly newId: () => string;
  readonly seal: Seal;
  /** The mail server; without one there are no e-mails. */
  readonly smtp?: Smtp | undefined;
  readonly webhooks: Reach;
  /** Where people reach this Dailies; without it messages have no links. */
  readonly publicUrl?: string | undefined;
  /** Pauses between attempts. Default: `delaysMs`. */
  readonly delays?: readonly number[];
  /** Called before anything is delivered: the session has to be in the table. Default: it is. */
  readonly enter?: () => Promise<unknown>;
}

/** People are told: subscriptions, the outbox, and the way from there to them. */
export function createNotices(options: NoticeOptions) {
  const { database, session, newId, seal, smtp, enter = async () => {} } = options;
  const links = linksOf(options.publicUrl);
  const senders: Record<SubscriptionKind, Sender> = {
    email: createEmailSender({ smtp, links }),
    webhook: createWebhookSender({ reach: options.webhooks, links }),
    log: createLogSender({ links }),
  };
  const delays = options.delays === undefined ? {} : { delays: options.delays };
  const claims = createClaims({ database, session, newId, seal, ...delays });
  const outbox = createOutbox(database);
  const delivery = createDelivery({ claims, outbox, senders, enter });
  return {
    ...createSubscriptions({ database, newId, seal, senders }),
    notifications: (filter?: NotificationFilter) => outbox.notifications(filter),
    notification: (id: string, owned?: OwnedBy) => outbox.notification(id, owned),
    deliveries: (filter?: DeliveryFilter) => outbox.deliveries(filter),
    /** What was given up. */
    dead: (filter?: Omit<DeliveryFilter, "state">) =>
      outbox.deliveries({ ...filter, state: "dead" }),
    replay: (wish: ReplayRequest) => outbox.replay(wish),
    counts: () => outbox.counts(),
    /** Delivers what is due now, to one subscription or to all, and returns. */
    deliverDue: (what?: Parameters<typeof delivery.deliverDue>[0]) => delivery.deliverDue(what),
    /**
     * Delivers what is due, as long as the signal lets it. Never throws: what fails beside the receivers
     * (the catalog, say) goes to `onTrouble`. `atOnce` cuts off what is under way after the signal.
     */
    deliver: (...given: Parameters<typeof delivery.run>) => delivery.run(...given),
  };
}

export type Notices = ReturnType<typeof createNotices>;
