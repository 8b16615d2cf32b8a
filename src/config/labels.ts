import { labelEngines, type LabelEngineChoice } from "../media/label.ts";
import { MediaError } from "../media/errors.ts";

/** How pictures and videos are labelled. What is absent is the engine's own choice. */
export interface LabelConfig {
  /** Least confidence of a label, 0–1; takes the place of all the engine's thresholds. */
  readonly minConfidence?: number;
  /** Most labels of a picture, or of one frame of a video. */
  readonly maxLabels?: number;
}

function refuse(file: string, key: string, why: string): never {
  throw new MediaError("invalid_config", `${file}: ${key} ${why}`);
}

function sectionOf(file: string, key: string, given: unknown): Record<string, unknown> {
  if (given === undefined) return {};
  if (given === null || typeof given !== "object" || Array.isArray(given))
    return refuse(file, key, "must be an object");
  return { ...given };
}

function isAbsentOr(
  given: unknown,
  isRight: (value: number) => boolean,
): given is number | undefined {
  return given === undefined || (typeof given === "number" && isRight(given));
}

/** The section `labels` of the configuration file. @throws MediaError `invalid_config` */
export function labelConfig(file: string, given: unknown): LabelConfig {
  const { minConfidence, maxLabels, ...others } = sectionOf(file, "labels", given);
  for (const key of Object.keys(others)) refuse(file, `labels.${key}`, "is no setting");
  if (!isAbsentOr(minConfidence, (value) => value >= 0.1 && value <= 1))
    refuse(file, "labels.minConfidence", `must be 0.1–1, not ${JSON.stringify(minConfidence)}`);
  if (!isAbsentOr(maxLabels, (value) => Number.isInteger(value) && value >= 1))
    refuse(file, "labels.maxLabels", "must be a whole number from 1 on");
  return {
    ...(minConfidence !== undefined && { minConfidence }),
    ...(maxLabels !== undefined && { maxLabels }),
  };
}

/** `engines.labels` of the configuration file. Default: `auto`. @throws MediaError `invalid_config` */
export function labelEngineConfig(file: string, engines: unknown): LabelEngineChoice {
  const { labels = "auto", ...others } = sectionOf(file, "engines", engines);
  for (const key of Object.keys(others))
    if (key !== "speech") refuse(file, `engines.${key}`, "is no setting");
  const found = labelEngines.find((one) => one === labels);
  const choices = labelEngines.join(", ");
  return found ?? refuse(file, "engines.labels", `must be one of ${choices}`);
}
