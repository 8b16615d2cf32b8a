import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMediaError } from "../media/errors.ts";
import { emailAddress } from "./email-address.ts";
import { anyText } from "./outgoing-mail.fixture.ts";

describe("an e-mail address", () => {
  it.each(["ada@example.org", "a.b+c@sub.example.co", "x@localhost"])("is %s", (text) =>
    expect(emailAddress(text)).toBe(text),
  );

  it("is written in ASCII", () =>
    expect(emailAddress("a@bücher.example")).toBe("a@xn--bcher-kva.example"));

  it.each([
    "",
    "a",
    "@b.c",
    "a@",
    "a@b,c@d",
    "a@b c",
    '"a"@b.c',
    "a@[127.0.0.1]",
    "<a@b.c>",
    "a@b.c\r\nBcc: d@e.f",
    "a\u0000@b.c",
    `${"a".repeat(65)}@b.c`,
  ])("is not %j", (text) => expect(() => emailAddress(text)).toThrow(/is not an e-mail address/));

  it("has nothing in it that could be a header, a list or another mailbox", () => {
    fc.assert(
      fc.property(anyText, (noise) => {
        const mail = "ada@example.org";
        for (const text of [noise, mail + noise, noise + mail, mail.replace("@", `${noise}@`)])
          try {
            expect(emailAddress(text)).toMatch(/^[^\s,;:<>"()[\]\\@\p{Cc}]+@[a-z0-9.-]+$/u);
          } catch (thrown) {
            expect(asMediaError(thrown).code).toBe("invalid_argument");
          }
      }),
    );
  });
});
