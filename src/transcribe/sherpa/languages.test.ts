import { expect, it } from "vitest";
import {
  sharedWhisperBase,
  describeWithSpeechModels,
} from "../../../test/support/shared-models.ts";
import { commonCode } from "./languages.ts";
import { knowsLanguage, ownCode, requireLanguage } from "./models.ts";

it.each([
  ["nb-NO", "no"],
  ["cmn-Hans-CN", "zh"],
  ["de-AT", "de"],
  ["fil-PH", "tl"],
  ["EN_us", "en"],
])("takes %s for %s", (code, common) => {
  expect(commonCode(code)).toBe(common);
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
