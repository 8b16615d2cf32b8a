import type { LabelJob } from "../../label-jobs/label-jobs.ts";
import type { TopicArn } from "../../media/notice.ts";
import { awsError } from "../errors.ts";
import type { Wanted } from "./labels.ts";

/** The members of the operations' inputs that are looked at here, of these types by Rekognition's model. */
export interface S3ObjectInput {
  readonly Bucket?: string;
  readonly Name?: string;
  readonly Version?: string;
}

export interface FilterInput {
  readonly MinConfidence?: number;
  readonly Features?: readonly string[];
  readonly Settings?: {
    readonly GeneralLabels?: {
      readonly LabelInclusionFilters?: readonly string[];
      readonly LabelExclusionFilters?: readonly string[];
      readonly LabelCategoryInclusionFilters?: readonly string[];
      readonly LabelCategoryExclusionFilters?: readonly string[];
    };
    readonly ImageProperties?: object;
  };
}

/** What is kept of StartLabelDetection's input. */
export interface Asked {
  readonly source: { readonly bucket: string; readonly key: string };
  readonly wanted: Wanted;
  readonly tag?: string;
  readonly topic?: TopicArn;
}

export type WireJob = LabelJob<Asked>;

export const invalid = (why: string) => awsError("InvalidParameterException", why);

/** @throws MediaError (InvalidParameterException) for what is not offered here */
export function wantedBy(input: FilterInput, minConfidence: number): Wanted {
  const { Features = [], Settings: { GeneralLabels = {}, ImageProperties } = {} } = input;
  if (Features.some((one) => one !== "GENERAL_LABELS") || ImageProperties !== undefined)
    throw invalid("The feature IMAGE_PROPERTIES is not offered here.");
  const { LabelCategoryInclusionFilters: ins = [], LabelCategoryExclusionFilters: outs = [] } =
    GeneralLabels;
  if (ins.length + outs.length > 0)
    throw invalid("Filters by category are not offered here: labels have no categories.");
  const { LabelInclusionFilters: include, LabelExclusionFilters: exclude } = GeneralLabels;
  return {
    minConfidence: input.MinConfidence ?? minConfidence,
    ...(include !== undefined && { include }),
    ...(exclude !== undefined && { exclude }),
  };
}

/** Media files of jobs, and of pictures that are looked at, have names that begin so. */
export const labelFolder = "label-jobs/";

export const mediaNameOf = ({ id }: Pick<WireJob, "id">): string => `${labelFolder}${id}`;
