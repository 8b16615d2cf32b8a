import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sharedMedia } from "../../../test/support/shared-media.ts";
import {
  describeWithSpeechModels,
  sharedSpeakerModels,
  triesAllSpeech,
} from "../../../test/support/shared-models.ts";
import { createSandbox } from "../../sandbox/create.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { GroupCount } from "./clusters.ts";
import { diarizationError, turnsOfRttm } from "./diarization-error.ts";
import { findSpeakers, speakersId, type FindSpeakersOptions } from "./find-speakers.ts";

describeWithSpeechModels("speakers by real weights", () => {
  let folder: string;
  let sandbox: Sandbox;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-voices-"));
    sandbox = await createSandbox();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const name = "l3-overlap";
  /** Its first seconds. */
  function rawSound(seconds: number): string {
    const path = join(folder, `${seconds}.s16`);
    const source = sharedMedia(`conversations/${name}.ogg`);
    const output = ["-t", String(seconds), "-ac", "1", "-ar", "16000", "-f", "s16le", path];
    execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", "-i", source, ...output]);
    return path;
  }
  const find = async (sound: string, more: Partial<FindSpeakersOptions> = {}) =>
    findSpeakers(sound, {
      sandbox,
      models: sharedSpeakerModels(),
      signal: new AbortController().signal,
      ...more,
    });

  it("tells three people apart who speak into each other, within 3 in 100", async () => {
    const fractions: number[] = [];
    const onProgress = (fraction: number): void => void fractions.push(fraction);
    const seconds = triesAllSpeech ? 1_000 : 30;
    const turns = await find(rawSound(seconds), { onProgress });
    const rttm = readFileSync(sharedMedia(`conversations/${name}.rttm`), "utf8");
    const truth = turnsOfRttm(rttm)
      .filter(({ startMs }) => startMs < seconds * 1000)
      .map((turn) => ({ ...turn, endMs: Math.min(turn.endMs, seconds * 1000) }));
    const { speechMs, missedMs, inventedMs, confusedMs } = diarizationError(truth, turns);
    expect((missedMs + inventedMs + confusedMs) / speechMs).toBeLessThan(0.03);
    expect(new Set(turns.map(({ speaker }) => speaker)).size).toBe(3);
    expect(turns.some(({ startMs }, index) => startMs < (turns[index - 1]?.endMs ?? 0))).toBe(true);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    expect(fractions.at(-1)).toBeGreaterThan(0.95);
  });

  it("keeps to the number that is given, and to bounds", async () => {
    const sound = rawSound(triesAllSpeech ? 45 : 15);
    const { segmentation: _left, ...models } = sharedSpeakerModels();
    const numberOf = async (count: GroupCount) =>
      new Set((await find(sound, { models, count })).map(({ speaker }) => speaker)).size;
    expect(await numberOf({ min: 2, max: 2 })).toBe(2);
    expect(await numberOf({ max: 1 })).toBe(1);
    expect(await numberOf({ min: 4 })).toBeGreaterThanOrEqual(4);
  });

  it("finds nobody in silence, in nothing and in a file cut in the middle of a sample", async () => {
    const sound = join(folder, "silence.s16");
    for (const bytes of triesAllSpeech ? [0, 1, 32_001, 640_000] : [1, 32_001]) {
      writeFileSync(sound, Buffer.alloc(bytes));
      expect(await find(sound)).toEqual([]);
    }
  });

  it("says which model cannot be loaded, and names the models in its id", async () => {
    const models = sharedSpeakerModels();
    const path = join(folder, "broken.onnx");
    writeFileSync(path, "no model");
    const broken = { ...models.embedding, dir: folder, file: () => path };
    const sound = rawSound(1);
    const failed = find(sound, { models: { ...models, embedding: broken } });
    await expect(failed).rejects.toMatchObject({ code: "model_invalid" });
    expect(speakersId(models)).toMatch(/^campplus-zh-en-\w{12}\/pyannote.*\/silero.*\/\d$/);
  });
});
