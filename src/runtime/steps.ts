import type { Catalog } from "../catalog/catalog.ts";
import { outputOf } from "../catalog/outputs.ts";
import { createIndexStep } from "../captions/step.ts";
import { createReadSubtitles } from "../captions/subtitles.ts";
import { createLabeling } from "../label/registry.ts";
import { createLabelStep } from "../label/step.ts";
import { createModelStore } from "../models/local.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import { createProbing } from "../probe/registry.ts";
import { createProbeStep } from "../probe/step.ts";
import type { Engines } from "../app/ports.ts";
import { createSandbox } from "../sandbox/create.ts";
import { programVersion } from "../sandbox/run.ts";
import { createTranscoding } from "../transcode/registry.ts";
import { defaultProfile } from "../transcode/profile.ts";
import { createTranscodeStep } from "../transcode/step.ts";
import { createAlignRecording } from "../transcribe/align/align-recording.ts";
import { createPocketsphinxAligner } from "../transcribe/align/pocketsphinx.ts";
import { createTranscribeStep } from "../transcribe/step.ts";
import { trackChoice } from "../media/speech.ts";
import { taggedLanguage } from "../media/tracks.ts";
import type { Config } from "../config/config.ts";
import { keepPictures, watermarksDir } from "../config/profile.ts";
import { hasCorrections, outputJson } from "../app/read-output.ts";
import { once } from "../media/once.ts";
import { createSpeech } from "../transcribe/registry.ts";
import { createStreaming } from "./streaming.ts";

/** The engines of this machine. */
export interface LocalSteps extends Engines {
  close(): Promise<void>;
}

interface Parts {
  readonly config: Config;
  readonly catalog: Catalog;
  readonly objects: ObjectStore;
}

/** Composes the engines of this machine, each in the sandbox. Every room's registry chooses its own. */
export async function createLocalSteps({ config, catalog, objects }: Parts): Promise<LocalSteps> {
  const { limits } = config;
  const sandbox = await createSandbox();
  const ffmpegVersion = once(() => programVersion(sandbox, "ffmpeg"));
  const program = { sandbox, limits, version: ffmpegVersion };
  const transcoding = createTranscoding({
    ...program,
    objects,
    watermarks: watermarksDir(config.dataDir),
  });
  const profile = config.profile?.profile ?? defaultProfile;
  if (config.profile !== undefined) await keepPictures(config.dataDir, config.profile);
  await transcoding.checkProfile(profile);
  const models = createModelStore({ dir: config.modelsDir });
  const speech = createSpeech({ config, sandbox, objects, models });
  const labeling = createLabeling({ sandbox, objects, models, limits }, config.engines.labels);
  const { proberOf } = createProbing({ sandbox, objects, limits });

  const transcode = createTranscodeStep({
    transcoderOf: transcoding.transcoderOf,
    labelsOf: (media) => outputJson({ catalog, objects }, media, "labels"),
  });
  const streaming = createStreaming(catalog, { ...program, objects });
  const settingsFor: Engines["settingsFor"] = (asked, facts) => {
    const options = speech.heeding(asked, taggedLanguage(facts?.tracks));
    return {
      profile: {
        ...profile,
        ...(!config.stream.enabled && { stream: undefined }),
        ...(profile.poster && { poster: { ...profile.poster, ...config.poster } }),
      },
      transcoder: transcoding.chosen.id,
      labeler: labeling.chosen.id,
      labels: { ...config.labels },
      ...speech.settings(options),
      captions: config.captions,
      tracks: trackChoice(options),
    };
  };
  return {
    settings: settingsFor({}),
    settingsFor,
    checkSpeech: (options) => speech.check(options),
    checkProfile: (asked) => transcoding.checkProfile(asked),
    alignRecording: createAlignRecording({
      sandbox,
      objects,
      limits,
      aligner: createPocketsphinxAligner(sandbox),
    }),
    steps: {
      probe: createProbeStep({ proberOf }),
      audio: transcode,
      poster: transcode,
      gif: transcode,
      video: transcode,
      transcribe: createTranscribeStep({
        transcriberOf: speech.transcriberOf,
        objects,
        audioOf: (media) => outputOf(catalog, media, "audio"),
        isCorrected: (media) => hasCorrections({ catalog, objects }, media),
        optionsOf: (media) => catalog.transcriptionOptions(media),
      }),
      label: createLabelStep({ labelerOf: labeling.labelerOf, objects }),
      stream: streaming.step,
      index: createIndexStep({
        objects,
        transcriptOf: (media) => outputOf(catalog, media, "transcribe"),
        readSubtitles: createReadSubtitles({ sandbox, objects, limits }),
        ...streaming.listing,
      }),
    },
    close: async () => void (await Promise.all([labeling.close(), speech.close()])),
  };
}
