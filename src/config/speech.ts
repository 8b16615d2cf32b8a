import { MediaError } from "../media/errors.ts";
import { speechEngines, type SpeechEngineChoice } from "../media/speech.ts";

export type { SpeechEngineChoice };

/** `engines.speech` of the configuration file. Default: `auto`. @throws MediaError `invalid_config` */
export function speechEngineConfig(file: string, engines: unknown): SpeechEngineChoice {
  const chosen = (engines as { speech?: unknown } | null | undefined)?.speech ?? "auto";
  const found = speechEngines.find((one) => one === chosen);
  if (found !== undefined) return found;
  const choices = speechEngines.join(", ");
  throw new MediaError("invalid_config", `${file}: engines.speech must be one of ${choices}`);
}
