import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithSharedMedia, sharedMedia } from "../../test/support/shared-media.ts";
import { defaultLimits } from "../media/limits.ts";
import type { InstalledModel } from "../models/model-store.ts";
import { createMemoryObjectStore } from "../objects/memory.ts";
import { createSandbox } from "../sandbox/create.ts";
import { silero, storeOf, toyTransducer } from "./sherpa/toy-models.fixture.ts";
import type { SpeechEngineChoice } from "../media/speech.ts";
import { sharedWhisperBase } from "../../test/support/shared-models.ts";
import { createSpeech } from "./registry.ts";

const modelsDir = sharedMedia("../models");
const toy = (languages: string[], kind = "nemo_transducer") =>
  toyTransducer(join(modelsDir, "toy-transducer"), { languages, kind });

async function compose(
  speech: SpeechEngineChoice,
  languageCode: string,
  ...models: readonly InstalledModel[]
) {
  const config = {
    engines: { speech, labels: "auto" as const },
    languageCode,
    findsLanguage: false,
    limits: defaultLimits,
    speech: { channels: false },
  };
  const sandbox = await createSandbox();
  const objects = createMemoryObjectStore();
  return createSpeech({ config, sandbox, objects, models: storeOf(...models) });
}

describeWithSharedMedia("the choice of a speech engine", () => {
  it("is sherpa when a model knows the language, else the draft engine", async () => {
    const chosen = async (...given: Parameters<typeof compose>) =>
      (await compose(...given)).choose().id;
    const voice = silero(modelsDir);
    expect(await chosen("auto", "en-US")).toBe("pocketsphinx/en-us/2");
    expect(await chosen("auto", "en-US", toy(["en"]))).toMatch(/^sherpa\/toy-\w+\/gate\/3$/);
    expect(await chosen("auto", "en-US", toy(["en"]), voice)).toMatch(/\/silero-vad-\w+\/3$/);
    expect(await chosen("auto", "fi-FI", toy(["en"]))).toBe("pocketsphinx/en-us/2");
    expect(await chosen("auto", "en-US", toy(["en"], "telepathy"))).toBe("pocketsphinx/en-us/2");
    expect(await chosen("pocketsphinx", "en-US", toy(["en"]))).toBe("pocketsphinx/en-us/2");
    expect(await chosen("sherpa", "fi-FI", toy(["en"]))).toMatch(/^sherpa\/toy/);
  });

  it("gives a job the engine that it names, and no other", async () => {
    const model = toy(["en"]);
    const gate = (await compose("auto", "en-US", model)).choose().id;
    const speech = await compose("auto", "en-US", model, silero(modelsDir));
    expect(speech.transcriberOf(undefined).id).toBe(speech.choose().id);
    expect(speech.transcriberOf(gate).id).toBe(gate);
    expect(speech.transcriberOf(gate)).toBe(speech.transcriberOf(gate));
    expect(speech.transcriberOf("pocketsphinx/en-us/0").id).toBe("pocketsphinx/en-us/2");
    expect(() => speech.transcriberOf("sherpa/toy-000000000000/gate/1")).toThrow(/reprocess/);
    await speech.close();
  });

  it("takes the model that is named, and refuses one that is not here before anything is done", async () => {
    const english = toy(["en"]);
    const other = { ...toy(["en", "de"]), manifest: { ...toy(["en", "de"]).manifest, id: "mine" } };
    const speech = await compose("auto", "en-US", english, other);
    expect(speech.choose().id).toMatch(/^sherpa\/toy-/);
    expect(speech.choose({ model: "mine" }).id).toMatch(/^sherpa\/mine-/);
    speech.check({ model: "mine", languageCode: "de-DE" });
    const refused = (options: Parameters<typeof speech.check>[0]) => {
      try {
        return speech.check(options);
      } catch (thrown) {
        return thrown;
      }
    };
    expect(refused({ model: "toy", languageCode: "de-DE" })).toMatchObject({
      code: "unsupported_language",
    });
    expect(refused({ model: "whisper-base" })).toMatchObject({
      code: "model_missing",
      details: { command: "dailies models pull whisper-base" },
    });
    expect(refused({ model: "nobodys" })).toMatchObject({
      code: "invalid_argument",
      message: "no speech model is called nobodys; here are toy, mine",
    });
    await speech.close();
  });

  it("takes the model with the most languages where any may be spoken", async () => {
    const world = {
      ...toy(["en", "de"]),
      manifest: { ...toy(["en", "de"]).manifest, id: "world" },
    };
    const speech = await compose("auto", "en-US", toy(["en"]), world);
    expect(speech.choose({ identifyLanguage: {} }).id).toMatch(/^sherpa\/world-/);
    expect(speech.choose({ identifyLanguage: { candidates: ["en-US"] } }).id).toMatch(/\/toy-/);
    await speech.close();
  });

  it("has channels where the library says so, unless a media file's own options say otherwise", async () => {
    const sandbox = await createSandbox();
    const config = {
      engines: { speech: "auto" as const, labels: "auto" as const },
      languageCode: "en-US",
      findsLanguage: true,
      limits: defaultLimits,
      speech: { channels: true },
    };
    const objects = createMemoryObjectStore();
    const speech = createSpeech({ config, sandbox, objects, models: storeOf() });
    expect(speech.settings().speech).toEqual({ channels: true });
    expect(speech.settings({ channels: false }).speech).toEqual({});
    expect(speech.settings({ speakers: 2 }).speech).toEqual({ speakers: 2 });
  });

  it("finds out the language where nothing says it and a model here knows several", async () => {
    const sandbox = await createSandbox();
    const objects = createMemoryObjectStore();
    const speechOf = (findsLanguage: boolean, ...models: readonly InstalledModel[]) => {
      const engines = { speech: "auto" as const, labels: "auto" as const };
      const speech = { channels: false };
      const config = {
        engines,
        languageCode: "en-US",
        findsLanguage,
        limits: defaultLimits,
        speech,
      };
      return createSpeech({ config, sandbox, objects, models: storeOf(...models) });
    };
    const english = toy(["en"]);
    const world = sharedWhisperBase();
    const both = speechOf(true, english, world);
    expect(both.settings()).toMatchObject({
      transcriber: expect.stringMatching(/^sherpa\/whisper-base-/),
      languageCode: "en-US",
      speech: { identifyLanguage: {} },
    });
    // A language that is said, a model that knows one language, or the draft engine: nothing is found out.
    for (const options of [{ languageCode: "en-GB" }, { model: "toy" }]) {
      const { transcriber, speech } = both.settings(options);
      expect([transcriber.startsWith("sherpa/toy-"), speech]).toEqual([true, {}]);
    }
    expect(both.settings({ engine: "pocketsphinx" })).toMatchObject({ speech: {} });
    expect(speechOf(false, english, world).settings().transcriber).toMatch(/^sherpa\/toy-/);
    // Nothing here would tell which of the two it is.
    expect(speechOf(true, english, toy(["en", "de"])).settings().speech).toEqual({});
  });

  it("heeds a track's language only where nothing else says one and the engine knows it", async () => {
    const sandbox = await createSandbox();
    const objects = createMemoryObjectStore();
    const config = {
      engines: { speech: "auto" as const, labels: "auto" as const },
      languageCode: "en-US",
      findsLanguage: true,
      limits: defaultLimits,
      speech: { channels: false },
    };
    const models = storeOf(toy(["en", "de"]));
    const speech = createSpeech({ config, sandbox, objects, models });
    expect(speech.heeding({}, "de")).toEqual({ languageCode: "de" });
    expect(speech.settings(speech.heeding({}, "de")).transcriber).toMatch(/^sherpa\/toy-/);
    expect(speech.heeding({ speakers: 2 }, undefined)).toEqual({ speakers: 2 });
    // The usual English stays as it is called in the settings.
    expect(speech.heeding({}, "en")).toEqual({ languageCode: "en-US" });
    expect(speech.heeding({}, "en-GB")).toEqual({ languageCode: "en-GB" });
    // No engine here, or not the one that is named, knows it.
    expect(speech.heeding({}, "fi")).toEqual({});
    expect(speech.heeding({ engine: "pocketsphinx" }, "de")).toEqual({ engine: "pocketsphinx" });
    expect(speech.heeding({ model: "nobodys" }, "de")).toEqual({ model: "nobodys" });
    // It is said already.
    expect(speech.heeding({ languageCode: "en-US" }, "de")).toEqual({ languageCode: "en-US" });
    expect(speech.heeding({ identifyLanguage: {} }, "de")).toEqual({ identifyLanguage: {} });
    const told = { ...config, findsLanguage: false };
    const own = createSpeech({ config: told, sandbox, objects, models });
    expect(own.heeding({}, "de")).toEqual({});
  });

  it("says what to fetch when sherpa is wanted and has no model", async () => {
    const speech = await compose("sherpa", "en-US");
    expect(() => speech.transcriberOf(speech.choose().id)).toThrow(/dailies models pull parakeet/);
  });
});
