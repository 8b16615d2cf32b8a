/**
 * Who may do what.
 *
 * User: a person or program that owns media files. Key: what a user's program shows; it has scopes.
 * Token: a key as it is sent (`Authorization: Bearer …`). Signing secret: the same key as it is
 * used by clients that sign their requests instead. Caller: who asks, as a key has shown.
 */

/**
 * `read`: see media files and be told of them. `write`: upload, remove, have work done. `admin`: keys
 * and upkeep. No scope includes another.
 */
export const scopes = ["read", "write", "admin"] as const;
export type Scope = (typeof scopes)[number];

/** The user who owns what no other user was named for: the person who may start programs on this machine. */
export const localUser = "local";

export interface Caller {
  /** The user whose media files it sees, and who owns what it uploads. */
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
  /** From this time on the key does not count. Absent: it does not expire. */
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
  /** Default: the caller's user, else `local`. The user must exist. */
  readonly user?: string;
  /** Default: read and write, as far as the caller has them. */
  readonly scopes?: readonly Scope[];
  readonly expiresAt?: number;
}

/** A session ends after this time, if its key does not end before. */
export const sessionMs = 30 * 24 * 3_600_000;

/**
 * Sessions of people who use the page in a browser. A session is a sealed text that the browser keeps as a
 * cookie. It names a key, and counts as long as that key does. One without a key is the person's at this
 * machine, who has opened the link that the server printed.
 */
export interface Sessions {
  /** @throws MediaError `master_key_unusable` */
  startSession(accessKeyId?: string): Promise<string>;
  /** Who has this session; undefined when it was not made here, has expired, or its key does not count. */
  sessionCaller(session: string): Promise<Caller | undefined>;
}

/** What a link opens without a key: one version of one media file. */
export interface Share {
  readonly name: string;
  readonly version: string;
  /** The owner of the media file. */
  readonly owner: string;
  /** The key that made it; it ends with it. Absent: the person at this machine. */
  readonly accessKeyId?: string;
  /** Milliseconds since 1970, UTC. */
  readonly expiresAt: number;
  /** The sender's words. */
  readonly note?: string;
  /** Where it begins to play, ms. */
  readonly atMs?: number;
}

/** Codes of links. Nobody who does not have the master key can make one. */
export interface Shares {
  /** @throws MediaError `master_key_unusable` */
  sealShare(share: Share): Promise<string>;
  /** Undefined when the code was not made here, was changed, has expired, or its key does not count. */
  openShare(code: string): Promise<Share | undefined>;
}

/** Users, their keys and sessions. Every implementation runs the contract in access.contract.ts. */
export interface Access extends Sessions, Shares {
  /**
   * @throws MediaError `invalid_argument` for a name that cannot be one; `name_conflict` when there is
   * such a user, or was: nobody else gets what a removed user has left
   */
  addUser(id: string): Promise<User>;
  /** By id. */
  listUsers(): Promise<readonly User[]>;
  /**
   * Removes a user, the user's keys and the user's subscriptions.
   * @throws MediaError `not_found`; `invalid_argument` while it owns media files or buckets, and for `local`
   */
  removeUser(id: string): Promise<void>;
  /**
   * @param by who asks. A caller makes keys for its own user only, with no scope that it lacks, that
   * end no later than its own. Absent: the command line, which may make any key.
   * @param show gives the key to the caller before it is recorded: where that fails, no key was made
   * @throws MediaError `invalid_argument`; `not_found` without such a user; `forbidden` for what the
   * caller may not give; `unauthorized` when the caller's key no longer counts; what `show` throws
   */
  createKey(
    request: KeyRequest,
    by?: Caller,
    show?: (key: NewAccessKey) => Promise<void>,
  ): Promise<NewAccessKey>;
  /** All keys, or one user's, revoked ones included. Newest last. */
  listKeys(user?: string): Promise<readonly AccessKey[]>;
  /**
   * Revokes a key and all that were made with it, and ends the subscriptions that any of them made: at
   * once, in every process. Returns how many keys.
   * @throws MediaError `not_found`, also for another user's when a caller asks
   */
  revokeKey(accessKeyId: string, by?: Caller): Promise<number>;
  /** Who shows this token; undefined when it is malformed, unknown, expired or revoked. */
  authenticate(token: string): Promise<Caller | undefined>;
  /** Whether a key still counts: it exists, was not revoked, has not expired. */
  isValid(accessKeyId: string): Promise<boolean>;
  /**
   * The signing secret of a key and its caller; undefined when it is unknown, expired or revoked.
   * @throws MediaError `master_key_unusable`
   */
  signer(
    accessKeyId: string,
  ): Promise<{ readonly caller: Caller; readonly secretAccessKey: string } | undefined>;
  /** Whether any key counts. */
  hasKeys(): Promise<boolean>;
}
