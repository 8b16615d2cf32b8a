import type { Subscription } from "./notice.ts";

/**
 * Which of the subscriptions to a message's topic get it: one for each mailbox, though it may have
 * subscribed to its owner's media files and to everybody's; one for each owner at other addresses,
 * which each owner's secret signs. Of several the oldest.
 * @param candidates confirmed subscriptions to the topic, of the message's owner or of everybody's
 */
export function addressees<S extends Pick<Subscription, "id" | "kind" | "address" | "owner">>(
  candidates: readonly S[],
): readonly S[] {
  const chosen = new Map<string, S>();
  for (const one of candidates.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const place = JSON.stringify([one.kind, one.address, one.kind === "email" ? "" : one.owner]);
    if (!chosen.has(place)) chosen.set(place, one);
  }
  return [...chosen.values()];
}
