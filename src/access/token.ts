import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

const idDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const tokenPattern = /^dailies_(DLS[A-Z2-7]{17})\.([A-Za-z0-9_-]{43})$/;

/** 20 capital letters and digits, as AWS's clients expect of an access key's id. 85 random bits. */
function newAccessKeyId(): string {
  const letters = Array.from(randomBytes(17), (byte) => idDigits.charAt(byte % 32));
  return `DLS${letters.join("")}`;
}

/** The stored form of a token's secret half: 256 random bits need no slow hash. */
function hashOf(secret: string): Buffer {
  return createHash("sha256").update(secret).digest();
}

export interface KeySecrets {
  readonly accessKeyId: string;
  readonly token: string;
  readonly tokenHash: Buffer;
  /** 40 characters, as AWS's are. */
  readonly secretAccessKey: string;
}

export function newKeySecrets(): KeySecrets {
  const accessKeyId = newAccessKeyId();
  const secret = randomBytes(32).toString("base64url");
  return {
    accessKeyId,
    token: `dailies_${accessKeyId}.${secret}`,
    tokenHash: hashOf(secret),
    secretAccessKey: randomBytes(30).toString("base64"),
  };
}

/** A token's two halves; undefined for a text that has not the form of a token. */
export function readToken(token: string): { accessKeyId: string; hash: Buffer } | undefined {
  const [, accessKeyId, secret] = tokenPattern.exec(token) ?? [];
  return accessKeyId === undefined || secret === undefined
    ? undefined
    : { accessKeyId, hash: hashOf(secret) };
}

const noHash = Buffer.alloc(32);

/** Compares in constant time. False when there is no known hash. */
export function sameHash(given: Buffer, known: Uint8Array | undefined): boolean {
  const same = timingSafeEqual(given, known?.length === 32 ? known : noHash);
  return same && known !== undefined;
}
