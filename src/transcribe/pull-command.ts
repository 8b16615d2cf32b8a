import type { ModelStore } from "../models/model-store.ts";
import { commonCode } from "./sherpa/languages.ts";

/** The command that gets a speech model which knows these languages (BCP 47); undefined when none is known. */
export function pullCommand(models: ModelStore, languages: readonly string[]): string | undefined {
  const knows = (spoken: readonly string[] = []) =>
    languages.every((language) => spoken.map(commonCode).includes(commonCode(language)));
  const known = models.known().find((model) => model.task === "speech" && knows(model.languages));
  return known === undefined ? undefined : `dailies models pull ${known.id}`;
}
