import type { Seal } from "../access/seal.ts";
import { asMediaError } from "../media/errors.ts";
import { tokenMs } from "./asking.ts";
import type { Outgoing } from "./notice.ts";
import * as secrets from "./secrets.ts";
import type { ClaimedDelivery, NotificationStore } from "./store.ts";

interface Options {
  readonly store: Pick<NotificationStore, "addToken" | "seal">;
  readonly seal: Seal;
  readonly now: () => number;
}

/**
 * The message of a claimed delivery as its sender gets it: with the secrets that sign it, or why there
 * are none, and for a confirmation with a token of its own.
 */
export async function outgoing(claimed: ClaimedDelivery, options: Options): Promise<Outgoing> {
  const { store, seal, now } = options;
  const { notification, subscription, sealed, leaveHash } = claimed;
  const { id, kind } = subscription;
  const base = { notification, subscription };
  const opened = openedSecrets(seal, id, sealed, now());
  const [newest] = opened.secrets;
  // a subscription from before codes were kept as hashes: its link must work without the master key, too
  if (kind === "email" && leaveHash === undefined && newest !== undefined)
    await store.seal([
      { id, sealed, leaveHash: secrets.hashOf(secrets.unsubscribeToken(id, newest)) },
    ]);
  if (notification.topic !== "confirmation") return { ...base, ...opened };
  const text = secrets.newToken();
  const expiresAt = now() + tokenMs;
  const topics = await store.addToken(id, { hash: secrets.hashOf(text), expiresAt });
  return { ...base, ...opened, token: { text, expiresAt, topics } };
}

/** Secrets that cannot be opened, because the master key was lost, say, concern this subscription alone. */
function openedSecrets(seal: Seal, id: string, sealed: string, now: number) {
  try {
    return { secrets: secrets.validSecrets(secrets.openSecrets(seal, id, sealed), now) };
  } catch (thrown) {
    return { secrets: [], withoutSecrets: asMediaError(thrown).message };
  }
}
