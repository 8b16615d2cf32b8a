import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readConfig } from "../config/config.ts";
import { answerOffer, canLoadSherpa, speechOffer } from "./offer.ts";

describe("speechOffer", () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), "dailies-offer-test-"));
  });
  afterAll(async () => await rm(dir, { recursive: true, force: true }));

  const config = (languageCode = "en-US", more = {}) => ({
    ...readConfig({ dataDir: dir, languageCode }, { DAILIES_MODELS_DIR: dir }),
    ...more,
  });

  test("offers a small model that knows the language, with all that it needs", () => {
    expect(speechOffer(config())).toMatchObject({
      name: "speech-small",
      licence: "MIT",
      sizeBytes: 29_858_559 + 2_327_524,
      ids: ["moonshine-tiny-en", "silero-vad"],
    });
    expect(speechOffer(config("ja-JP"))).toMatchObject({
      name: "speech-world",
      ids: ["whisper-base", "silero-vad"],
    });
    expect(speechOffer(config("tlh"))).toBeUndefined();
  });

  test("offers nothing where the draft engine is what is wanted", () => {
    const engines = { ...config().engines, speech: "pocketsphinx" as const };
    expect(speechOffer(config("en-US", { engines }))).toBeUndefined();
  });

  test("remembers what was answered, for each model", async () => {
    const offer = speechOffer(config());
    if (offer) await answerOffer(config(), offer, "no");
    expect(speechOffer(config())?.answer).toBe("no");
    expect(speechOffer(config("ja"))?.answer).toBeUndefined();
  });

  test("the package can be loaded here", async () => {
    expect(await canLoadSherpa()).toBe(true);
  });
});

describe("where models lie", () => {
  const of = (env: NodeJS.ProcessEnv) => readConfig({ dataDir: "/nowhere" }, env).modelsDir;
  test("is the environment's word, else this user's folder", () => {
    expect(of({ DAILIES_MODELS_DIR: "/a/b" })).toBe("/a/b");
    expect(of({ XDG_DATA_HOME: "/share" })).toBe("/share/dailies/models");
    expect(of({ XDG_DATA_HOME: "relative" })).toMatch(/\.local\/share\/dailies\/models$/);
    expect(() => readConfig({ dataDir: "/nowhere" }, { DAILIES_MODELS_MIRROR: "ftp://a" })).toThrow(
      /DAILIES_MODELS_MIRROR/,
    );
  });
});
