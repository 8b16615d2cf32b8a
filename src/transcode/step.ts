import { withShortfall } from "../media/damage.ts";
import { MediaError } from "../media/errors.ts";
import type { Job, JobSettings } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import type { StepWork } from "../queue/step.ts";
import type { TranscodeSettings } from "./jobs.ts";
import { seenIn } from "./seen.ts";
import type { TranscodeRequest, TranscodeResult, Transcoder } from "./transcoder.ts";

/**
 * The steps audio, poster, gif and video: they make the renditions of the job's settings from the
 * upload, and record them. They throw what the transcoder throws.
 */
export function createTranscodeStep(parts: {
  /** The transcoder that a job's settings name. */
  readonly transcoderOf: (engine: unknown) => Transcoder;
  /** The labels of a media file as they were stored; undefined when there are none (yet). */
  readonly labelsOf: (media: Pick<Media, "name" | "version">) => Promise<unknown>;
}): StepWork<TranscodeRequest, TranscodeResult> {
  return {
    engineOf: parts.transcoderOf,
    async requestOf({ job, media }) {
      const { name, version, facts } = media;
      if (facts === undefined)
        throw new MediaError("internal", `${name} is to be transcoded but was not probed`);
      const seen = job.step === "poster" ? seenIn(await parts.labelsOf(media)) : [];
      return {
        ...(seen.length > 0 && { seen }),
        source: { bucket: "uploads", key: name, version },
        facts,
        renditions: settingsOf(job).renditions.map((plan) => ({
          plan,
          target: { bucket: "outputs", key: outputKey(plan.rendition, name) },
        })),
      };
    },
    async conclude({ media: { name, version, facts } }, { renditions, short, notes }) {
      const known = facts === undefined ? undefined : withShortfall(facts, short);
      return {
        changes: [
          ...renditions.map((rendition) => ({ type: "putRendition", version, rendition }) as const),
          ...(known === undefined ? [] : [{ type: "setFacts", version, facts: known } as const]),
        ],
        events: renditions.map(({ rendition }) => {
          return { type: "rendition.created", name, version, rendition };
        }),
        notes,
      };
    },
  };
}

/** Settings as `transcodeJobs` wrote them. */
function settingsOf({ settings, name }: Job): TranscodeSettings {
  if (isTranscodeSettings(settings)) return settings;
  throw new MediaError("internal", `the job of ${name} does not say what to make`);
}

function isTranscodeSettings(settings: JobSettings): settings is JobSettings & TranscodeSettings {
  return Array.isArray(settings["renditions"]) && typeof settings["engine"] === "string";
}
