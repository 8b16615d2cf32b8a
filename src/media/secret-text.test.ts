import fc from "fast-check";
import { expect, it } from "vitest";
import { decodedFully, holdsKey, redactSecrets } from "./secret-text.ts";

const secret = "q3vT0yYxkq9E1bXo7mVtq0w2Yg5cRkJ4oXhQpZ8sLtU";
const texts: readonly (readonly [string, string])[] = [
  ["a key", `dailies_DLSABCDEFGHIJ234567Q.${secret}`],
  ["a signing secret", `whsec_${Buffer.alloc(32, 7).toString("base64")}`],
  ["a confirmation's code", `t${secret}`],
  ["an unsubscription's code", `1m7wdn6mb0001x3p51w0bz.${secret.slice(0, 24)}`],
  ["an output's code", `o1.eyJhIjoxfQ.${secret}`],
];

const every = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");

/** Ways in which somebody may write a text into an address. */
const ways: readonly ((text: string) => string)[] = [
  (text) => text,
  encodeURIComponent,
  every,
  (text) => encodeURIComponent(every(text)),
  (text) => every(every(every(text))),
  (text) => text.replace(/[_.]/g, every),
  (text) => text.replace(/\w/g, (letter, at: number) => (at % 3 === 0 ? every(letter) : letter)),
];

it.each(texts)("%s is left out, however it is encoded", (_what, text) => {
  for (const way of ways)
    for (const line of [
      `/v1/media/${way(text)}`,
      `/v1/x?code=${way(text)}&a=1`,
      `see http://d.example/a?b=${way(text)} "x"`,
      `%E0%A4%A/${way(text)}`,
    ]) {
      const shown = redactSecrets(line);
      expect(decodedFully(shown), line).not.toContain(text.slice(-20));
      expect(shown).toContain("[left out]");
    }
});

it("leaves out what a URL calls a secret, and what is encoded deeper than anybody reads", () => {
  for (const name of ["code", "token", "access_token", "SECRET", "X-Amz-Signature"])
    expect(redactSecrets(`GET /a?${name}=hush&b=1`)).toBe(`GET /a?${name}=[left out]&b=1`);
  expect(redactSecrets("/a%3Ftoken%3Dhush")).toBe("/a?token=[left out]");
  expect(redactSecrets("Authorization: Bearer hush")).toBe("Authorization: Bearer [left out]");
  expect(redactSecrets(`/%25${"25".repeat(40)}41`)).toBe("[left out]");
});

it("leaves other text as it is, broken encodings too", () => {
  for (const text of ["/v1/media/a%20b%2Fc.mp4", "100 %", "%zz %", "exit code=3", "/v1/x?q=code"])
    expect(redactSecrets(text)).toBe(text);
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (name) => {
      const path = `/v1/media/${encodeURIComponent(name)}`;
      expect(redactSecrets(path)).toBe(path);
    }),
    { numRuns: 100 },
  );
});

it("finds a key in an address in any encoding", () => {
  for (const way of ways) expect(holdsKey(`/v1/media/${way(texts[0]?.[1] ?? "")}`)).toBe(true);
  expect(holdsKey("/v1/media/dailies.mp4")).toBe(false);
});
