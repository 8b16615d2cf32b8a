import { createHmac, timingSafeEqual } from "node:crypto";
import { outputKinds, type OutputKind } from "../media/keys.ts";

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

const codePattern = /^o1\.([\w-]{1,8192})\.([\w-]{43})$/;

function parsedLink(payload: string): OutputLink | undefined {
  const values: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  if (!Array.isArray(values)) return undefined;
  const expiresAt: unknown = values[6];
  const kind = outputKinds.find((one) => one === values[5]);
  const [subscription = "", subscriptionOwner = "", name = "", version = "", owner = ""] = values
    .slice(0, 5)
    .map(String);
  if (kind === undefined || typeof expiresAt !== "number") return undefined;
  return { subscription, subscriptionOwner, name, version, owner, kind, expiresAt };
}

/** @param key 32 bytes that only this server has, for this purpose alone */
export function createLinkSigner(key: Uint8Array): LinkSigner {
  const signatureOf = (payload: string): string =>
    createHmac("sha256", key).update(`o1.${payload}`).digest("base64url");
  return {
    sign(link) {
      const { subscription, subscriptionOwner, name, version, owner, kind, expiresAt } = link;
      const values = [subscription, subscriptionOwner, name, version, owner, kind, expiresAt];
      const payload = Buffer.from(JSON.stringify(values)).toString("base64url");
      return `o1.${payload}.${signatureOf(payload)}`;
    },
    read(code, now) {
      const [, payload = "", signature = ""] = codePattern.exec(code) ?? [];
      if (payload === "") return undefined;
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(payload))))
        return undefined;
      const link = parsedLink(payload);
      return link !== undefined && link.expiresAt > now ? link : undefined;
    },
  };
}
