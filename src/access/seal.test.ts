import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createSeal } from "./seal.ts";

let folder: string;
let keyFile: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-seal-"));
  keyFile = join(folder, "keys", "master.key");
});
afterEach(() => rmSync(folder, { recursive: true }));

const refused = { code: "master_key_unusable" };

it("opens what it sealed, in this process and the next, and never twice alike", () => {
  const seal = createSeal({ keyFile });
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, about) => {
      const sealed = seal.seal(text, about);
      expect(sealed).not.toBe(seal.seal(text, about));
      expect(createSeal({ keyFile }).open(sealed, about)).toBe(text);
    }),
    { numRuns: 20 },
  );
  expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "keys"))).toEqual(["master.key"]);
});

it("opens nothing that was moved, changed, cut, or sealed with another key", () => {
  const seal = createSeal({ keyFile });
  const sealed = seal.seal("secret", "key 1");
  expect(sealed).not.toContain("secret");
  expect(() => seal.open(sealed, "key 2")).toThrow(expect.objectContaining(refused));
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.base64String({ minLength: 1 }), (at, other) => {
      const changed = sealed.slice(0, at) + other.charAt(0) + sealed.slice(at + 1);
      // the last digit of base 64 holds bits that say nothing
      fc.pre(changed !== sealed && at < sealed.length - 1);
      expect(() => seal.open(changed, "key 1")).toThrow(expect.objectContaining(refused));
      expect(() => seal.open(sealed.slice(0, at), "key 1")).toThrow(
        expect.objectContaining(refused),
      );
    }),
  );
  const other = createSeal({ keyFile: join(folder, "other.key") });
  other.seal("x");
  expect(() => other.open(sealed, "key 1")).toThrow(/not the key/);
});

it("makes no key to open with, and takes none that others may read", () => {
  expect(() => createSeal({ keyFile }).open("v1.x.x")).toThrow(/not there/);
  const sealed = createSeal({ keyFile }).seal("secret");
  chmodSync(keyFile, 0o640);
  expect(() => createSeal({ keyFile }).open(sealed)).toThrow(/others may read/);
  expect(() => createSeal({ keyFile }).seal("more")).toThrow(/others may read/);
});

it("keeps the first key when several processes make one", () => {
  const sealed = Array.from({ length: 5 }, (_, n) => createSeal({ keyFile }).seal(String(n)));
  const key = readFileSync(keyFile, "utf8");
  expect(sealed.map((one) => createSeal({ keyFile }).open(one))).toEqual(["0", "1", "2", "3", "4"]);
  expect(readFileSync(keyFile, "utf8")).toBe(key);
});
