import type { LocalPorts } from "../local/ports.ts";
import type { Engines, Ports } from "../app/ports.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { TranscriptionOptions } from "../media/speech.ts";

/** What a batch needs: the library, and this machine. */
export interface BatchPorts extends LocalPorts {
  /** Where the library lies: no input is looked for there. */
  readonly dataDir: string;
  /** What a file is. @throws MediaError when it cannot be read as media */
  readonly probe: (path: string, options: { signal: AbortSignal }) => Promise<MediaFacts>;
}

/** Which engine transcribes, with which options. */
interface SpeechEngines extends Pick<Engines, "checkSpeech"> {
  readonly settingsFor: (options: TranscriptionOptions) => {
    readonly transcriber: string;
    readonly languageCode: string;
  };
}

/** What decides who transcribes, and how. */
export interface SpeechPorts extends Pick<Ports, "vocabularyFrom"> {
  readonly engines: () => Promise<SpeechEngines>;
}

/** What a preview needs, which works without a library, too. */
export type PreviewPorts = Pick<BatchPorts, "dataDir" | "slots" | "probe"> & SpeechPorts;
