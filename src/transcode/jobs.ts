import { type JobSettings, type NewJob, newJob, type SkipReason, type Step } from "../media/job.ts";
import type { Media, RenditionName } from "../media/media.ts";
import type { PlannedRendition, RenditionPlan } from "./plan.ts";

/** The steps that transcode. */
type TranscodeStep = Extract<Step, RenditionName | "video">;

/** Which step makes a rendition: web and phone share one decode, the others stand alone. */
const stepOf: Readonly<Record<RenditionName, TranscodeStep>> = {
  audio: "audio",
  poster: "poster",
  web: "video",
  phone: "video",
  gif: "gif",
};

/** What a transcoding job's settings hold. */
export interface TranscodeSettings {
  readonly engine: string;
  readonly renditions: readonly PlannedRendition[];
}

export interface TranscodeJobs {
  readonly jobs: readonly NewJob[];
  /** Steps that have nothing to make of this media file. */
  readonly skipped: readonly { readonly job: NewJob; readonly reason: SkipReason }[];
}

/**
 * A plan as jobs: one for each step that has something to make, and why the other steps have not.
 * @param besides what else makes a step another job, by step
 */
export function transcodeJobs(
  media: Pick<Media, "name" | "version">,
  plan: RenditionPlan,
  engine: string,
  besides: Partial<Readonly<Record<TranscodeStep, JobSettings>>> = {},
): TranscodeJobs {
  const names = [...new Set(Object.values(stepOf))];
  const made = names.map((step) => {
    const renditions = plan.planned.filter((planned) => stepOf[planned.rendition] === step);
    const settings: TranscodeSettings = { engine, renditions };
    const reason = plan.leftOut.find((left) => stepOf[left.rendition] === step)?.reason;
    return {
      job: newJob(media, step, { ...settings, ...besides[step] }),
      reason,
      empty: renditions.length === 0,
    };
  });
  return {
    jobs: made.flatMap(({ job, empty }) => (empty ? [] : [job])),
    skipped: made.flatMap(({ job, empty, reason }) =>
      empty && reason !== undefined ? [{ job, reason }] : [],
    ),
  };
}
