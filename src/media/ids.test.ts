import { describe, expect, it } from "vitest";
import { createIdSource, newSession, sessionOf, timeOf } from "./ids.ts";

describe("ids", () => {
  it("rise also when the clock stands still or is set back", () => {
    const times = [1_000, 1_000, 1_000, 500, 2_000];
    const next = createIdSource(newSession(), () => times.shift() ?? 2_000);
    const ids = Array.from({ length: 40_000 }, next);
    expect(ids).toEqual(ids.toSorted());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("tell when they were made and by whom", () => {
    const session = newSession();
    const id = createIdSource(session, () => 1_763_630_000_123)();
    expect(timeOf(id)).toBe(1_763_630_000_123);
    expect(sessionOf(id)).toBe(session);
    expect(id).toMatch(/^[0-9a-z]{22}$/);
  });
});
