// Loaded before a program (`node --import`). It shifts the program's wall clock by the milliseconds in the
// file that CHAOS_CLOCK names, and the clock jumps when the file changes. Monotonic clocks
// (`performance.now()` and timers) stay correct, as they do when the clock of a machine is set.
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
      const written = Number(readFileSync(file, "utf8"));
      if (Number.isFinite(written)) offsetMs = written;
    } catch {
      // the file is being written or is missing: the clock keeps its last shift
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
