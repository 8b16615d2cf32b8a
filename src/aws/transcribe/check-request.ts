import type { TranscriptionOptions } from "../../media/speech.ts";
import { awsError } from "../errors.ts";
import type { TranscriptionRequest } from "./request.ts";

export const badRequest = (message: string) => awsError("BadRequestException", message);

/** In the words of a constraint that does not hold. */
const notOffered = (path: string) =>
  badRequest(
    `1 validation error detected: Value at '${path}' failed to satisfy constraint: Member must be null: ` +
      "this service does not offer it",
  );

/** Members of requests that are not offered, by the path that messages name. */
const refusedMembers = [
  "outputEncryptionKMSKeyId",
  "kMSEncryptionContext",
  "contentRedaction",
  "modelSettings.languageModelName",
  "toxicityDetection",
  "languageIdSettings",
  "media.redactedMediaFileUri",
] as const;

function memberAt(input: object, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, name) =>
        (value as Record<string, unknown> | undefined)?.[
          name.charAt(0).toUpperCase() + name.slice(1)
        ],
      input,
    );
}

function checkLanguage(request: TranscriptionRequest): void {
  const { LanguageCode, IdentifyLanguage, IdentifyMultipleLanguages, LanguageOptions } = request;
  if (IdentifyMultipleLanguages === true) throw notOffered("identifyMultipleLanguages");
  if (LanguageCode === undefined && IdentifyLanguage !== true)
    throw badRequest(
      "You must include one of LanguageCode, IdentifyLanguage, or IdentifyMultipleLanguages in your request.",
    );
  if (LanguageCode !== undefined && IdentifyLanguage === true)
    throw badRequest("You can include only one of LanguageCode and IdentifyLanguage.");
  if (LanguageOptions !== undefined && IdentifyLanguage !== true)
    throw badRequest("If you include LanguageOptions, you must also include IdentifyLanguage.");
}

function checkSettings({ Settings = {} }: TranscriptionRequest): void {
  const { ShowSpeakerLabels, MaxSpeakerLabels, ChannelIdentification } = Settings;
  if (ShowSpeakerLabels === true && MaxSpeakerLabels === undefined)
    throw badRequest("If you enable ShowSpeakerLabels, you must also include MaxSpeakerLabels.");
  if (MaxSpeakerLabels !== undefined && ShowSpeakerLabels !== true)
    throw badRequest("If you specify MaxSpeakerLabels, you must set ShowSpeakerLabels to true.");
  if (ShowSpeakerLabels === true && ChannelIdentification === true)
    throw badRequest("You can't enable both ShowSpeakerLabels and ChannelIdentification.");
  if (Settings.ShowAlternatives === true) throw notOffered("settings.showAlternatives");
  if (Settings.MaxAlternatives !== undefined) throw notOffered("settings.maxAlternatives");
  if (Settings.VocabularyFilterName !== undefined)
    throw badRequest(
      "The requested vocabulary filter couldn't be found. Check the vocabulary filter name and try your request again.",
    );
  if (Settings.VocabularyFilterMethod !== undefined)
    throw badRequest(
      "If you include VocabularyFilterMethod, you must include VocabularyFilterName.",
    );
}

/**
 * Checks what the model does not say: members that need or exclude each other, and what is not offered.
 * https://docs.aws.amazon.com/transcribe/latest/APIReference/API_StartTranscriptionJob.html
 * @throws MediaError (BadRequestException)
 */
export function checkRequest(request: TranscriptionRequest): void {
  for (const path of refusedMembers)
    if (memberAt(request, path) !== undefined) throw notOffered(path);
  checkLanguage(request);
  checkSettings(request);
  const { OutputBucketName, OutputKey, Subtitles, Tags = [], JobExecutionSettings } = request;
  if (OutputKey !== undefined && OutputBucketName === undefined)
    throw badRequest("If you include OutputKey, you must also include OutputBucketName.");
  if (Subtitles?.OutputStartIndex !== undefined && (Subtitles.Formats ?? []).length === 0)
    throw badRequest("If you include OutputStartIndex, you must also include Formats.");
  if (new Set(Tags.map(({ Key }) => Key)).size < Tags.length)
    throw badRequest("Two tags have the same key.");
  const { AllowDeferredExecution, DataAccessRoleArn } = JobExecutionSettings ?? {};
  if ((AllowDeferredExecution === true) !== (DataAccessRoleArn !== undefined))
    throw badRequest(
      "AllowDeferredExecution and DataAccessRoleArn must be included together in JobExecutionSettings.",
    );
}

/** What a request means for the engines, but for its vocabulary. */
export function speechOf({
  LanguageCode,
  IdentifyLanguage,
  LanguageOptions,
  Settings = {},
}: TranscriptionRequest): TranscriptionOptions {
  const { ShowSpeakerLabels, MaxSpeakerLabels, ChannelIdentification } = Settings;
  return {
    ...(LanguageCode !== undefined && { languageCode: LanguageCode }),
    ...(IdentifyLanguage === true && {
      identifyLanguage: LanguageOptions === undefined ? {} : { candidates: LanguageOptions },
    }),
    ...(ShowSpeakerLabels === true &&
      MaxSpeakerLabels !== undefined && { speakers: { max: MaxSpeakerLabels } }),
    ...(ChannelIdentification === true && { channels: true }),
  };
}
