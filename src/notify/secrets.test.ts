import { expect, it } from "vitest";
import { newToken } from "./secrets.ts";

it("a token is no option of a command line", () => {
  const tokens = Array.from({ length: 2_000 }, newToken);
  expect(tokens.filter((token) => !/^[a-z][\w-]{43}$/i.test(token))).toEqual([]);
});
