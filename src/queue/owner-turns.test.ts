import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nextOwner } from "./owner-turns.ts";

describe("turns between owners", () => {
  it("go to whom least is done for, then to who waits longest, then to who came first", () => {
    const ada = { owner: "ada", running: 1, lastServedAt: 1 };
    const bob = { owner: "bob", running: 0, lastServedAt: 9 };
    const cyd = { owner: "cyd", running: 0, lastServedAt: 5 };
    expect(nextOwner([ada, bob])).toBe("bob");
    expect(nextOwner([bob, cyd, ada])).toBe("cyd");
    expect(nextOwner([bob, cyd, { owner: "new", running: 0 }])).toBe("new");
    expect(
      nextOwner([
        { owner: 1, running: 0 },
        { owner: 2, running: 0 },
      ]),
    ).toBe(1);
    expect(nextOwner([])).toBeUndefined();
  });

  it("let nobody wait for more than one piece of work of each other owner", () => {
    const owners = fc.integer({ min: 2, max: 6 });
    fc.assert(
      fc.property(owners, fc.integer({ min: 1, max: 3 }), (count, slots) => {
        const lines = Array.from({ length: count }, (_, owner) => ({
          owner,
          running: 0,
          lastServedAt: -Infinity,
        }));
        const running: number[] = [];
        const served: number[] = [];
        for (let round = 0; round < count * 4; round += 1) {
          if (running.length === slots) {
            const ended = lines[running.shift() ?? 0];
            if (ended) ended.running -= 1;
          }
          const owner = nextOwner(lines) ?? -1;
          const line = lines[owner];
          if (line === undefined) throw new Error("nobody's turn");
          line.running += 1;
          line.lastServedAt = round;
          running.push(owner);
          served.push(owner);
        }
        for (let from = 0; from + count <= served.length; from += count)
          expect(new Set(served.slice(from, from + count)).size).toBe(count);
      }),
    );
  });
});
