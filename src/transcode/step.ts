import { finished } from "../media/engine.ts";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { outputKey } from "../media/keys.ts";
import type { RunStep } from "../queue/step.ts";
import type { TranscodeSettings } from "./jobs.ts";
import type { TranscodeRequest, Transcoder } from "./transcoder.ts";

/**
 * The steps audio, poster, gif and video: makes the renditions of the job's settings from the
 * upload, and records them. What is thrown is the transcoder's.
 */
export function createTranscodeStep({ transcoder }: { transcoder: Transcoder }): RunStep {
  return async ({ job, media, signal, onProgress, workDir }) => {
    const { name, version, facts } = media;
    if (facts === undefined)
      throw new MediaError("internal", `${name} is to be transcoded but was not probed`);
    if (!isTranscodeSettings(job.settings))
      throw new MediaError("internal", `the job of ${name} does not say what to make`);
    const request: TranscodeRequest = {
      jobId: job.id,
      source: { bucket: "uploads", key: name, version },
      facts,
      renditions: job.settings.renditions.map((plan) => ({
        plan,
        target: { bucket: "outputs", key: outputKey(plan.rendition, name) },
      })),
    };
    const result = finished(await transcoder.start(request, { signal, onProgress, workDir }));
    return {
      changes: result.renditions.map((rendition) => ({ type: "putRendition", version, rendition })),
      events: result.renditions.map(({ rendition }) => {
        return { type: "rendition.created", name, version, rendition };
      }),
      notes: result.notes,
    };
  };
}

/** Settings as `transcodeJobs` wrote them. */
function isTranscodeSettings(settings: JobSettings): settings is JobSettings & TranscodeSettings {
  return Array.isArray(settings["renditions"]) && typeof settings["engine"] === "string";
}
