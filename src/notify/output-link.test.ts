import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createLinkSigner, type OutputLink } from "./output-link.ts";

const link: OutputLink = {
  subscription: "s1",
  subscriptionOwner: "ada",
  name: "a/ü talk.mp4",
  version: "v1",
  owner: "ada",
  kind: "web",
  expiresAt: 1_000,
};
const ours = createLinkSigner(new Uint8Array(32).fill(1));

describe("the code of a link to an output", () => {
  it("says what it opens, until it expires", () => {
    const code = ours.sign(link);
    expect(ours.sign(link)).toBe(code); // the same in each sending of a message
    expect(ours.read(code, 999)).toEqual(link);
    expect(ours.read(code, 1_000)).toBeUndefined();
  });

  it("cannot be made with another key, a webhook's secret for one", () => {
    const secret = Buffer.alloc(32, 2);
    expect(ours.read(createLinkSigner(secret).sign(link), 0)).toBeUndefined();
  });

  it("is worth nothing when it is changed in any place", () => {
    const code = ours.sign(link);
    const change = fc.tuple(fc.nat(code.length - 1), fc.string({ minLength: 1, maxLength: 1 }));
    fc.assert(
      fc.property(change, ([at, letter]) => {
        fc.pre(code.charAt(at) !== letter);
        const changed = code.slice(0, at) + letter + code.slice(at + 1);
        expect(ours.read(changed, 0)).toBeUndefined();
        expect(ours.read(code.slice(0, at), 0)).toBeUndefined();
      }),
    );
  });

  it("keeps any name as it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (name) => {
        expect(ours.read(ours.sign({ ...link, name }), 0)?.name).toBe(name);
      }),
    );
  });

  it("is nothing else that somebody sends", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(ours.read(text, 0)).toBeUndefined();
        expect(ours.read(`o1.${Buffer.from(text).toString("base64url")}.`, 0)).toBeUndefined();
      }),
    );
  });
});
