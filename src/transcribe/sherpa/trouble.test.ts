import { mkdirSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { describeWithSharedMedia } from "../../../test/support/shared-media.ts";
import { MediaError } from "../../media/errors.ts";
import { defaultLimits } from "../../media/limits.ts";
import { createSandbox } from "../../sandbox/create.ts";
import { startRecognizer } from "./recognizer-process.ts";
import { findSherpa, hasLibrary } from "./install.ts";
import { silero, toyTransducer } from "./toy-models.fixture.ts";
import { useStudio } from "./transcriber.fixture.ts";

const toyPieces = { longestMs: 29_000, pauseMs: 1_000, paddingMs: 0 };
const studio = useStudio();
const { sherpa, transcribe, recording, toyCopy } = studio;

describeWithSharedMedia("the sherpa transcriber in trouble", () => {
  it.each([
    ["garbage", (dir: string) => writeFileSync(join(dir, "encoder.onnx"), "garbage")],
    ["half a model", (dir: string) => truncateSync(join(dir, "encoder.onnx"), 5_000)],
    ["an empty file", (dir: string) => truncateSync(join(dir, "joiner.onnx"), 0)],
    ["tokens that are none", (dir: string) => writeFileSync(join(dir, "tokens.txt"), "\0\0\0")],
  ])("says that the model is broken when it is %s", async (what, spoil) => {
    const dir = toyCopy(what);
    spoil(dir);
    const by = sherpa({ model: toyTransducer(dir) });
    const failed = transcribe({ path: recording("broken.wav", [0]), by });
    await expect(failed).rejects.toMatchObject({ code: "model_invalid", retryable: false });
    expect(by.pids()).toEqual([]);
  });

  it("says that the package is broken when it cannot be loaded, not that a model is", async () => {
    const main = join(studio.folder, "node_modules/sherpa-onnx-node/sherpa-onnx.js");
    mkdirSync(dirname(main), { recursive: true });
    expect(hasLibrary(main)).toBe(false);
    const sandbox = await createSandbox();
    for (const program of [
      'throw new Error("Could not find sherpa-onnx-node. Tried\\n\\n  ./sherpa-onnx.node\\n")',
      'process.dlopen({ exports: {} }, require("node:path").join(__dirname, "onnx.node"))',
    ]) {
      writeFileSync(main, program);
      writeFileSync(join(dirname(main), "onnx.node"), "no library");
      const child = { package: main, recognizer: {}, pieces: toyPieces, parallel: 1 };
      const folders = [studio.folder];
      const setup = { child, folders, models: ["toy-onnx"] };
      const starting = startRecognizer(sandbox, findSherpa(), setup, new AbortController().signal);
      await expect(starting).rejects.toMatchObject({
        code: "engine_missing",
        message: expect.stringContaining("npm install sherpa-onnx-node") as unknown,
      });
    }
    expect(hasLibrary(findSherpa().package)).toBe(true);
  });

  it("says so when the voice detector is broken: it aborts the process", async () => {
    const dir = join(studio.folder, "voice");
    mkdirSync(dir);
    writeFileSync(join(dir, "silero_vad.onnx"), "garbage");
    const failed = transcribe({
      path: recording("broken.wav", [0]),
      by: sherpa({ voice: silero(dir) }),
    });
    await expect(failed).rejects.toMatchObject({ code: "model_invalid" });
  });

  it("fails alone when its child is killed, whenever that is, and goes on with another", async () => {
    const by = sherpa();
    const path = recording(
      "long.wav",
      Array.from({ length: 14 }, (_none, at) => at * 80_000),
    );
    const good = await transcribe({ path, by });
    for (const afterReports of [1, 9]) {
      let reports = 0;
      let killed = 0;
      const onProgress = () => {
        reports += 1;
        if (reports !== afterReports) return;
        killed = by.pids()[0] ?? 0;
        process.kill(killed, "SIGKILL");
      };
      await expect(transcribe({ path, by, onProgress })).rejects.toMatchObject({
        code: "engine_failed",
        retryable: true,
      });
      expect(by.pids()).not.toContain(killed);
    }
    expect((await transcribe({ path, by })).transcript).toEqual(good.transcript);
  });

  it("does not mix one recording with the next when the first ends half-way", async () => {
    const by = studio.common;
    const path = recording("short.wav", [16_000]);
    const good = await transcribe({ path, by });
    const [kept] = by.pids();
    expect((await transcribe({ path, by })).transcript).toEqual(good.transcript);
    expect(by.pids()).toEqual([kept]);
    await expect(transcribe({ path: import.meta.filename, by })).rejects.toMatchObject({
      code: "damaged_media",
    });
    expect((await transcribe({ path, by })).transcript).toEqual(good.transcript);
  });

  it("stops when it is told to, or takes too long, and leaves no process", async () => {
    const path = recording(
      "stop.wav",
      Array.from({ length: 60 }, (_none, at) => at * 160_000),
    );
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const stopped = transcribe({ path, signal: stop.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({ code: "cancelled" });

    const limits = { ...defaultLimits, minTimeMs: 20, timeFactor: 0.000_001 };
    const late: unknown = await transcribe({ path, durationMs: 1, by: sherpa({ limits }) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(late).toBeInstanceOf(MediaError);
    expect(late).toMatchObject({ code: "limit_time" });
  });
});
