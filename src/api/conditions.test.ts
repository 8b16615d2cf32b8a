import { describe, expect, it } from "vitest";
import { requireConditions } from "./conditions.ts";

const check = (ifMatch: string) =>
  requireConditions((name) => (name === "if-match" ? ifMatch : undefined), { etag: '"a"' });

describe("a list of entity tags", () => {
  it.each(['"a"', ' "b" , "a"\t', '"b",,"a"', "*", '"a",'])("is read: %s", (list) => {
    expect(() => check(list)).not.toThrow();
  });

  it.each(["a", '"a', '"a" "b"', '"b", a', "*, *", '"b";"a"', '"x y"'])(
    "is refused: %s",
    (list) => {
      expect(() => check(list)).toThrow(/must be \* or entity tags/);
    },
  );

  it("is refused at once, however long it is", () => {
    for (const filling of [" ".repeat(200_000), ",".repeat(200_000), '"b" '.repeat(50_000)])
      expect(() => check(`"a",${filling}x`)).toThrow(/must be \* or entity tags/);
  });
});
