import fc from "fast-check";
import type { Behaviour } from "../support/fake-provider.ts";

export const names = ["a", "b"] as const;
type Name = (typeof names)[number];

export type Action =
  | { readonly do: "put" | "remove" | "cancel" | "retry"; readonly name: Name }
  | { readonly do: "pull" | "sweep" | "die"; readonly process: 0 | 1 }
  | { readonly do: "both" }
  | {
      readonly do: "deliver";
      readonly process: 0 | 1;
      readonly job: number;
      readonly twice: boolean;
    }
  | {
      readonly do: "events";
      readonly process: 0 | 1;
      readonly reversed: boolean;
      readonly drop: boolean;
    }
  | { readonly do: "wait"; readonly ms: number };

const someName = fc.constantFrom(...names);
const someProcess = fc.constantFrom(0 as const, 1 as const);
const someAction: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom("put" as const, "retry" as const), name: someName }),
  },
  fc.record({ do: fc.constantFrom("remove" as const, "cancel" as const), name: someName }),
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom("pull" as const, "sweep" as const),
      process: someProcess,
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "both" as const }) },
  fc.record({ do: fc.constant("die" as const), process: someProcess }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("deliver" as const),
      process: someProcess,
      job: fc.nat(5),
      twice: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("events" as const),
      process: someProcess,
      reversed: fc.boolean(),
      drop: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const), ms: fc.nat(120_000) }) },
);

const someBehaviour: fc.Arbitrary<Behaviour> = fc.record(
  {
    begin: fc.constantFrom(
      "accepts",
      "accepts",
      "accepts",
      "throttles",
      "refuses",
      "loses the answer",
    ),
    takesMs: fc.oneof(fc.constant(0), fc.nat(300_000)),
    ends: fc.constantFrom("done", "done", "done", "fails", "is cancelled there"),
    eventsAfterMs: fc.array(fc.nat(60_000), { maxLength: 3 }),
    brokenCalls: fc.nat(2),
  },
  { requiredKeys: ["begin", "ends", "eventsAfterMs", "brokenCalls"] },
);

export interface Scene {
  readonly behaviours: readonly Behaviour[];
  /** After how many actions of its ports each process dies, in the order in which they start. */
  readonly lives: readonly number[];
  readonly actions: readonly Action[];
}

export const scenes: fc.Arbitrary<Scene> = fc.record({
  behaviours: fc.array(someBehaviour, { minLength: 1, maxLength: 6 }),
  lives: fc.array(fc.oneof(fc.constant(Infinity), fc.nat(40)), { maxLength: 8 }),
  actions: fc.array(someAction, { minLength: 5, maxLength: 40 }),
});
