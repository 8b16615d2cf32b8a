import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { commands } from "./commands.ts";
import { clock, createWorld, type World } from "./world.ts";

/** `npm run model` asks for many more. */
const sequences = Number(process.env["MODEL_SEQUENCES"] ?? 150);

async function play(steps: Iterable<fc.AsyncCommand<object, World>>): Promise<void> {
  clock.now = 1_700_000_000_000;
  const wall = vi.spyOn(Date, "now").mockImplementation(() => clock.now);
  const world = await createWorld();
  await fc
    .asyncModelRun(() => ({ model: {}, real: world }), steps)
    .finally(() => {
      world.database.close();
      wall.mockRestore();
    });
}

describe("the catalog", () => {
  it(`is what the rules over maps say, after each step of ${sequences} sequences`, async () => {
    const sequence = fc.commands(commands, { maxCommands: 60, size: "+1" });
    const run = await fc.check(fc.asyncProperty(sequence, play), { numRuns: sequences });
    if (run.failed)
      throw new Error(await fc.asyncDefaultReportMessage(run), { cause: run.errorInstance });
    expect(run.numRuns).toBe(sequences);
  }, 3_600_000);
});
