import { expect, it } from "vitest";
import { taggedLanguage, type TrackFacts } from "./tracks.ts";

const sound = (number: number, language?: string, isUsed = true): TrackFacts => ({
  kind: "audio",
  number,
  streamIndex: number,
  ...(language !== undefined && { language }),
  ...(isUsed && { isUsed }),
});

it("takes the language of the sound that is used from its tag", () => {
  expect(taggedLanguage([sound(1, "eng", false), sound(2, "ger")])).toBe("de");
  expect(taggedLanguage([sound(1, "pt_BR")])).toBe("pt-BR");
  expect(taggedLanguage([sound(1, "deu"), sound(2, "de")])).toBe("de");
});

it("takes none where the tags say none, or not the same", () => {
  expect(taggedLanguage()).toBeUndefined();
  for (const tag of [undefined, "", "und", "mul", "zxx", "no language"])
    expect(taggedLanguage([sound(1, tag)])).toBeUndefined();
  expect(taggedLanguage([sound(1, "de"), sound(2, "en")])).toBeUndefined();
  expect(taggedLanguage([sound(1, "de"), sound(2)])).toBeUndefined();
  expect(taggedLanguage([{ ...sound(1, "de"), kind: "video" }])).toBeUndefined();
});
