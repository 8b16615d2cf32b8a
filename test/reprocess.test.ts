import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { manifestOf, knownModels } from "../src/models/manifest.ts";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { describeWithSharedMedia, sharedMedia } from "./support/shared-media.ts";

let folder: string;
let dataDir: string;
let modelsDir: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-reprocess-"));
  [dataDir, modelsDir] = [join(folder, "library"), join(folder, "models")];
  copyFileSync(sharedMedia("speech/goforward.wav"), join(folder, "go.wav"));
  copyFileSync(sharedMedia("images/sample.jpg"), join(folder, "dog.jpg"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Opens the library anew, like a new process, with the models and settings of that moment. */
async function withDailies<T>(use: (dailies: LocalLibrary) => Promise<T>): Promise<T> {
  const dailies = await openDailies(readConfig({ dataDir }, { DAILIES_MODELS_DIR: modelsDir }));
  try {
    return await use(dailies);
  } finally {
    await dailies.close();
  }
}

/** Installs the toy transducer as if it were a better model. It recognizes "hello" and "world" in any sound. */
function installToy(id: string): void {
  const manifest = manifestOf(knownModels, id);
  const dir = join(modelsDir, id);
  mkdirSync(dir, { recursive: true });
  const files = Object.entries(manifest.files).map(([role, name]) => {
    const toy = role === "tokens" ? "tokens.txt" : `${role}.onnx`;
    copyFileSync(sharedMedia(`../models/toy-transducer/${toy}`), join(dir, name));
    const { size: sizeBytes, mtimeMs } = statSync(join(dir, name));
    const sha256 = createHash("sha256")
      .update(readFileSync(join(dir, name)))
      .digest("hex");
    return { name, sizeBytes, sha256, modifiedMs: Math.floor(mtimeMs) };
  });
  const receipt = { id, files, from: "test", imported: true, fetchedAt: new Date().toISOString() };
  writeFileSync(join(dir, "model.json"), JSON.stringify(receipt));
}

/** Everything that depends on the transcript. */
async function resultsOf(dailies: LocalLibrary) {
  const { transcript, outputs } = await dailies.show("go.wav");
  const key = outputs.find((output) => output.key.startsWith("output/transcribe/"))?.key ?? "";
  const record = await dailies.metadata(key);
  const found = async (words: string) => (await dailies.search({ words })).map(({ name }) => name);
  return {
    engine: transcript?.engine.name,
    quality: transcript?.engine.quality,
    language: transcript?.languageCode,
    record: [record["languageCode"], (record["engine"] as { name: string }).name],
    forward: await found("forward"),
    captions: (await dailies.export("go.wav", "srt")).includes("forward"),
  };
}

const transcribe = { only: ["transcribe"] } as const;

describeWithSharedMedia("a better engine, later", () => {
  it("replaces results completely, keeps transcription options, and refuses impossible ones", async () => {
    const draft = {
      engine: "pocketsphinx",
      quality: "draft",
      language: "en-US",
      record: ["en-US", "pocketsphinx"],
      forward: ["go.wav"],
      captions: true,
    };
    await withDailies(async (dailies) => {
      const paths = [join(folder, "go.wav"), join(folder, "dog.jpg")];
      const report = await dailies.process(paths, { only: ["transcribe", "poster"] });
      expect(report.finished.map(({ state }) => state)).toEqual(["ready", "ready"]);
      expect(await resultsOf(dailies)).toEqual(draft);
      const german = dailies.reprocess(["go.wav"], { speech: { language: "de-DE" } });
      await expect(german).rejects.toMatchObject({ code: "unsupported_language" });
      const klingon = dailies.process(paths, { speech: { language: "tlh" } });
      await expect(klingon).rejects.toMatchObject({ code: "unsupported_language" });
      for (const speech of [
        { speakers: 2 },
        { identifyLanguage: true },
        { engine: "sherpa" },
      ] as const)
        await expect(dailies.enqueueReprocess("go.wav", { speech })).rejects.toMatchObject({
          code: "model_missing",
          details: { command: expect.stringMatching(/^dailies models pull /) as string },
        });
      expect(await resultsOf(dailies)).toEqual(draft);
    });

    installToy("parakeet-tdt-0.6b-v3");
    const toy = {
      engine: "sherpa",
      quality: undefined,
      language: "en-US",
      record: ["en-US", "sherpa"],
      forward: [],
      captions: false,
    };
    await withDailies(async (dailies) => {
      const report = await dailies.reprocess({ engine: "pocketsphinx" }, transcribe);
      expect(report.finished).toMatchObject([{ name: "go.wav", state: "ready" }]);
      expect(await resultsOf(dailies)).toEqual(toy);
      expect((await dailies.reprocess({ engine: "pocketsphinx" })).finished).toEqual([]);
      expect((await dailies.reprocess({ draft: true })).finished).toEqual([]);

      const speech = { language: "de-DE" };
      await dailies.reprocess({ engine: "sherpa", languageCode: "en" }, { ...transcribe, speech });
      expect(await resultsOf(dailies)).toEqual({
        ...toy,
        language: "de-DE",
        record: ["de-DE", "sherpa"],
      });
    });

    await withDailies(async (dailies) => {
      const again = await dailies.reprocess(["go.wav"], transcribe);
      expect(again.finished).toMatchObject([{ state: "unchanged" }]);
      const asBefore = await dailies.process([join(folder, "go.wav")], transcribe);
      expect(asBefore.finished).toMatchObject([{ state: "unchanged" }]);
      expect((await resultsOf(dailies)).language).toBe("de-DE");
      // Back to the draft engine, with phrases.
      const phrases = [{ phrase: "go", displayAs: "GO" }];
      const speech = { engine: "pocketsphinx", language: "en-US", phrases } as const;
      await dailies.reprocess(["go.wav"], { ...transcribe, speech });
      expect(await resultsOf(dailies)).toEqual(draft);
      expect(await dailies.export("go.wav", "srt")).toContain("GO forward");
    });

    // The same bytes under another name get the same transcript, without any work.
    await withDailies(async (dailies) => {
      copyFileSync(join(folder, "go.wav"), join(folder, "copy.wav"));
      await dailies.process([join(folder, "copy.wav")], transcribe);
      const { jobs, transcript } = await dailies.show("copy.wav");
      expect(transcript?.words[0]?.text).toBe("GO");
      expect(jobs.find(({ step }) => step === "transcribe")).toMatchObject({
        state: "succeeded",
        attempts: 0,
        settings: { engine: expect.stringMatching(/^pocketsphinx/) as string },
      });
      expect((await dailies.show("dog.jpg")).transcript).toBeUndefined();
    });
  });

  it("uses the recorded transcription options, also in another process and after a cancel", async () => {
    copyFileSync(sharedMedia("speech/librivox-0880.wav"), join(folder, "later.wav"));
    const speech = { language: "en-GB", phrases: [{ phrase: "he" }] };
    const settingsOf = async (dailies: LocalLibrary) =>
      (await dailies.jobs({ name: "later.wav" })).find(({ step }) => step === "transcribe")
        ?.settings;
    await withDailies(async (dailies) => {
      await dailies.process([join(folder, "later.wav")], { only: ["audio"], speech });
      expect(await settingsOf(dailies)).toBeUndefined();
    });
    await withDailies(async (dailies) => {
      expect(await dailies.enqueueReprocess("later.wav", transcribe)).toBe(1);
      const expected = {
        languageCode: "en-GB",
        vocabulary: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      };
      expect(await settingsOf(dailies)).toMatchObject(expected);
      await dailies.cancel("later.wav");
      expect(await dailies.enqueueRetry("later.wav")).toBeGreaterThan(0);
      expect(await settingsOf(dailies)).toMatchObject(expected);
      // With other options, a new job replaces the waiting one.
      await dailies.enqueueReprocess("later.wav", { ...transcribe, speech: { phrases: [] } });
      expect(await settingsOf(dailies)).toEqual({
        engine: expect.any(String) as string,
        languageCode: "en-GB",
      });
      await dailies.remove("later.wav", { keepMs: 0 });
    });
  });
});
