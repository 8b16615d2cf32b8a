import type { SpeechOptions } from "./settings.ts";
import { MediaError } from "../media/errors.ts";
import { speechEngines, type TranscriptionOptions } from "../media/speech.ts";
import type { SpeechPorts } from "./ports.ts";
import { optionsOf } from "../app/transcription-options.ts";

/**
 * A batch's transcription options, if an engine here can follow them.
 * @throws MediaError `invalid_argument`, `not_found` when the vocabulary cannot be read; what
 * `checkSpeech` throws
 */
export async function batchTranscriptionOptions(
  ports: SpeechPorts,
  options: SpeechOptions,
): Promise<TranscriptionOptions> {
  const { language, identifyLanguage, languages, speakers, channels } = options;
  const { vocabulary, speechModel, audioTrack } = options;
  const engine = speechEngines.find((name) => name === options.engine);
  if (engine === undefined && options.engine !== undefined) {
    const why = `the engine must be ${speechEngines.join(", ")}, not ${options.engine}`;
    throw new MediaError("invalid_argument", why);
  }
  const asked = await optionsOf(ports, {
    ...(language === undefined ? {} : { language }),
    ...(identifyLanguage === true ? { identifyLanguage } : {}),
    ...(languages === undefined ? {} : { languages }),
    ...(speakers === undefined ? {} : { speakers }),
    ...(channels === undefined ? {} : { channels }),
    ...(vocabulary === undefined ? {} : { vocabulary }),
    ...(engine === undefined ? {} : { engine }),
    ...(speechModel === undefined ? {} : { speechModel }),
    ...(audioTrack === undefined ? {} : { audioTrack }),
  });
  if (asked === undefined) return {};
  (await ports.engines()).checkSpeech(asked);
  return asked;
}
