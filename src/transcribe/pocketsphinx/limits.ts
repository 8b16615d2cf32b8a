import { MediaError } from "../../media/errors.ts";
import type { TranscribeRequest } from "../transcriber.ts";

/** Whether the draft engine understands a language: English, all of it heard as American. */
export function knowsDraftLanguage(languageCode: string): boolean {
  return /^en([-_]|$)/i.test(languageCode);
}

/** What to say where an option needs more than the draft engine. */
export function draftCannot(what: string, command = "dailies models pull speech"): MediaError {
  return new MediaError(
    "model_missing",
    `${what} needs the speech engine sherpa and a model for it: ${command}`,
    { details: { command } },
  );
}

/**
 * Refuses what the draft engine would have to guess.
 * @throws MediaError `unsupported_language`, `model_missing`
 */
export function refuseUnable(request: TranscribeRequest): void {
  const { languageCode, speakers, identifyLanguage } = request;
  if (speakers !== undefined) throw draftCannot("telling speakers apart");
  if (identifyLanguage !== undefined) throw draftCannot("finding out the language");
  if (knowsDraftLanguage(languageCode)) return;
  throw new MediaError(
    "unsupported_language",
    `pocketsphinx knows American English only, not ${JSON.stringify(languageCode)}`,
  );
}
