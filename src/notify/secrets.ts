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
 * A token that proves that a message arrived: 256 random bits. Behind a letter, for it is typed as an
 * argument of `dailies notify confirm`, where a dash begins an option.
 */
export function newToken(): string {
  return `t${randomBytes(32).toString("base64url")}`;
}

/** What is kept of a token. It has no pattern that could be guessed, so a plain hash hides it. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** What only who knows the secret can say of a text: 144 bits. */
function markOf(text: string, secret: string): Buffer {
  return createHmac("sha256", secret).update(text).digest().subarray(0, 18);
}

function isMark(given: string, text: string, secret: string): boolean {
  const [mark, right] = [Buffer.from(given, "base64url"), markOf(text, secret)];
  return mark.length === right.length && timingSafeEqual(mark, right);
}

/** What the unsubscribe link of a message carries: good for this subscription, as long as it is there. */
export function unsubscribeToken(subscription: string, secret: string): string {
  return `${subscription}.${markOf(`unsubscribe ${subscription}`, secret).toString("base64url")}`;
}

export function isUnsubscribeToken(token: string, subscription: string, secret: string): boolean {
  return isMark(token.slice(token.indexOf(".") + 1), `unsubscribe ${subscription}`, secret);
}

/** One output that a message tells of, by its place in the message. */
export interface ToldOutput {
  readonly subscription: string;
  readonly notification: string;
  readonly index: number;
}

const toldText = ({ subscription, notification, index }: ToldOutput): string =>
  `${subscription}.${notification}.${index}`;

/** What the link to an output in a message carries: good for this output of this message alone. */
export function outputCode(output: ToldOutput, secret: string): string {
  const text = toldText(output);
  return `${text}.${markOf(`output ${text}`, secret).toString("base64url")}`;
}

/** What a code says it is for: to be believed if one of the subscription's secrets made it. */
export function readOutputCode(code: string): ToldOutput & { isOf(secret: string): boolean } {
  const [subscription = "", notification = "", place = "", mark = ""] = code.trim().split(".");
  const output = { subscription, notification, index: Number(place) };
  return { ...output, isOf: (secret) => isMark(mark, `output ${toldText(output)}`, secret) };
}
