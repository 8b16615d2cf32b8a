import { expect, it } from "vitest";
import { diarizationError, turnsOfRttm } from "./diarization-error.ts";

const turn = (startMs: number, endMs: number, speaker: number) => ({ startMs, endMs, speaker });
const truth = [turn(0, 4_000, 0), turn(4_000, 8_000, 1), turn(7_000, 9_000, 2)];
const right = { speechMs: 10_000, missedMs: 0, inventedMs: 0, confusedMs: 0 };

it("finds nothing wrong with the truth, whatever its speakers are called", () => {
  expect(diarizationError(truth, truth, 0)).toEqual(right);
  const renamed = truth.map((one) => ({ ...one, speaker: (one.speaker + 2) % 3 }));
  expect(diarizationError(truth, renamed, 0)).toEqual(right);
});

it("counts what is missed, invented and taken for somebody else", () => {
  expect(diarizationError(truth, truth.slice(0, 2), 0)).toEqual({ ...right, missedMs: 2_000 });
  const more = [...truth, turn(20_000, 21_000, 0), turn(1_000, 1_500, 1)];
  expect(diarizationError(truth, more, 0)).toEqual({ ...right, inventedMs: 1_500 });
  const joined = truth.map((one) => ({ ...one, speaker: one.speaker === 1 ? 0 : one.speaker }));
  expect(diarizationError(truth, joined, 0)).toEqual({ ...right, confusedMs: 4_000 });
});

it("leaves out what lies around the edges of true turns", () => {
  const late = truth.map((one) => ({ ...one, startMs: one.startMs + 200, endMs: one.endMs + 200 }));
  expect(diarizationError(truth, late, 0).missedMs).toBeGreaterThan(0);
  const { missedMs, inventedMs, confusedMs } = diarizationError(truth, late);
  expect([missedMs, inventedMs, confusedMs]).toEqual([0, 0, 0]);
});

it("reads RTTM", () => {
  const text =
    "SPEAKER a 1 0.5 1.25 <NA> <NA> ann <NA> <NA>\n;; x\nSPEAKER a 1 2 1 <NA> <NA> bob <NA> <NA>\n";
  expect(turnsOfRttm(text)).toEqual([turn(500, 1_750, 0), turn(2_000, 3_000, 1)]);
});
