import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./open.ts";
import { parsed, statements, type Row } from "./statements.ts";
import { removeSubscriptionsOf } from "./notify/remove-subscriptions.ts";
import { MediaError } from "../../media/errors.ts";
import { localUser, type Access, type AccessKey, type Caller } from "../../access/access.ts";
import type { Seal } from "../../access/seal.ts";
import { checkUser, grant, newKeySecrets, readToken, sameHash } from "../../access/token.ts";

/** A key's last use is written at most this often: a write a request would cost more than the request. */
const lastUseMs = 60_000;

function keyOf(row: Row): AccessKey {
  const time = (field: string, column: string) =>
    row[column] === null ? {} : { [field]: Number(row[column]) };
  return {
    accessKeyId: String(row["access_key_id"]),
    name: String(row["name"]),
    user: String(row["user"]),
    scopes: parsed(row["scopes"]),
    ...(row["made_with"] !== null && { madeWith: String(row["made_with"]) }),
    createdAt: Number(row["created_at"]),
    ...time("expiresAt", "expires_at"),
    ...time("revokedAt", "revoked_at"),
    ...time("lastUsedAt", "last_used_at"),
  };
}

const callerOf = ({ accessKeyId, user, scopes }: AccessKey): Caller => ({
  owner: user,
  scopes,
  accessKeyId,
});

/** Users and keys in the library's database: a key that is revoked in one process is in all. */
export function createSqliteAccess(parts: {
  readonly database: DatabaseSync;
  readonly seal: Seal;
  readonly now?: () => number;
}): Access {
  const { database, seal, now = Date.now } = parts;
  const sql = statements(database);

  const rowOf = (accessKeyId: string): Row | undefined =>
    sql("SELECT * FROM access_keys WHERE access_key_id = ?").get(accessKeyId);

  /** Undefined for a key that is worth nothing, or nothing any more. */
  const valid = (row: Row | undefined): AccessKey | undefined => {
    if (row === undefined) return undefined;
    const key = keyOf(row);
    const ended = key.revokedAt !== undefined || (key.expiresAt ?? Infinity) <= now();
    return ended ? undefined : key;
  };

  /** As far as this process knows: requests that come together write once. */
  const noted = new Map<string, number>();

  /** Nobody waits for it, and a request does not fail for it. */
  const noteUse = ({ accessKeyId, lastUsedAt = 0 }: AccessKey): void => {
    const at = now();
    // a clock that was set back is noted, too
    if (Math.abs(at - (noted.get(accessKeyId) ?? lastUsedAt)) < lastUseMs) return;
    noted.set(accessKeyId, at);
    const write = () =>
      sql("UPDATE access_keys SET last_used_at = ? WHERE access_key_id = ?").run(at, accessKeyId);
    transaction(database, write, { durable: false }).catch(() => {});
  };

  const requireUser = (id: string): void => {
    if (sql("SELECT 1 FROM users WHERE id = ? AND removed_at IS NULL").get(id) === undefined)
      throw new MediaError("not_found", `there is no user ${JSON.stringify(id)}`);
  };

  const revokeTree = (accessKeyId: string): number =>
    Number(
      sql(`WITH RECURSIVE made (id) AS (
             VALUES (?)
             UNION SELECT access_key_id FROM access_keys JOIN made ON made_with = made.id
           )
           UPDATE access_keys SET revoked_at = ?
           WHERE revoked_at IS NULL AND access_key_id IN (SELECT id FROM made)`).run(
        accessKeyId,
        now(),
      ).changes,
    );

  return {
    addUser: (given) =>
      transaction(database, () => {
        const user = { id: checkUser(given), createdAt: now() };
        const before = sql("SELECT removed_at FROM users WHERE id = ?").get(user.id);
        if (before?.["removed_at"] === null)
          throw new MediaError("name_conflict", `there is a user ${user.id} already`);
        if (before !== undefined)
          throw new MediaError(
            "name_conflict",
            `${user.id} was a user that has been removed; an id is given once only`,
          );
        sql("INSERT INTO users (id, created_at) VALUES (?, ?)").run(user.id, user.createdAt);
        return user;
      }),

    listUsers: () =>
      sql("SELECT * FROM users WHERE removed_at IS NULL ORDER BY id")
        .all()
        .map((row) => ({ id: String(row["id"]), createdAt: Number(row["created_at"]) })),

    removeUser: (id) =>
      transaction(database, () => {
        requireUser(id);
        if (id === localUser)
          throw new MediaError("invalid_argument", "the user local is always there");
        if (sql("SELECT 1 FROM media WHERE owner = ? LIMIT 1").get(id) !== undefined)
          throw new MediaError("invalid_argument", `${id} owns media: remove those first`);
        sql("DELETE FROM access_keys WHERE user = ?").run(id);
        removeSubscriptionsOf(sql, id, "its user was removed", now());
        sql("UPDATE users SET removed_at = ? WHERE id = ?").run(now(), id);
      }),

    async createKey(request, by) {
      const made = newKeySecrets();
      const sealed = seal.seal(made.secretAccessKey, made.accessKeyId);
      return transaction(database, () => {
        const makerRow = by?.accessKeyId === undefined ? undefined : rowOf(by.accessKeyId);
        const maker = valid(makerRow);
        // it may have been revoked since the request came in
        if (by?.accessKeyId !== undefined && maker === undefined)
          throw new MediaError("unauthorized", "the key is not valid any more");
        const end = maker?.expiresAt;
        const asker = by && { caller: by, ...(end !== undefined && { expiresAt: end }) };
        const granted = grant(request, now(), localUser, asker);
        requireUser(granted.user);
        const { accessKeyId, token, secretAccessKey } = made;
        const key: AccessKey = { accessKeyId, ...granted, createdAt: now() };
        sql(`INSERT INTO access_keys (access_key_id, name, user, scopes, token_hash, sealed_secret,
                                      made_with, created_at, expires_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`).run(
          accessKeyId,
          key.name,
          key.user,
          JSON.stringify(key.scopes),
          made.tokenHash,
          sealed,
          key.madeWith ?? null,
          key.createdAt,
          key.expiresAt ?? null,
        );
        return { ...key, secretAccessKey, token };
      });
    },

    listKeys(user) {
      const rows =
        user === undefined
          ? sql("SELECT * FROM access_keys ORDER BY created_at, access_key_id").all()
          : sql("SELECT * FROM access_keys WHERE user = ? ORDER BY created_at, access_key_id").all(
              user,
            );
      return rows.map(keyOf);
    },

    revokeKey: (accessKeyId, by) =>
      transaction(database, () => {
        const row = rowOf(accessKeyId);
        if (row === undefined || (by !== undefined && row["user"] !== by.owner))
          throw new MediaError("not_found", `there is no key ${JSON.stringify(accessKeyId)}`);
        return revokeTree(accessKeyId);
      }),

    authenticate(token) {
      const given = readToken(token);
      if (given === undefined) return undefined;
      const row = rowOf(given.accessKeyId);
      const known = row?.["token_hash"];
      const matches = sameHash(given.hash, known instanceof Uint8Array ? known : undefined);
      const key = valid(row);
      if (!matches || key === undefined) return undefined;
      noteUse(key);
      return callerOf(key);
    },

    signer(accessKeyId) {
      const row = rowOf(accessKeyId);
      const key = valid(row);
      if (row === undefined || key === undefined) return undefined;
      const secretAccessKey = seal.open(String(row["sealed_secret"]), accessKeyId);
      noteUse(key);
      return { caller: callerOf(key), secretAccessKey };
    },

    hasKeys: () =>
      sql(
        "SELECT 1 FROM access_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) LIMIT 1",
      ).get(now()) !== undefined,
  };
}
