import type { Seal } from "../access/seal.ts";
import { MediaError } from "../media/errors.ts";
import { everybody } from "../media/notice.ts";
import { createLinkSigner, type OutputLink } from "./output-link.ts";
import type { NotificationStore } from "./store.ts";

/** Links to outputs: signed by this server alone, and good as long as their subscription is. */
export function createSharedOutputs(options: {
  readonly store: Pick<NotificationStore, "subscription">;
  readonly seal: Pick<Seal, "derive">;
  readonly now: () => number;
}) {
  const { store, seal, now } = options;
  /** Undefined where the master key is missing or unusable: then no link is made, and none opens. */
  const signer = () => {
    try {
      return createLinkSigner(seal.derive("output links"));
    } catch {
      return undefined;
    }
  };

  return {
    sign: (link: OutputLink): string | undefined => signer()?.sign(link),

    /**
     * What a link opens. The caller still has to see that the media file is there in this version and
     * is this owner's.
     * @throws MediaError `not_found` when the code was not made here or has expired, or when the
     * subscription that it was sent to has ended or may not be told of this owner's media files
     */
    async open(code: string): Promise<OutputLink> {
      const link = signer()?.read(code.trim(), now());
      if (link !== undefined) {
        const { subscriptionOwner, owner } = link;
        const found = await store
          .subscription(link.subscription, { owner: subscriptionOwner })
          .catch(() => undefined);
        const mayBeTold = subscriptionOwner === everybody || subscriptionOwner === owner;
        if (found?.subscription.state === "confirmed" && mayBeTold) return link;
      }
      throw new MediaError("not_found", "the link is not known, or not good any more");
    },
  };
}
