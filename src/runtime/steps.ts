import type { Catalog } from "../catalog/catalog.ts";
import { createIndexStep } from "../captions/step.ts";
import { createCenternetLabeler } from "../label/centernet/labeler.ts";
import { createLabelStep } from "../label/step.ts";
import type { Step } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { PipelineSettings } from "../pipeline.ts";
import { createProbe } from "../probe/probe.ts";
import { createProbeStep } from "../probe/step.ts";
import type { RunStep } from "../queue/step.ts";
import { createSandbox } from "../sandbox/create.ts";
import { programVersion } from "../sandbox/run.ts";
import { createFfmpegTranscoder } from "../transcode/ffmpeg/transcoder.ts";
import { defaultProfile } from "../transcode/profile.ts";
import { createTranscodeStep } from "../transcode/step.ts";
import { createPocketsphinxTranscriber } from "../transcribe/pocketsphinx/transcriber.ts";
import { createTranscribeStep } from "../transcribe/step.ts";
import type { Config } from "./config.ts";
import { once } from "./once.ts";

/** What does each step on this machine, and the settings that decide their results. */
export interface LocalSteps {
  readonly steps: Readonly<Record<Step, RunStep>>;
  readonly settings: PipelineSettings;
  close(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
}

/** Composes the local engines: ffmpeg, pocketsphinx and CenterNet, each in the sandbox. */
export async function createLocalSteps({ config, catalog, objects }: Parts): Promise<LocalSteps> {
  const { limits, languageCode } = config;
  const sandbox = await createSandbox();
  const ffmpegVersion = once(() => programVersion(sandbox, "ffmpeg"));
  const transcoder = createFfmpegTranscoder({ sandbox, objects, limits, version: ffmpegVersion });
  const transcriber = createPocketsphinxTranscriber({ sandbox, objects, limits });
  const labeler = createCenternetLabeler({ sandbox, objects, limits });

  const transcode = createTranscodeStep({ transcoder });
  const outputOf = (kind: "audio" | "transcribe") => async (name: string) =>
    catalog.findObject("outputs", outputKey(kind, name));
  return {
    settings: {
      profile: defaultProfile,
      transcoder: transcoder.id,
      transcriber: transcriber.id,
      labeler: labeler.id,
      languageCode,
    },
    steps: {
      probe: createProbeStep({ objects, probe: createProbe({ sandbox, limits }) }),
      audio: transcode,
      poster: transcode,
      gif: transcode,
      video: transcode,
      transcribe: createTranscribeStep({ transcriber, objects, audioOf: outputOf("audio") }),
      label: createLabelStep({ labeler, objects }),
      index: createIndexStep({ objects, transcriptOf: outputOf("transcribe") }),
    },
    close: () => labeler.close(),
  };
}
