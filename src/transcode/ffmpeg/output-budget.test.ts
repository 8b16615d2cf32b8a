import { describe, expect, it } from "vitest";
import { videoFacts } from "../facts.fixture.ts";
import { planRenditions } from "../plan.ts";
import { defaultProfile } from "../profile.ts";
import { outputBudget } from "./output-budget.ts";

const limits = { outputBytes: 50 * 1024 ** 3 };
const gib = 1024 ** 3;

describe("how much a run may write", () => {
  const facts = videoFacts({ width: 1920, height: 1080, codec: "hevc" });
  const { planned } = planRenditions(facts, defaultProfile);

  it("follows the plan and the stated length", () => {
    const short = outputBudget(planned, 1000, limits);
    expect(short).toBeGreaterThan(gib);
    expect(short).toBeLessThan(1.01 * gib);
    // Two films and sound of an hour at their highest rates, three times.
    expect(outputBudget(planned, 3_600_000, limits)).toBeGreaterThan(10 * gib);
    expect(outputBudget(planned, 12 * 3_600_000, limits)).toBe(limits.outputBytes);
  });

  it("is the limit where the length is not known, or the source decides", () => {
    expect(outputBudget(planned, undefined, limits)).toBe(limits.outputBytes);
    const copied = planned.map((plan) =>
      plan.rendition === "audio" ? { ...plan, audio: { ...plan.audio, copy: true } } : plan,
    );
    expect(outputBudget(copied, 1000, limits)).toBe(limits.outputBytes);
    expect(outputBudget(planned, 1000, { outputBytes: 10 })).toBe(10);
  });
});
