import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithSharedMedia } from "../../../test/support/shared-media.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { findSherpa } from "./install.ts";
import { startRecognizer } from "./recognizer-process.ts";
import { useStudio } from "./transcriber.fixture.ts";

const studio = useStudio();
const never = new AbortController().signal;
const pieces = { longestMs: 29_000, pauseMs: 1_000, paddingMs: 0 };

/** What sherpa does when its memory runs out during the work: it says so, and returns an empty text. */
const forgetful = (said: string) => `
const fs = require("node:fs");
exports.version = "1.13.8";
exports.OfflineRecognizer = { createAsync: async () => ({
  createStream: () => ({ acceptWaveform() {} }),
  decodeAsync: async () => { fs.writeSync(2, ${JSON.stringify(said)}); return { text: "" }; } }) };`;

/** Speech, and the silence by which the gate tells it. */
function sound(): Uint8Array {
  return readFileSync(studio.recording("speech.wav", [160_000])).subarray(44);
}

async function transcribeWith(said: string): Promise<unknown> {
  const main = join(studio.folder, "forgetful.cjs");
  writeFileSync(main, forgetful(said));
  const child = { package: main, recognizer: {}, pieces, parallel: 2 };
  const setup = { child, folders: [studio.folder], models: ["toy"] };
  const sandbox = await createSandbox();
  const process = await startRecognizer(sandbox, findSherpa(), setup, never);
  try {
    await process.begin({}, never);
    const { pieces: early } = await process.transcribe(sound(), never);
    const late: unknown[] = [];
    await process.end(async (answer) => void late.push(...answer.pieces), never);
    return [...early, ...late];
  } finally {
    await process.close();
  }
}

describeWithSharedMedia("what sherpa prints while it works", () => {
  it.each([
    [
      "memory",
      "Caught exception:\n\nstd::bad_alloc\n\nReturn an empty result\n",
      /found no memory/,
    ],
    [
      "length",
      "Only waves less than 30 seconds are supported.",
      /went wrong.*less than 30 seconds/,
    ],
    ["without an end of line", "Return an empty result", /went wrong.*Return an empty result/],
  ])("is a failure, not an empty transcript: %s", async (_what, said, message) => {
    await expect(transcribeWith(said)).rejects.toMatchObject({
      code: "engine_failed",
      message: expect.stringMatching(message) as unknown,
    });
  });

  it("is no failure where nothing is lost", async () => {
    const said = "2026 [W:onnxruntime:, execution_frame.cc:870] Expected shape\n";
    expect(await transcribeWith(said)).toMatchObject([{ text: "" }]);
  });
});
