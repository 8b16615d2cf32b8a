import type { Seal } from "../access/seal.ts";
import { createDelivery } from "./delivery.ts";
import { createEmailSender, type Smtp } from "./email.ts";
import { linksOf } from "./links.ts";
import { createLogSender } from "./log.ts";
import type { Sender, SubscriptionKind } from "./notice.ts";
import { outgoing } from "./outgoing.ts";
import type { Reach } from "./reach.ts";
import { createSharedOutputs } from "./shared-outputs.ts";
import type {
  DeliveryFilter,
  NotificationFilter,
  NotificationStore,
  OwnedBy,
  ReplayRequest,
} from "./store.ts";
import { createSnsSigner } from "./sns-signer.ts";
import { createSnsSender } from "./sns.ts";
import { createSubscriptions } from "./subscriptions.ts";
import type { TopicStore } from "./topic-store.ts";
import { createTopics } from "./topics.ts";
import { createWebhookSender } from "./webhook.ts";

export interface NoticeOptions {
  readonly store: NotificationStore;
  readonly topics: TopicStore;
  readonly newId: () => string;
  readonly seal: Seal;
  /** The mail server; without one there are no e-mails. */
  readonly smtp?: Smtp | undefined;
  readonly webhooks: Reach;
  /** Where people reach this Dailies; without it messages have no links. */
  readonly publicUrl?: string | undefined;
  /** Pauses between attempts. Default: `delaysMs`. */
  readonly delays?: readonly number[];
  /** Called before anything is delivered: other processes have to see that this one lives. Default: they do. */
  readonly enter?: () => Promise<unknown>;
  /** Default: the clock. */
  readonly now?: () => number;
}

/** What can be asked about notifications: subscriptions, the outbox, and delivering from it. */
export function createNotices(options: NoticeOptions) {
  const { store, topics, newId, seal, smtp, webhooks, delays } = options;
  const { enter = async () => {}, now = Date.now } = options;
  const shared = createSharedOutputs({ store, seal, now });
  const links = linksOf(options.publicUrl, shared.sign);
  const senders: Record<SubscriptionKind, Sender> = {
    email: createEmailSender({ smtp, links }),
    webhook: createWebhookSender({ reach: webhooks, links }),
    log: createLogSender({ links }),
    sns: createSnsSender({
      reach: webhooks,
      signer: createSnsSigner({ store: topics, seal, now }),
      store: topics,
    }),
  };
  const delivery = createDelivery({
    store,
    senders,
    outgoing: (claimed) => outgoing(claimed, { store, seal, now }),
    enter,
    now,
    ...(delays !== undefined && { delays }),
  });
  return {
    ...createSubscriptions({ store, newId, seal, senders, now }),
    ...createTopics({ store, topics, seal, senders }),
    /** What the link to an output in a message opens. @throws MediaError `not_found` */
    openLink: (code: string) => shared.open(code),
    notifications: (filter?: NotificationFilter) => store.notifications(filter),
    notification: (id: string, owned?: OwnedBy) => store.notification(id, owned),
    deliveries: (filter?: DeliveryFilter) => store.deliveries(filter),
    /** Dead letters: deliveries that were given up. */
    dead: (filter?: Omit<DeliveryFilter, "state">) =>
      store.deliveries({ ...filter, state: "dead" }),
    replay: (request: ReplayRequest) => store.replay(request),
    counts: () => store.counts(),
    /** Delivers what is due now, to one subscription or to all, and returns. */
    deliverDue: (what?: Parameters<typeof delivery.deliverDue>[0]) => delivery.deliverDue(what),
    /**
     * Delivers what is due, as long as the signal lets it. Never throws: what fails beside the receivers
     * (the store, say) goes to `onTrouble`. `atOnce` cuts off what is under way after the signal.
     */
    deliver: (...given: Parameters<typeof delivery.run>) => delivery.run(...given),
  };
}

export type Notices = ReturnType<typeof createNotices>;
