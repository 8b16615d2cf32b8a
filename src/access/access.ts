/**
 * Who may do what.
 *
 * User: a person or program that owns media. Key: what a user's program shows; it has scopes.
 * Token: a key as it is sent (`Authorization: Bearer …`). Signing secret: the same key as it is
 * used by clients that sign their requests instead. Caller: who turned out to ask.
 */

/** `read` what is there, `write` (upload, remove, have work done), `admin` (keys, subscriptions, upkeep). None includes another. */
export const scopes = ["read", "write", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** The user that media belong to when nobody is named; whoever may start programs on this machine is it. */
export const localUser = "local";

export interface Caller {
  /** The user whose media it sees, and who owns what it uploads. */
  readonly owner: string;
  readonly scopes: readonly Scope[];
  /** The key it came with; absent on a server that asks for none. */
  readonly accessKeyId?: string;
}

export interface User {
  readonly id: string;
  readonly createdAt: number;
}

/** A key without its secrets. Times are milliseconds since 1970, UTC. */
export interface AccessKey {
  readonly accessKeyId: string;
  /** What it is for, in its maker's words. */
  readonly name: string;
  readonly user: string;
  readonly scopes: readonly Scope[];
  /** The key that made it; absent when it was made on the command line. */
  readonly madeWith?: string;
  readonly createdAt: number;
  /** From then on it is worth nothing. Absent: never. */
  readonly expiresAt?: number;
  readonly revokedAt?: number;
  /** To the minute. */
  readonly lastUsedAt?: number;
}

/** A new key with its secrets, which are shown this once. */
export interface NewAccessKey extends AccessKey {
  readonly secretAccessKey: string;
  readonly token: string;
}

export interface KeyRequest {
  /** 1–100 characters. */
  readonly name: string;
  /** Default: the caller's user, else `local`. It must be there. */
  readonly user?: string;
  /** Default: read and write, as far as the caller has them. */
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: number;
}

export interface Access {
  /**
   * @throws MediaError `invalid_argument` for a name that cannot be one; `name_conflict` when it is
   * there, or was: what a user who was removed has left is nobody else's
   */
  addUser(id: string): Promise<User>;
  listUsers(): readonly User[];
  /** Revokes the user's keys and ends its subscriptions, too. @throws MediaError `not_found`; `invalid_argument` while it owns media, and for `local` */
  removeUser(id: string): Promise<void>;
  /**
   * @param by who asks. A caller makes keys for its own user only, with no scope that it lacks, that
   * end no later than its own; without one (on the command line) anything goes.
   * @throws MediaError `invalid_argument`; `not_found` without such a user; `forbidden` for what the caller may not give
   */
  createKey(request: KeyRequest, by?: Caller): Promise<NewAccessKey>;
  /** All keys, or one user's; those that were revoked, too. Newest last. */
  listKeys(user?: string): readonly AccessKey[];
  /**
   * Revokes a key and all that were made with it, at once, in every process. Returns how many that were.
   * @throws MediaError `not_found`, also for another user's when a caller asks
   */
  revokeKey(accessKeyId: string, by?: Caller): Promise<number>;
  /** Whom a token speaks for; undefined for one that is none, unknown, past its end or revoked. */
  authenticate(token: string): Caller | undefined;
  /** What a key signs with, and for whom; undefined for one that is unknown, past its end or revoked. @throws MediaError `master_key_unusable` */
  signer(accessKeyId: string): { caller: Caller; secretAccessKey: string } | undefined;
  /** Whether anybody could come in with a key. */
  hasKeys(): boolean;
}
