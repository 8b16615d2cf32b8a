import { describe, expect, it } from "vitest";
import {
  sharedWhisperBase,
  describeWithSpeechModels,
} from "../../../test/support/shared-models.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { languageNotes } from "./identification.ts";
import { commonCode, languageScores } from "./languages.ts";
import { knowsLanguage, ownCode, requireLanguage } from "./models.ts";

const modelOf = (languages: readonly string[]): InstalledModel => ({
  manifest: {
    id: "toy",
    task: "speech",
    kind: "moonshine",
    title: "",
    licence: "",
    attribution: "",
    languages,
    downloads: [],
    files: {},
  },
  dir: "",
  fingerprint: "",
  file: () => "",
});

it.each([
  ["nb-NO", "no"],
  ["cmn-Hans-CN", "zh"],
  ["de-AT", "de"],
  ["fil-PH", "tl"],
  ["EN_us", "en"],
])("takes %s for %s", (code, common) => {
  expect(commonCode(code)).toBe(common);
});

it("says what sounds like another language than the model's only one", () => {
  const model = { ...modelOf(["en"]) };
  const request = {
    jobId: "",
    source: { bucket: "outputs", key: "", version: "" },
    languageCode: "en-US",
  } as const;
  const votes = (...codes: string[]) => codes.map((code) => ({ code, lengthMs: 1000 }));
  expect(languageNotes(model, request, votes("en", "de", "en"))).toEqual([]);
  expect(languageNotes(model, request, votes("de", "de", "en"))).toEqual([
    expect.stringMatching(/^this sounds like de \(67 %.*--language de.*models pull speech-world$/),
  ]);
  expect(languageNotes(modelOf(["en", "de"]), request, votes("de", "de"))).toEqual([]);
  const asked = { ...request, identifyLanguage: {} };
  expect(languageNotes(modelOf(["en", "de"]), asked, votes("de", "de", "en"))).toEqual([
    "several languages: de 67 %, en 33 %",
  ]);
});

describeWithSpeechModels("a model's languages", () => {
  it("are asked for by the model's own codes, and others refused before it is loaded", () => {
    const model = sharedWhisperBase();
    expect(ownCode(model, "nb-NO")).toBe("no");
    expect(ownCode(model, "jv-ID")).toBe("jw");
    expect(ownCode(model, "cmn-CN")).toBe("zh");
    expect(knowsLanguage(model, "xx-YY")).toBe(false);
    expect(() => requireLanguage(model, "xx-YY")).toThrow(/does not know "xx-YY"/);
  });
});

describe("languageScores", () => {
  const votes = [
    { code: "en", lengthMs: 6000 },
    { code: "de", lengthMs: 3000 },
    { code: "nl", lengthMs: 1000 },
    { code: "", lengthMs: 9000 },
  ];
  it("is the share of the sound, the likeliest first", () => {
    expect(languageScores(votes)).toEqual([
      { code: "en", score: 0.6 },
      { code: "de", score: 0.3 },
      { code: "nl", score: 0.1 },
    ]);
    expect(languageScores([])).toEqual([]);
  });
  it("speaks the candidates' words, and knows no others", () => {
    expect(languageScores(votes, ["de-AT", "en-GB"])).toEqual([
      { code: "en-GB", score: 0.6 },
      { code: "de-AT", score: 0.3 },
    ]);
    expect(languageScores(votes, ["fr-FR"])).toEqual([]);
  });
});
