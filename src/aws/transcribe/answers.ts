import { serviceBucket } from "../s3/service-bucket.ts";
import { transcriptPlace } from "./output-place.ts";
import type { WireJob } from "./request.ts";
import type { UriOf } from "./uris.ts";

/** Seconds since 1970, as the protocols write times. */
export const seconds = (ms: number): number => ms / 1_000;

/** What jobs and their summaries say alike. */
function common({ name, state, createdAt, startedAt, endedAt, failure, made, asked }: WireJob) {
  const { IdentifyLanguage, LanguageCode } = asked;
  const language = made?.languageCode ?? LanguageCode;
  return {
    TranscriptionJobName: name,
    TranscriptionJobStatus: state,
    CreationTime: seconds(createdAt),
    ...(startedAt !== undefined && { StartTime: seconds(startedAt) }),
    ...(endedAt !== undefined && { CompletionTime: seconds(endedAt) }),
    ...(language !== undefined && { LanguageCode: language }),
    ...(failure !== undefined && { FailureReason: failure }),
    ...(IdentifyLanguage !== undefined && { IdentifyLanguage }),
    ...(made?.languageScore !== undefined && { IdentifiedLanguageScore: made.languageScore }),
  };
}

/** A job in a list. */
export const summaryOf = (job: WireJob): object => ({
  ...common(job),
  OutputLocationType:
    transcriptPlace(job).bucket === serviceBucket ? "SERVICE_BUCKET" : "CUSTOMER_BUCKET",
});

/** A job by itself: what was asked for comes back. */
export function jobAnswer(job: WireJob, uriOf: UriOf): object {
  const { asked, made } = job;
  const { Media, Settings, JobExecutionSettings, LanguageOptions, Tags, Subtitles } = asked;
  const format = asked.MediaFormat ?? made?.format;
  const sampleRate = asked.MediaSampleRateHertz ?? made?.sampleRateHz;
  return {
    ...common(job),
    Media,
    ...(format !== undefined && { MediaFormat: format }),
    ...(sampleRate !== undefined && { MediaSampleRateHertz: sampleRate }),
    ...(made !== undefined && { Transcript: { TranscriptFileUri: uriOf(made.transcript) } }),
    ...(Settings !== undefined && { Settings }),
    ...(JobExecutionSettings !== undefined && { JobExecutionSettings }),
    ...(LanguageOptions !== undefined && { LanguageOptions }),
    ...(Tags !== undefined && { Tags }),
    ...(Subtitles !== undefined && {
      Subtitles: {
        ...Subtitles,
        OutputStartIndex: Subtitles.OutputStartIndex ?? 0,
        ...(made !== undefined && { SubtitleFileUris: made.subtitles.map(uriOf) }),
      },
    }),
  };
}
