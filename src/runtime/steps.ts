import type { Catalog } from "../catalog/catalog.ts";
import { outputOf } from "../catalog/outputs.ts";
import { createIndexStep } from "../captions/step.ts";
import { createCenternetLabeler } from "../label/centernet/labeler.ts";
import { chooseLabeler, labelerNamed } from "../label/choose.ts";
import { createOnnxEngine } from "../label/onnx/labeler.ts";
import { createLabelStep } from "../label/step.ts";
import type { Step } from "../media/job.ts";
import { createModelStore } from "../models/local.ts";
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
import { createTranscribeStep } from "../transcribe/step.ts";
import type { TranscriptionOptions } from "../media/speech.ts";
import { optionSettings } from "../media/speech.ts";
import type { Config } from "../config/config.ts";
import { once } from "../app/once.ts";
import { composeSpeech } from "../transcribe/engines.ts";

/** What does each step on this machine, and the settings that decide their results. */
export interface LocalSteps {
  readonly steps: Readonly<Record<Step, RunStep>>;
  /** For media of whose transcript nothing is wished. */
  readonly settings: PipelineSettings;
  /** For a media of whose transcript this is wished. Never throws. */
  readonly settingsFor: (wish: TranscriptionOptions) => PipelineSettings;
  /**
   * Refuses a wish that could not be met here, before anything is done for it.
   * @throws MediaError `unsupported_language`, `model_missing` with the command that gets it, `engine_missing`
   */
  readonly checkSpeech: (wish: TranscriptionOptions) => void;
  close(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
}

/**
 * Composes the local engines, each in the sandbox: ffmpeg for probing and transcoding; sherpa where its
 * models are, else pocketsphinx, for speech; ONNX models where there are any, else CenterNet, for labels.
 */
export async function createLocalSteps({ config, catalog, objects }: Parts): Promise<LocalSteps> {
  const { limits } = config;
  const sandbox = await createSandbox();
  const ffmpegVersion = once(() => programVersion(sandbox, "ffmpeg"));
  const transcoder = createFfmpegTranscoder({ sandbox, objects, limits, version: ffmpegVersion });
  const models = createModelStore({ dir: config.modelsDir });
  const speech = composeSpeech({ config, sandbox, objects, models });
  const centernet = createCenternetLabeler({ sandbox, objects, limits });
  const onnx = createOnnxEngine({ sandbox, objects, models, limits });
  const labelEngines = { onnx, centernet };
  const labeler = chooseLabeler(config.engines.labels, labelEngines);
  const labelerOf = (engine: unknown) => labelerNamed(engine, labelEngines, labeler);

  const transcode = createTranscodeStep({ transcoder });
  const settingsFor = (wish: TranscriptionOptions): PipelineSettings => {
    const { id: transcriber, languageCode } = speech.choose(wish);
    return {
      profile: defaultProfile,
      transcoder: transcoder.id,
      transcriber,
      labeler: labeler.id,
      labels: { ...config.labels },
      languageCode,
      speech: optionSettings(wish),
      captions: config.captions,
    };
  };
  return {
    settings: settingsFor({}),
    settingsFor,
    checkSpeech: (wish) => speech.check(wish),
    steps: {
      probe: createProbeStep({ objects, probe: createProbe({ sandbox, limits }) }),
      audio: transcode,
      poster: transcode,
      gif: transcode,
      video: transcode,
      transcribe: createTranscribeStep({
        transcriberOf: speech.transcriberOf,
        objects,
        audioOf: (media) => outputOf(catalog, media, "audio"),
        optionsOf: (media) => catalog.transcriptionOptions(media),
      }),
      label: createLabelStep({ labelerOf, objects }),
      index: createIndexStep({
        objects,
        transcriptOf: (media) => outputOf(catalog, media, "transcribe"),
      }),
    },
    close: async () => void (await Promise.all([centernet.close(), onnx.close(), speech.close()])),
  };
}
