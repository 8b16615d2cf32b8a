import type { ModelStore } from "../../models/model-store.ts";
import { pullCommand } from "../pull-command.ts";
import { abilityNames, type SpeechEngine } from "../speech-engine.ts";
import { draftCannot, knowsDraftLanguage } from "./limits.ts";
import { createPocketsphinxTranscriber, type PocketsphinxOptions } from "./transcriber.ts";

/** The draft engine, as the registry has it. A missing program is found by the first job. */
export function pocketsphinxEngine(
  options: PocketsphinxOptions & { readonly models: ModelStore },
): SpeechEngine {
  const transcriber = createPocketsphinxTranscriber(options);
  return {
    name: "pocketsphinx",
    ids: /^pocketsphinx\//,
    can: { speakers: false, identifyLanguage: false, vocabulary: false, quality: "draft" },
    missing: () => undefined,
    knows: ({ languages, model, several }) =>
      model === undefined && several !== true && languages.every(knowsDraftLanguage),
    best: () => transcriber,
    named: () => transcriber, // a newer recipe does what an older one was asked for
    require(ability, languages) {
      throw draftCannot(abilityNames[ability], pullCommand(options.models, languages));
    },
    close: async () => {},
  };
}
