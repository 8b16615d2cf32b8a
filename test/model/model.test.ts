import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commands } from "./commands.ts";
import { createWorld, type World } from "./world.ts";

/** `npm run model` asks for many more. */
const sequences = Number(process.env["MODEL_SEQUENCES"] ?? 150);

async function play(steps: Iterable<fc.AsyncCommand<object, World>>): Promise<void> {
  const world = await createWorld();
  await fc
    .asyncModelRun(() => ({ model: {}, real: world }), steps)
    .finally(() => world.database.close());
}

describe("the catalog", () => {
  it(`is what a plain model says, after each step of ${sequences} sequences`, async () => {
    const sequence = fc.commands(commands, { maxCommands: 60, size: "+1" });
    const run = await fc.check(fc.asyncProperty(sequence, play), { numRuns: sequences });
    if (run.failed)
      throw new Error(await fc.asyncDefaultReportMessage(run), { cause: run.errorInstance });
    expect(run.numRuns).toBe(sequences);
  }, 3_600_000);
});
