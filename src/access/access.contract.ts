import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scopes, type Access, type Caller, type Scope } from "./access.ts";

/** An implementation over nothing, with a clock that the test sets. */
export interface AccessUnderTest {
  readonly access: Access;
  /** Lets a user own so many media files. */
  readonly own: (user: string, files: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

const code = (name: string) => ({ code: name });

/** What every implementation of `Access` does. */
export function accessContract(
  what: string,
  open: (now: () => number) => Promise<AccessUnderTest>,
): void {
  describe(`the contract of access: ${what}`, () => {
    let time: number;
    let access: Access;
    let own: AccessUnderTest["own"];
    let close: AccessUnderTest["close"];
    beforeEach(async () => {
      time = Date.UTC(2026, 10, 20);
      ({ access, own, close } = await open(() => time));
    });
    afterEach(() => close());

    it("knows a key again by its token and by its id", async () => {
      const key = await access.createKey({ name: "player", scopes: ["read"] });
      expect(key.accessKeyId).toMatch(/^\w{16,128}$/);
      const caller = { owner: "local", scopes: ["read"], accessKeyId: key.accessKeyId };
      expect(await access.authenticate(key.token)).toEqual(caller);
      expect(await access.isValid(key.accessKeyId)).toBe(true);
      expect(await access.isValid("DLSUNKNOWN")).toBe(false);
      const { secretAccessKey } = key;
      expect(await access.signer(key.accessKeyId)).toEqual({ caller, secretAccessKey });
      expect(JSON.stringify(await access.listKeys())).not.toContain(key.secretAccessKey);
    });

    it("starts sessions that end with their key, and after 30 days", async () => {
      const key = await access.createKey({ name: "browser", scopes: ["read"] });
      const session = await access.startSession(key.accessKeyId);
      const caller = { owner: "local", scopes: ["read"], accessKeyId: key.accessKeyId };
      expect(session).not.toContain(key.accessKeyId);
      expect(await access.sessionCaller(session)).toEqual(caller);
      const mine = await access.startSession();
      expect(await access.sessionCaller(mine)).toEqual({ owner: "local", scopes: [...scopes] });
      for (const wrong of ["", "v1.x.y", `${session}x`, key.token, "x".repeat(5_000)])
        expect(await access.sessionCaller(wrong), wrong.slice(0, 9)).toBeUndefined();
      await access.revokeKey(key.accessKeyId);
      expect(await access.sessionCaller(session)).toBeUndefined();
      expect(await access.sessionCaller(mine)).toBeDefined();
      time += 30 * 24 * 3_600_000;
      expect(await access.sessionCaller(mine)).toBeUndefined();
    });

    it("opens shares until they expire, or their key ends", async () => {
      const { accessKeyId } = await access.createKey({ name: "sharer" });
      const share = { name: "a.mp4", version: "v", owner: "local", expiresAt: time + 1_000 };
      const mine = await access.sealShare(share);
      const keyed = await access.sealShare({ ...share, accessKeyId, note: "Hello" });
      expect(await access.openShare(mine)).toEqual(share);
      expect(await access.openShare(keyed)).toEqual({ ...share, accessKeyId, note: "Hello" });
      // what was sealed for another purpose is no share, and a share is no session
      expect(await access.openShare(await access.startSession())).toBeUndefined();
      expect(await access.sessionCaller(mine)).toBeUndefined();
      expect(await access.openShare(`${mine.slice(0, -2)}xx`)).toBeUndefined();
      await access.revokeKey(accessKeyId);
      expect(await access.openShare(keyed)).toBeUndefined();
      time += 1_000;
      expect(await access.openShare(mine)).toBeUndefined();
    });

    it("makes no key that cannot be shown", async () => {
      let shown = "";
      const gone = new Error("nobody reads it");
      const show = async ({ token }: { readonly token: string }): Promise<void> => {
        shown = token;
        throw gone;
      };
      await expect(access.createKey({ name: "lost" }, undefined, show)).rejects.toBe(gone);
      expect(shown).not.toBe("");
      expect(await access.authenticate(shown)).toBeUndefined();
      expect(await access.listKeys()).toEqual([]);
      const key = await access.createKey({ name: "kept" }, undefined, async (made) => {
        shown = made.token;
        expect(await access.authenticate(shown)).toBeUndefined();
      });
      expect([key.token, (await access.listKeys()).length]).toEqual([shown, 1]);
      expect(await access.authenticate(shown)).toMatchObject({ accessKeyId: key.accessKeyId });
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
        expect(await access.authenticate(token), token).toBeUndefined();
      await fc.assert(
        fc.asyncProperty(
          fc.nat(one.token.length - 1),
          fc.string({ minLength: 1 }),
          async (at, by) => {
            const token = one.token.slice(0, at) + by.charAt(0) + one.token.slice(at + 1);
            fc.pre(token !== one.token);
            expect(await access.authenticate(token)).toBeUndefined();
          },
        ),
      );
    });

    it("ends a key at its time, and when it is revoked, with all that were made with it", async () => {
      const admin = await access.createKey({ name: "admin", scopes: ["read", "admin"] });
      const caller = await access.authenticate(admin.token);
      const child = await access.createKey({ name: "child", scopes: ["read", "admin"] }, caller);
      const grandchild = await access.createKey(
        { name: "grandchild" },
        await access.authenticate(child.token),
      );
      const brief = await access.createKey({ name: "brief", expiresAt: time + 1_000 });
      expect(await access.authenticate(brief.token)).toBeDefined();
      time += 1_000;
      expect(await access.authenticate(brief.token)).toBeUndefined();
      expect(await access.signer(brief.accessKeyId)).toBeUndefined();
      expect(await access.authenticate(grandchild.token)).toBeDefined();
      expect(await access.revokeKey(admin.accessKeyId)).toBe(3);
      for (const key of [admin, child, grandchild]) {
        expect(await access.authenticate(key.token)).toBeUndefined();
        expect(await access.signer(key.accessKeyId)).toBeUndefined();
        expect(await access.isValid(key.accessKeyId)).toBe(false);
      }
      expect(await access.hasKeys()).toBe(false);
      await expect(access.createKey({ name: "late" }, caller)).rejects.toMatchObject(
        code("unauthorized"),
      );
    });

    it("makes no key that may more, or longer, or as somebody else, than the key that asks", async () => {
      await access.addUser("ada");
      const some = fc.uniqueArray(fc.constantFrom<Scope>(...scopes));
      const end = fc.option(fc.integer({ min: 1, max: 100 }), { nil: undefined });
      await fc.assert(
        fc.asyncProperty(
          some,
          some,
          end,
          end,
          fc.boolean(),
          async (has, wants, until, ends, foreign) => {
            fc.pre(has.length > 0);
            const expiring = (after: number | undefined) =>
              after === undefined ? {} : { expiresAt: time + after };
            const maker = await access.createKey({ name: "m", scopes: has, ...expiring(until) });
            const caller = await access.authenticate(maker.token);
            const user = foreign ? { user: "ada" } : {};
            const request = { name: "c", scopes: wants, ...user, ...expiring(ends) };
            const made = await access.createKey(request, caller).catch(() => undefined);
            const may = has.includes("admin") && !foreign && wants.length > 0;
            expect(made !== undefined).toBe(may && wants.every((scope) => has.includes(scope)));
            if (made === undefined) return;
            expect(made.user).toBe("local");
            expect(made.expiresAt ?? Infinity).toBeLessThanOrEqual(maker.expiresAt ?? Infinity);
          },
        ),
        { numRuns: 60 },
      );
    });

    it("lets a caller revoke its own user's keys only", async () => {
      await access.addUser("ada");
      const hers = await access.createKey({ name: "hers", user: "ada" });
      const mine: Caller = { owner: "local", scopes };
      await expect(access.revokeKey(hers.accessKeyId, mine)).rejects.toMatchObject(
        code("not_found"),
      );
      expect(await access.authenticate(hers.token)).toMatchObject({ owner: "ada" });
      expect(await access.listKeys("ada")).toHaveLength(1);
      expect(await access.listKeys("local")).toHaveLength(0);
    });

    it("keeps users apart, and gives an id once", async () => {
      await access.addUser("ada");
      await expect(access.addUser("ada")).rejects.toMatchObject(code("name_conflict"));
      for (const id of ["", "Ada", "a/b", "..", "-x", "a".repeat(64), "a\0"])
        await expect(access.addUser(id), id).rejects.toMatchObject(code("invalid_argument"));
      const withoutUser = access.createKey({ name: "x", user: "bob" });
      await expect(withoutUser).rejects.toMatchObject(code("not_found"));
      await own("ada", 1);
      await expect(access.removeUser("ada")).rejects.toMatchObject(code("invalid_argument"));
      await own("ada", 0);
      const key = await access.createKey({ name: "x", user: "ada" });
      await access.removeUser("ada");
      // another ada, later, is not told of what was hers
      await expect(access.addUser("ada")).rejects.toMatchObject(code("name_conflict"));
      await expect(access.removeUser("ada")).rejects.toMatchObject(code("not_found"));
      const again = access.createKey({ name: "x", user: "ada" });
      await expect(again).rejects.toMatchObject(code("not_found"));
      expect(await access.authenticate(key.token)).toBeUndefined();
      expect(await access.isValid(key.accessKeyId)).toBe(false);
      await expect(access.removeUser("local")).rejects.toMatchObject(code("invalid_argument"));
      expect((await access.listUsers()).map(({ id }) => id)).toEqual(["local"]);
    });
  });
}
