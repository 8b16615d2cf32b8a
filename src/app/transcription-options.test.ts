import { expect, it } from "vitest";
import { optionsOf, type SpeechOptions } from "./transcription-options.ts";

const vocabularyFrom = async () => ({ sha256: "a", phrases: [] });
const asked = (options: SpeechOptions) => optionsOf({ vocabularyFrom }, options);

it("takes either speakers or channels", async () => {
  expect(await asked({ channels: true })).toEqual({ channels: true });
  expect(await asked({ channels: false })).toEqual({ channels: false });
  expect(await asked({ channels: true, speakers: false })).toEqual({
    channels: true,
    speakers: "none",
  });
  await expect(asked({ channels: true, speakers: 2 })).rejects.toMatchObject({
    code: "invalid_argument",
  });
});
