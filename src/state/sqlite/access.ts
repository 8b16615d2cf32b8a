import type { DatabaseSync } from "node:sqlite";
import { transaction } from "./open.ts";
import { parsed, statements, type Row, type Sql } from "./statements.ts";
import { endSubscriptionsOfKeys, endSubscriptionsOfUser } from "./notify/end-subscriptions.ts";
import { MediaError } from "../../media/errors.ts";
import type { Access, AccessKey, NewAccessKey } from "../../access/access.ts";
import type { Seal } from "../../access/seal.ts";
import {
  callerOf,
  checkNewUser,
  checkUser,
  checkUserRemoval,
  grant,
  isValidKey,
} from "../../access/grant.ts";
import { createSessions } from "../../access/session.ts";
import { createShares } from "../../access/share.ts";
import { newKeySecrets, readToken, sameHash, type KeySecrets } from "../../access/token.ts";

/** A key's last use is written at most this often: writing costs more than most requests. */
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

function findRow(sql: Sql, accessKeyId: string): Row | undefined {
  return sql("SELECT * FROM access_keys WHERE access_key_id = ?").get(accessKeyId);
}

function findKey(sql: Sql, accessKeyId: string | undefined): AccessKey | undefined {
  const row = accessKeyId === undefined ? undefined : findRow(sql, accessKeyId);
  return row && keyOf(row);
}

function insertKey(sql: Sql, key: AccessKey, { tokenHash }: KeySecrets, sealed: string): void {
  sql(
    `INSERT INTO access_keys (access_key_id, name, user, scopes, token_hash, sealed_secret,
                              made_with, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    key.accessKeyId,
    key.name,
    key.user,
    JSON.stringify(key.scopes),
    tokenHash,
    sealed,
    key.madeWith ?? null,
    key.createdAt,
    key.expiresAt ?? null,
  );
}

/** Revokes a key and all that were made with it, directly or not. Returns their ids. */
function revokeTree(sql: Sql, accessKeyId: string, now: number): string[] {
  return sql(
    `WITH RECURSIVE made (id) AS (
       VALUES (?)
       UNION SELECT access_key_id FROM access_keys JOIN made ON made_with = made.id
     )
     UPDATE access_keys SET revoked_at = ?
     WHERE revoked_at IS NULL AND access_key_id IN (SELECT id FROM made) RETURNING access_key_id`,
  )
    .all(accessKeyId, now)
    .map((row) => String(row["access_key_id"]));
}

function requireUser(sql: Sql, id: string): void {
  if (sql("SELECT 1 FROM users WHERE id = ? AND removed_at IS NULL").get(id) === undefined)
    throw new MediaError("not_found", `there is no user ${JSON.stringify(id)}`);
}

interface Parts {
  readonly database: DatabaseSync;
  readonly seal: Seal;
  readonly now: () => number;
}

/** Users and keys in the library's database: a key that is revoked by one process is revoked for all. */
export function createSqliteAccess({
  now = Date.now,
  ...rest
}: Omit<Parts, "now"> & { readonly now?: () => number }): Access {
  const parts = { ...rest, now };
  return { ...users(parts), ...keys(parts), ...authentication(parts) };
}

function users({ database, now }: Parts): Pick<Access, "addUser" | "listUsers" | "removeUser"> {
  const sql = statements(database);
  return {
    addUser: (given) =>
      transaction(database, () => {
        const user = { id: checkUser(given), createdAt: now() };
        const row = sql("SELECT removed_at FROM users WHERE id = ?").get(user.id);
        const before =
          row === undefined ? "unknown" : row["removed_at"] === null ? "there" : "removed";
        checkNewUser(user.id, before);
        sql("INSERT INTO users (id, created_at) VALUES (?, ?)").run(user.id, user.createdAt);
        return user;
      }),

    async listUsers() {
      const rows = sql("SELECT * FROM users WHERE removed_at IS NULL ORDER BY id").all();
      return rows.map((row) => ({ id: String(row["id"]), createdAt: Number(row["created_at"]) }));
    },

    removeUser: (id) =>
      transaction(database, () => {
        requireUser(sql, id);
        const owned = sql(
          "SELECT 1 FROM media WHERE owner = ?1 UNION ALL SELECT 1 FROM buckets WHERE owner = ?1 LIMIT 1",
        ).get(id);
        checkUserRemoval(id, owned !== undefined);
        sql("DELETE FROM access_keys WHERE user = ?").run(id);
        endSubscriptionsOfUser(sql, id, now());
        sql("DELETE FROM topics WHERE owner = ?").run(id);
        sql("UPDATE users SET removed_at = ? WHERE id = ?").run(now(), id);
      }),
  };
}

function keys({
  database,
  seal,
  now,
}: Parts): Pick<Access, "createKey" | "listKeys" | "revokeKey"> {
  const sql = statements(database);
  return {
    async createKey(request, by, show) {
      const made = newKeySecrets();
      const sealed = seal.seal(made.secretAccessKey, made.accessKeyId);
      const createdAt = now();
      const granted = (): AccessKey => {
        const asking = by && { caller: by, key: findKey(sql, by.accessKeyId) };
        const key = { accessKeyId: made.accessKeyId, ...grant(request, now(), asking), createdAt };
        requireUser(sql, key.user);
        return key;
      };
      const { secretAccessKey, token } = made;
      await show?.({ ...granted(), secretAccessKey, token });
      return transaction(database, (): NewAccessKey => {
        const key = granted();
        insertKey(sql, key, made, sealed);
        return { ...key, secretAccessKey, token };
      });
    },

    async listKeys(user) {
      return sql(
        `SELECT * FROM access_keys WHERE ?1 IS NULL OR user = ?1 ORDER BY created_at, access_key_id`,
      )
        .all(user ?? null)
        .map(keyOf);
    },

    revokeKey: (accessKeyId, by) =>
      transaction(database, () => {
        const key = findKey(sql, accessKeyId);
        if (key === undefined || (by !== undefined && key.user !== by.owner))
          throw new MediaError("not_found", `there is no key ${JSON.stringify(accessKeyId)}`);
        const revoked = revokeTree(sql, accessKeyId, now());
        endSubscriptionsOfKeys(sql, now());
        return revoked.length;
      }),
  };
}

function authentication({
  database,
  seal,
  now,
}: Parts): Omit<
  Access,
  "addUser" | "listUsers" | "removeUser" | "createKey" | "listKeys" | "revokeKey"
> {
  const sql = statements(database);

  /** When this process last noted a key's use: requests that come together write once. */
  const noted = new Map<string, number>();

  /** Written beside the request, which neither waits for it nor fails with it. */
  const noteUse = ({ accessKeyId, lastUsedAt = 0 }: AccessKey): void => {
    const at = now();
    // the clock may have been set back
    if (Math.abs(at - (noted.get(accessKeyId) ?? lastUsedAt)) < lastUseMs) return;
    noted.set(accessKeyId, at);
    const write = () =>
      sql("UPDATE access_keys SET last_used_at = ? WHERE access_key_id = ?").run(at, accessKeyId);
    transaction(database, write, { durable: false }).catch(() => {});
  };

  const callerWith = async (accessKeyId: string) => {
    const key = findKey(sql, accessKeyId);
    if (key === undefined || !isValidKey(key, now())) return undefined;
    noteUse(key);
    return callerOf(key);
  };

  const isValid = async (accessKeyId: string): Promise<boolean> => {
    const key = findKey(sql, accessKeyId);
    return key !== undefined && isValidKey(key, now());
  };

  return {
    ...createSessions({ seal, now, callerWith }),
    ...createShares({ seal, now, isValid }),
    isValid,

    async authenticate(token) {
      const given = readToken(token);
      if (given === undefined) return undefined;
      const row = findRow(sql, given.accessKeyId);
      const known = row?.["token_hash"];
      const matches = sameHash(given.hash, known instanceof Uint8Array ? known : undefined);
      const key = row && keyOf(row);
      if (!matches || key === undefined || !isValidKey(key, now())) return undefined;
      noteUse(key);
      return callerOf(key);
    },

    async signer(accessKeyId) {
      const row = findRow(sql, accessKeyId);
      const key = row && keyOf(row);
      if (row === undefined || key === undefined || !isValidKey(key, now())) return undefined;
      const secretAccessKey = seal.open(String(row["sealed_secret"]), accessKeyId);
      noteUse(key);
      return { caller: callerOf(key), secretAccessKey };
    },

    async hasKeys() {
      const key = sql(
        "SELECT 1 FROM access_keys WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?) LIMIT 1",
      ).get(now());
      return key !== undefined;
    },
  };
}
