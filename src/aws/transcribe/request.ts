import type { TranscriptionOptions } from "../../media/speech.ts";
import type { ClientObject, TranscriptionJob } from "../../transcriptions/transcriptions.ts";

/** The input of StartTranscriptionJob, as the model says, without what is not offered. */
export interface TranscriptionRequest {
  readonly TranscriptionJobName: string;
  readonly LanguageCode?: string;
  readonly MediaSampleRateHertz?: number;
  readonly MediaFormat?: string;
  readonly Media: { readonly MediaFileUri?: string; readonly RedactedMediaFileUri?: string };
  readonly OutputBucketName?: string;
  readonly OutputKey?: string;
  readonly Settings?: {
    readonly VocabularyName?: string;
    readonly ShowSpeakerLabels?: boolean;
    readonly MaxSpeakerLabels?: number;
    readonly ChannelIdentification?: boolean;
    readonly ShowAlternatives?: boolean;
    readonly MaxAlternatives?: number;
    readonly VocabularyFilterName?: string;
    readonly VocabularyFilterMethod?: string;
  };
  readonly JobExecutionSettings?: {
    readonly AllowDeferredExecution?: boolean;
    readonly DataAccessRoleArn?: string;
  };
  readonly IdentifyLanguage?: boolean;
  readonly IdentifyMultipleLanguages?: boolean;
  readonly LanguageOptions?: readonly string[];
  readonly Subtitles?: { readonly Formats?: readonly string[]; readonly OutputStartIndex?: number };
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}

/** What is kept of a request: itself, and what it means here. */
export interface Asked extends TranscriptionRequest {
  readonly source: ClientObject;
  readonly speech: TranscriptionOptions;
}

export type WireJob = TranscriptionJob<Asked>;

/** Media files of jobs have names that begin so. */
export const jobsFolder = "transcribe-jobs/";

/** The media file that does a job's work, in `uploads`. The id keeps others from taking the name before. */
export const mediaNameOf = ({ name, id }: Pick<WireJob, "name" | "id">): string =>
  `${jobsFolder}${name}-${id}`;

/** Name and id of the job whose media file has this name; undefined for other media files. */
export function jobOfMedia(mediaName: string): Pick<WireJob, "name" | "id"> | undefined {
  const [, name, id] = /^transcribe-jobs\/([\w.-]+)-([0-9a-z]{22})$/.exec(mediaName) ?? [];
  return name === undefined || id === undefined ? undefined : { name, id };
}
