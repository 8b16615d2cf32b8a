import type { Seal } from "../access/seal.ts";
import { MediaError } from "../media/errors.ts";
import type { SubscriptionKind } from "./notice.ts";
import * as secrets from "./secrets.ts";
import type { NotificationStore, StoredSubscription, Subscriber } from "./store.ts";

/** @throws MediaError `invalid_argument` for a secret that cannot be one, or that this kind does not have */
export function checkSecret(kind: SubscriptionKind, secret: string | undefined): void {
  if (secret !== undefined && (kind !== "webhook" || !secrets.isSecret(secret)))
    throw new MediaError(
      "invalid_argument",
      "a webhook's secret is `whsec_` and 24 to 64 bytes in base 64; other kinds have none",
    );
}

/** The secrets of subscriptions, which the store keeps sealed. */
export function createSubscriptionSecrets(
  store: Pick<NotificationStore, "subscriptionsOf" | "seal">,
  seal: Seal,
) {
  /** Undefined where they were sealed with a master key that is lost. */
  const open = ({ subscription, sealed }: StoredSubscription): secrets.Secrets | undefined => {
    try {
      return secrets.openSecrets(seal, subscription.id, sealed);
    } catch {
      return undefined;
    }
  };

  const sealFor = (id: string, kind: SubscriptionKind, all: secrets.Secrets) => {
    const newest = all[0]?.secret ?? "";
    return {
      id,
      sealed: secrets.sealSecrets(seal, id, all),
      ...(kind === "email" && {
        leaveHash: secrets.hashOf(secrets.unsubscribeToken(id, newest)),
      }),
    };
  };

  /** The secrets for a new subscription: those that the same subscriber has already, else new ones. */
  const secretsFor = async (subscriber: Subscriber, given: string | undefined) => {
    const there = await store.subscriptionsOf(subscriber);
    const known = there.map(open).find((all) => all !== undefined);
    if (known === undefined)
      return { all: [{ secret: given ?? secrets.newSecret() }], isFresh: true };
    if (given !== undefined && known[0]?.secret !== given)
      throw new MediaError(
        "invalid_argument",
        "this URL has a signing secret already: `dailies notify rotate ID` makes a new one",
      );
    return { all: known, isFresh: false };
  };

  /** A new secret for a webhook's URL, whatever its topics; the old one signs beside it for a day. */
  const replaceSecret = async (stored: StoredSubscription, now: number) => {
    const secret = secrets.newSecret();
    const newest = open(stored)?.[0]?.secret;
    const old = newest === undefined ? [] : [{ secret: newest, until: now + secrets.rotationMs }];
    const there = (await store.subscriptionsOf(stored.subscription)).map((one) => one.subscription);
    const subscriptions = there.length > 0 ? there : [stored.subscription];
    const all = [{ secret }, ...old];
    await store.seal(subscriptions.map(({ id }) => sealFor(id, "webhook", all)));
    return { secret, subscriptions };
  };

  return { open, sealFor, secretsFor, replaceSecret };
}
