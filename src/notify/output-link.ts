import { outputKinds, type OutputKind } from "../media/keys.ts";
import { createCodeSigner } from "../media/signed-code.ts";

/** How long the links to outputs in a message are good. */
export const linkMs = 7 * 24 * 3_600_000;

/** The output that a link opens, and for whom it was made. */
export interface OutputLink {
  readonly subscription: string;
  /** The owner of the subscription; `*`: everybody's. */
  readonly subscriptionOwner: string;
  readonly name: string;
  readonly version: string;
  /** The owner of the media file. */
  readonly owner: string;
  readonly kind: OutputKind;
  /** Milliseconds since 1970, UTC. */
  readonly expiresAt: number;
}

/** Makes and reads the codes of links. Nobody who does not have the key can make one. */
export interface LinkSigner {
  sign(link: OutputLink): string;
  /** Undefined when the code was not made here, was changed, or has expired. */
  read(code: string, now: number): OutputLink | undefined;
}

function linkOf(values: readonly unknown[]): OutputLink | undefined {
  const expiresAt = values[6];
  const kind = outputKinds.find((one) => one === values[5]);
  const [subscription = "", subscriptionOwner = "", name = "", version = "", owner = ""] = values
    .slice(0, 5)
    .map(String);
  if (kind === undefined || typeof expiresAt !== "number") return undefined;
  return { subscription, subscriptionOwner, name, version, owner, kind, expiresAt };
}

/** @param key 32 bytes that only this server has, for this purpose alone */
export function createLinkSigner(key: Uint8Array): LinkSigner {
  const codes = createCodeSigner("o1", key);
  return {
    sign(link) {
      const { subscription, subscriptionOwner, name, version, owner, kind, expiresAt } = link;
      return codes.sign([subscription, subscriptionOwner, name, version, owner, kind, expiresAt]);
    },
    read(code, now) {
      const values = codes.read(code);
      const link = values && linkOf(values);
      return link !== undefined && link.expiresAt > now ? link : undefined;
    },
  };
}
