import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Seal } from "../access/seal.ts";

/** A signing secret as Standard Webhooks writes it: `whsec_` and 24 to 64 bytes in base 64. */
export const secretPattern = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/;

/** How long the old secret still signs beside a new one. */
export const rotationMs = 24 * 3_600_000;

/** A subscription's secrets, newest first; one that was replaced ends after a day. */
export type Secrets = readonly { readonly secret: string; readonly until?: number }[];

export function newSecret(): string {
  return `whsec_${randomBytes(32).toString("base64")}`;
}

export function isSecret(text: string): boolean {
  const [, base64 = ""] = secretPattern.exec(text) ?? [];
  const { length } = Buffer.from(base64, "base64");
  return length >= 24 && length <= 64;
}

/** Sealed to the subscription: moved to another one's row it does not open. */
export function sealSecrets(seal: Seal, subscription: string, secrets: Secrets): string {
  return seal.seal(JSON.stringify(secrets), `subscription ${subscription}`);
}

/** @throws MediaError `master_key_unusable` */
export function openSecrets(seal: Seal, subscription: string, sealed: string): Secrets {
  return JSON.parse(seal.open(sealed, `subscription ${subscription}`)) as Secrets;
}

export function validSecrets(secrets: Secrets, now: number): string[] {
  return secrets.filter(({ until = Infinity }) => until > now).map(({ secret }) => secret);
}

/**
 * A token that proves that a message arrived: 256 random bits. It begins with a letter, because people
 * type it after `dailies notify confirm`, where a dash begins an option.
 */
export function newToken(): string {
  return `t${randomBytes(32).toString("base64url")}`;
}

/** The stored form of a token: it cannot be guessed, so a plain hash hides it. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** A signature of a text with a secret: 144 bits. */
function signatureOf(text: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(text).digest().subarray(0, 18);
}

function isSignature(given: string, text: string, secret: string): boolean {
  const [signature, right] = [Buffer.from(given, "base64url"), signatureOf(text, secret)];
  return signature.length === right.length && timingSafeEqual(signature, right);
}

/** The code of a message's unsubscribe link: it ends this subscription, as long as that exists. */
export function unsubscribeToken(subscription: string, secret: string): string {
  return `${subscription}.${signatureOf(`unsubscribe ${subscription}`, secret).toString("base64url")}`;
}

export function isUnsubscribeToken(token: string, subscription: string, secret: string): boolean {
  return isSignature(token.slice(token.indexOf(".") + 1), `unsubscribe ${subscription}`, secret);
}
