import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { MediaError } from "../media/errors.ts";
import { scopes, type Caller, type KeyRequest, type Scope } from "./access.ts";

const idDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const tokenPattern = /^dailies_(DLS[A-Z2-7]{17})\.([A-Za-z0-9_-]{43})$/;

/** 20 capital letters and digits, as AWS's clients expect of an access key's id. 85 random bits. */
function newAccessKeyId(): string {
  const letters = Array.from(randomBytes(17), (byte) => idDigits.charAt(byte % 32));
  return `DLS${letters.join("")}`;
}

/** What a token's secret half is kept as: 256 random bits need no slow hash. */
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

/** A token's two halves; undefined for what cannot be one. */
export function readToken(token: string): { accessKeyId: string; hash: Buffer } | undefined {
  const [, accessKeyId, secret] = tokenPattern.exec(token) ?? [];
  return accessKeyId === undefined || secret === undefined
    ? undefined
    : { accessKeyId, hash: hashOf(secret) };
}

const noHash = Buffer.alloc(32);

/** Compares in the same time whatever they are; never true without something to compare with. */
export function sameHash(given: Buffer, known: Uint8Array | undefined): boolean {
  const same = timingSafeEqual(given, known?.length === 32 ? known : noHash);
  return same && known !== undefined;
}

/** A user's name is part of addresses and file names elsewhere. */
const userPattern = /^[a-z0-9][a-z0-9._-]{0,62}$/;

/** @throws MediaError `invalid_argument` */
export function checkUser(id: string): string {
  if (userPattern.test(id)) return id;
  throw new MediaError(
    "invalid_argument",
    `${JSON.stringify(id)} cannot be a user: 1 to 63 of a–z, 0–9, dot, hyphen and underscore`,
  );
}

function checkName(name: string): string {
  if (name.trim() !== "" && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new MediaError(
    "invalid_argument",
    "a key's name is 1 to 100 characters, on one line: what it is for",
  );
}

const forbidden = (message: string): MediaError => new MediaError("forbidden", message);

/** A key to be, with everything decided. */
export interface Grant {
  readonly name: string;
  readonly user: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: number;
  readonly madeWith?: string;
}

/**
 * What a key that is asked for may do: never more, nor for longer, nor as anybody else than who asks.
 * @param by the caller, and when its own key ends; nobody asks where the machine's owner does
 * @throws MediaError `invalid_argument`, `forbidden`
 */
export function grant(
  request: KeyRequest,
  now: number,
  defaultUser: string,
  by?: { readonly caller: Caller; readonly expiresAt?: number },
): Grant {
  const name = checkName(request.name);
  const user = checkUser(request.user ?? by?.caller.owner ?? defaultUser);
  const has = (scope: Scope): boolean => by === undefined || by.caller.scopes.includes(scope);
  const wanted = request.scopes ?? (["read", "write"] as const).filter(has);
  if (wanted.length === 0) throw new MediaError("invalid_argument", "a key needs a scope");
  if (request.expiresAt !== undefined && !(request.expiresAt > now))
    throw new MediaError("invalid_argument", "a key's end must lie ahead");
  if (by !== undefined) {
    if (!has("admin")) throw forbidden("making keys takes the scope admin");
    if (user !== by.caller.owner) throw forbidden("a key makes keys for its own user only");
    const wider = wanted.find((scope) => !has(scope));
    if (wider !== undefined)
      throw forbidden(`a key cannot give the scope ${wider}, which it lacks`);
  }
  const ends = [request.expiresAt, by?.expiresAt].filter((end) => end !== undefined);
  return {
    name,
    user,
    scopes: scopes.filter((scope) => wanted.includes(scope)),
    ...(ends.length > 0 && { expiresAt: Math.min(...ends) }),
    ...(by?.caller.accessKeyId !== undefined && { madeWith: by.caller.accessKeyId }),
  };
}
