import type { LocalPorts } from "../local/ports.ts";
import type { Engines, Ports } from "../app/ports.ts";
import type { JobSettings } from "../media/job.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { TranscriptionOptions } from "../media/speech.ts";

/** The ports of a batch: the library and this machine. */
export interface BatchPorts extends LocalPorts {
  /** The library's data directory. Inputs are not searched there. */
  readonly dataDir: string;
  /** Probes a file. @throws MediaError when it is not a readable media file */
  readonly probe: (path: string, options: { signal: AbortSignal }) => Promise<MediaFacts>;
}

/** Which engine transcribes, with which options. */
interface SpeechEngines extends Pick<Engines, "checkSpeech"> {
  readonly settingsFor: (options: TranscriptionOptions) => {
    readonly transcriber: string;
    readonly languageCode: string;
    readonly speech?: JobSettings;
  };
}

/** The ports that choose the speech engine and its options. */
export interface SpeechPorts extends Pick<Ports, "vocabularyFrom"> {
  readonly engines: () => Promise<SpeechEngines>;
}

/** The ports of a preview, which also works without a library. */
export type PreviewPorts = Pick<BatchPorts, "dataDir" | "slots" | "probe"> & SpeechPorts;
