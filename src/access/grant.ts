import { MediaError } from "../media/errors.ts";
import {
  localUser,
  scopes,
  type AccessKey,
  type Caller,
  type KeyRequest,
  type Scope,
} from "./access.ts";

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

/**
 * Whether a user may be added.
 * @param before what is known of this id: nothing, a user, or a user who was removed
 * @throws MediaError `name_conflict`
 */
export function checkNewUser(id: string, before: "unknown" | "there" | "removed"): void {
  if (before === "there") throw new MediaError("name_conflict", `there is a user ${id} already`);
  if (before === "removed")
    throw new MediaError(
      "name_conflict",
      `${id} was a user that has been removed; an id is given once only`,
    );
}

/** Whether a user may be removed. @throws MediaError `invalid_argument` */
export function checkUserRemoval(id: string, ownsSomething: boolean): void {
  if (id === localUser) throw new MediaError("invalid_argument", "the user local is always there");
  if (ownsSomething)
    throw new MediaError(
      "invalid_argument",
      `${id} owns media files or buckets: remove those first`,
    );
}

/** Whether a key counts: it was not revoked and has not expired. */
export function isValidKey(key: Pick<AccessKey, "revokedAt" | "expiresAt">, now: number): boolean {
  return key.revokedAt === undefined && (key.expiresAt ?? Infinity) > now;
}

export function callerOf({ accessKeyId, user, scopes: granted }: AccessKey): Caller {
  return { owner: user, scopes: granted, accessKeyId };
}

function checkName(name: string): string {
  if (name.trim() !== "" && name.length <= 100 && !/\p{Cc}/u.test(name)) return name;
  throw new MediaError(
    "invalid_argument",
    "a key's name is 1 to 100 characters, on one line: what it is for",
  );
}

const forbidden = (message: string): MediaError => new MediaError("forbidden", message);

/** What a new key will be, beside its id and its secrets. */
export interface Grant {
  readonly name: string;
  readonly user: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: number;
  readonly madeWith?: string;
}

/**
 * Decides what a new key may do: never more than the key that asks, nor for longer, nor for another user.
 * @param by the caller, and the key that it asks with, undefined when that one is unknown by now.
 * Absent: the command line asks, which may give everything.
 * @throws MediaError `invalid_argument`, `forbidden`; `unauthorized` when the asking key no longer counts
 */
export function grant(
  request: KeyRequest,
  now: number,
  by?: { readonly caller: Caller; readonly key: AccessKey | undefined },
): Grant {
  // the asking key may have been revoked since the request came in
  if (by?.caller.accessKeyId !== undefined && !(by.key && isValidKey(by.key, now)))
    throw new MediaError("unauthorized", "the key is not valid any more");
  const name = checkName(request.name);
  const user = checkUser(request.user ?? by?.caller.owner ?? localUser);
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
  const ends = [request.expiresAt, by?.key?.expiresAt].filter((end) => end !== undefined);
  return {
    name,
    user,
    scopes: scopes.filter((scope) => wanted.includes(scope)),
    ...(ends.length > 0 && { expiresAt: Math.min(...ends) }),
    ...(by?.caller.accessKeyId !== undefined && { madeWith: by.caller.accessKeyId }),
  };
}
