import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openDatabase } from "./open.ts";
import { scopes, type Access, type Caller, type Scope } from "../../access/access.ts";
import { createSeal } from "../../access/seal.ts";
import { createSqliteAccess } from "./access.ts";

let folder: string;
let time: number;
let database: ReturnType<typeof openDatabase>;
let access: Access;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-access-"));
  time = Date.UTC(2026, 10, 20);
  database = openDatabase(join(folder, "dailies.db"));
  const seal = createSeal({ keyFile: join(folder, "keys/master.key") });
  access = createSqliteAccess({ database, seal, now: () => time });
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true });
});

const code = (name: string) => ({ code: name });

/** Every column of every table, as text. */
function everythingKept(): string {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const named = tables.map((row) => String(row["name"])).filter((name) => !/search/.test(name));
  const rows = named.flatMap((name) => database.prepare(`SELECT * FROM ${name}`).all());
  const text = (value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value);
  return rows.map((row) => Object.values(row).map(text).join("\n")).join("\n");
}

it("shows a key's secrets once, keeps none of them readable, and knows it again", async () => {
  const key = await access.createKey({ name: "player", scopes: ["read"] });
  expect(key.accessKeyId).toMatch(/^\w{16,128}$/);
  const kept = everythingKept();
  expect(kept).toContain(key.accessKeyId);
  expect(kept).not.toContain(key.secretAccessKey);
  expect(kept).not.toContain(key.token.split(".")[1]);
  const caller = { owner: "local", scopes: ["read"], accessKeyId: key.accessKeyId };
  expect(access.authenticate(key.token)).toEqual(caller);
  expect(access.signer(key.accessKeyId)).toEqual({
    caller,
    secretAccessKey: key.secretAccessKey,
  });
  expect(JSON.stringify(access.listKeys())).not.toContain(key.secretAccessKey);
});

it("takes no token for a key but its own", async () => {
  const [one, other] = [
    await access.createKey({ name: "one" }),
    await access.createKey({ name: "other" }),
  ];
  const [half, secret = ""] = one.token.split(".");
  for (const token of [
    "",
    one.accessKeyId,
    `${half}.`,
    `${half}.${other.token.split(".")[1]}`,
    `${half}.${secret.slice(0, -1)}`,
    `${one.token} `,
    one.token.toLowerCase(),
    one.secretAccessKey,
  ])
    expect(access.authenticate(token), token).toBeUndefined();
  fc.assert(
    fc.property(fc.nat(one.token.length - 1), fc.string({ minLength: 1 }), (at, by) => {
      const token = one.token.slice(0, at) + by.charAt(0) + one.token.slice(at + 1);
      fc.pre(token !== one.token);
      expect(access.authenticate(token)).toBeUndefined();
    }),
  );
});

it("ends a key at its time, and when it is revoked, with all that were made with it", async () => {
  const admin = await access.createKey({ name: "admin", scopes: ["read", "admin"] });
  const caller = access.authenticate(admin.token);
  const child = await access.createKey({ name: "child", scopes: ["read", "admin"] }, caller);
  const grandchild = await access.createKey(
    { name: "grandchild" },
    access.authenticate(child.token),
  );
  const brief = await access.createKey({ name: "brief", expiresAt: time + 1_000 });
  expect(access.authenticate(brief.token)).toBeDefined();
  time += 1_000;
  expect(access.authenticate(brief.token)).toBeUndefined();
  expect(access.signer(brief.accessKeyId)).toBeUndefined();
  expect(access.authenticate(grandchild.token)).toBeDefined();
  expect(await access.revokeKey(admin.accessKeyId)).toBe(3);
  for (const key of [admin, child, grandchild]) {
    expect(access.authenticate(key.token)).toBeUndefined();
    expect(access.signer(key.accessKeyId)).toBeUndefined();
  }
  expect(access.hasKeys()).toBe(false);
  await expect(access.createKey({ name: "late" }, caller)).rejects.toMatchObject(
    code("unauthorized"),
  );
});

it("makes no key that may more, or longer, or as somebody else, than the key that asks", async () => {
  await access.addUser("ada");
  const some = fc.uniqueArray(fc.constantFrom<Scope>(...scopes));
  const end = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(some, some, end, end, fc.boolean(), async (has, wants, own, wish, foreign) => {
      fc.pre(has.length > 0);
      const expiring = (after: number | undefined) =>
        after === undefined ? {} : { expiresAt: time + after };
      const maker = await access.createKey({ name: "m", scopes: has, ...expiring(own) });
      const caller = access.authenticate(maker.token);
      const user = foreign ? { user: "ada" } : {};
      const request = { name: "c", scopes: wants, ...user, ...expiring(wish) };
      const made = await access.createKey(request, caller).catch(() => undefined);
      const may = has.includes("admin") && !foreign && wants.length > 0;
      expect(made !== undefined).toBe(may && wants.every((scope) => has.includes(scope)));
      if (made === undefined) return;
      expect(made.user).toBe("local");
      expect(made.expiresAt ?? Infinity).toBeLessThanOrEqual(maker.expiresAt ?? Infinity);
    }),
    { numRuns: 60 },
  );
});

it("lets a caller revoke its own user's keys only", async () => {
  await access.addUser("ada");
  const hers = await access.createKey({ name: "hers", user: "ada" });
  const mine: Caller = { owner: "local", scopes };
  await expect(access.revokeKey(hers.accessKeyId, mine)).rejects.toMatchObject(code("not_found"));
  expect(access.authenticate(hers.token)).toMatchObject({ owner: "ada" });
  expect(access.listKeys("ada")).toHaveLength(1);
  expect(access.listKeys("local")).toHaveLength(0);
});

it("keeps users apart, and none while it owns media", async () => {
  await access.addUser("ada");
  await expect(access.addUser("ada")).rejects.toMatchObject(code("name_conflict"));
  for (const id of ["", "Ada", "a/b", "..", "-x", "a".repeat(64), "a\0"])
    await expect(access.addUser(id), id).rejects.toMatchObject(code("invalid_argument"));
  await expect(access.createKey({ name: "x", user: "bob" })).rejects.toMatchObject(
    code("not_found"),
  );
  database.exec(`INSERT INTO media (name, version, owner, sha256, size_bytes, state, created_at, updated_at)
    VALUES ('a.mp4', 'v1', 'ada', 'x', 1, 'ready', 0, 0)`);
  await expect(access.removeUser("ada")).rejects.toMatchObject(code("invalid_argument"));
  database.exec("DELETE FROM media");
  const key = await access.createKey({ name: "x", user: "ada" });
  database.exec(`INSERT INTO subscriptions (id, topic, kind, address, owner, state, secret, created_at)
    VALUES ('s', 'error', 'email', 'ada@example.org', 'ada', 'confirmed', '', 0)`);
  await access.removeUser("ada");
  expect(database.prepare("SELECT state, reason FROM subscriptions").all()).toEqual([
    { state: "removed", reason: "its user was removed" },
  ]);
  // whoever comes later is not told of what was hers
  await expect(access.addUser("ada")).rejects.toMatchObject(code("name_conflict"));
  await expect(access.removeUser("ada")).rejects.toMatchObject(code("not_found"));
  const again = access.createKey({ name: "x", user: "ada" });
  await expect(again).rejects.toMatchObject(code("not_found"));
  expect(access.authenticate(key.token)).toBeUndefined();
  await expect(access.removeUser("local")).rejects.toMatchObject(code("invalid_argument"));
  expect(access.listUsers().map(({ id }) => id)).toEqual(["local"]);
});

it("notes when a key was last used, and does not write for every request", async () => {
  const key = await access.createKey({ name: "busy" });
  const changes = () => Number(database.prepare("SELECT total_changes() AS n").get()?.["n"]);
  const before = changes();
  for (let n = 0; n < 100; n += 1) access.authenticate(key.token);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(changes() - before).toBe(1);
  expect(access.listKeys()[0]?.lastUsedAt).toBe(time);
});

it("refuses to tell a signing secret without the master key it was sealed with", async () => {
  const key = await access.createKey({ name: "x" });
  const keyFile = join(folder, "other.key");
  createSeal({ keyFile }).seal("x");
  const elsewhere = createSqliteAccess({
    database,
    seal: createSeal({ keyFile }),
    now: () => time,
  });
  expect(() => elsewhere.signer(key.accessKeyId)).toThrow(/not the key/);
  expect(elsewhere.authenticate(key.token)).toBeDefined();
});
