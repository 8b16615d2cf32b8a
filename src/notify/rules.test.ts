import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addressees } from "./addressees.ts";
import { checkAsking, hourMs, restBeforeAsking, type Asked } from "./asking.ts";
import { afterSending, delaysMs, longestDelayMs } from "./schedule.ts";

const oneOf = (name: string, count: number) =>
  fc.integer({ min: 0, max: count - 1 }).map((n) => `${name}${n}`);

describe("asking addresses to confirm", () => {
  const wanted = fc.record({
    topic: fc.constantFrom("completed" as const, "error" as const),
    kind: fc.constant("email" as const),
    address: oneOf("a", 3),
    owner: oneOf("u", 15),
  });

  it("never asks one address more than 12 times an hour, nor one subscription twice in five minutes", () => {
    const steps = fc.array(fc.tuple(wanted, fc.nat(2 * 60_000)), { maxLength: 120, size: "max" });
    fc.assert(
      fc.property(steps, (all) => {
        const asked: Asked[] = [];
        let now = 0;
        for (const [one, pauseMs] of all) {
          now += pauseMs;
          const lately = asked.filter(({ at }) => at > now - hourMs);
          if (restBeforeAsking(lately, one, now) === 0) asked.push({ ...one, at: now });
        }
        for (const { at, address, owner, topic } of asked) {
          const before = asked.filter((one) => one.at > at - hourMs && one.at <= at);
          expect(before.filter((one) => one.address === address).length).toBeLessThanOrEqual(12);
          const same = before.filter(
            (one) => one.address === address && one.owner === owner && one.topic === topic,
          );
          expect(same.filter((one) => one.at > at - 5 * 60_000)).toHaveLength(1);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("says how long to wait, and it is enough", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(wanted, fc.nat(hourMs - 1)), { maxLength: 60 }),
        wanted,
        (all, one) => {
          const asked = all.map(([other, ago]) => ({ ...other, at: hourMs - ago }));
          const restMs = restBeforeAsking(asked, one, hourMs);
          const later = hourMs + restMs;
          const lately = asked.filter(({ at }) => at > later - hourMs);
          expect(() => checkAsking(lately, one, later)).not.toThrow();
          if (restMs > 0) expect(() => checkAsking(asked, one, hourMs)).toThrow(/wait \d+ s/);
        },
      ),
    );
  });
});

describe("who is addressed", () => {
  const subscription = fc.record({
    id: fc.uuid(),
    kind: fc.constantFrom("email" as const, "webhook" as const),
    address: oneOf("a", 4),
    owner: fc.constantFrom("ada", "*"),
  });

  it("is every mailbox once, and every other address once for each owner", () => {
    fc.assert(
      fc.property(fc.uniqueArray(subscription, { selector: ({ id }) => id }), (all) => {
        const place = ({ kind, address, owner }: (typeof all)[number]): string =>
          kind === "email" ? address : `${address} ${owner} by webhook`;
        const chosen = addressees(all);
        expect(new Set(chosen.map(place)).size).toBe(chosen.length);
        expect(new Set(chosen.map(place))).toEqual(new Set(all.map(place)));
        // the oldest, whatever the order
        expect(new Set(addressees(all.toReversed()))).toEqual(new Set(chosen));
      }),
    );
  });
});

describe("what follows from a sending", () => {
  it("is an end or a later attempt, and at last a dead letter", () => {
    const attempts = fc.integer({ min: 1, max: delaysMs.length + 2 });
    fc.assert(
      fc.property(attempts, fc.nat(2 * longestDelayMs), (attempt, retryAfterMs) => {
        const end = afterSending({ state: "failed", error: "no", retryAfterMs }, attempt, 1_000);
        expect(end.state).toBe(attempt > delaysMs.length ? "dead" : "waiting");
        if (end.state !== "waiting") return;
        expect(end.nextAt).toBeGreaterThan(1_000);
        expect(end.nextAt).toBeLessThanOrEqual(1_000 + longestDelayMs);
        expect(end.restUntil).toBeLessThanOrEqual(end.nextAt);
      }),
    );
    expect(afterSending({ state: "delivered" }, 1, 0)).toEqual({
      state: "delivered",
      confirmed: false,
    });
    for (const state of ["refused", "gone"] as const)
      expect(afterSending({ state, error: "no" }, 1, 0)).toEqual({
        state: "dead",
        error: "no",
        endsSubscription: state === "gone",
      });
  });
});
