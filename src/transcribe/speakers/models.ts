import { MediaError } from "../../media/errors.ts";
import type { JobSettings } from "../../media/job.ts";
import {
  isSpeakerCount,
  speakerCountForms,
  type SpeakerCount,
  type TranscriptionOptions,
} from "../../media/speech.ts";
import type { ModelStore } from "../../models/model-store.ts";
import { requireModel } from "../sherpa/models.ts";
import type { GroupCount } from "./clusters.ts";
import { speakersId, type FindSpeakersOptions, type SpeakerModels } from "./find-speakers.ts";

/**
 * The models that tell speakers apart here: of each task the first that is installed.
 * @throws MediaError `model_missing` without one that compares voices, with the command that gets it
 */
export function speakerModels(models: ModelStore): SpeakerModels {
  return {
    embedding: requireModel(models, "speaker-embedding", "telling speakers apart"),
    segmentation: models.installed("speaker-segmentation")[0],
    voice: models.installed("voice")[0],
  };
}

/** @throws MediaError `invalid_argument` */
function boundsOf(speakers: SpeakerCount): GroupCount {
  if (!isSpeakerCount(speakers))
    throw new MediaError("invalid_argument", `speakers must be ${speakerCountForms}`);
  if (speakers === "auto") return {};
  return typeof speakers === "number" ? { min: speakers, max: speakers } : speakers;
}

/**
 * How speakers are told apart for a request; undefined when nobody asked.
 * @throws MediaError `invalid_argument`, `model_missing`
 */
export function speakersOf(
  models: ModelStore,
  { speakers }: { readonly speakers?: SpeakerCount },
): (Pick<FindSpeakersOptions, "models"> & { count: GroupCount }) | undefined {
  if (speakers === undefined) return undefined;
  return { count: boundsOf(speakers), models: speakerModels(models) };
}

/** What a job's settings say of the models that tell speakers apart: others give another result. */
export function speakerSettings(
  models: ModelStore,
  { speakers = "none" }: Pick<TranscriptionOptions, "speakers">,
): JobSettings {
  const isHere = models.installed("speaker-embedding").length > 0;
  return speakers === "none" || !isHere ? {} : { speakerModels: speakersId(speakerModels(models)) };
}
