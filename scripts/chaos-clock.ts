// Loaded before a program (`node --import`): its wall clock goes wrong by as many milliseconds as the
// file says whose path is in CHAOS_CLOCK, and jumps when the file changes. The clocks that only run,
// `performance.now()` and those of timers, stay as they are, as they do when a machine's clock is set.
import { readFileSync } from "node:fs";

const file = process.env["CHAOS_CLOCK"] ?? "";
const Real = globalThis.Date;
const lookMs = 20;
let offsetMs = 0;
let lookedAt = -Infinity;

function wrongNow(): number {
  if (performance.now() - lookedAt > lookMs) {
    lookedAt = performance.now();
    try {
      const said = Number(readFileSync(file, "utf8"));
      if (Number.isFinite(said)) offsetMs = said;
    } catch {
      // it is being written, or not there: the clock stays as it was
    }
  }
  return Real.now() + offsetMs;
}

globalThis.Date = new Proxy(Real, {
  apply: () => new Real(wrongNow()).toString(),
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [wrongNow()] : args, self) as object,
  get: (target, name) => (name === "now" ? wrongNow : (Reflect.get(target, name) as unknown)),
});
