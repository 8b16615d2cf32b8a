import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";

const usual = { voices: true, wordTimes: false };

/**
 * `captions` of the configuration file: how the stored WebVTT is written. `voices` says who speaks
 * (default: true), `wordTimes` marks the time of each word (default: false). What is as usual is left
 * out, so that it makes no other jobs.
 * @throws MediaError `invalid_config`
 */
export function captionConfig(file: string, given: unknown): JobSettings {
  if (given === undefined) return {};
  if (given === null || typeof given !== "object" || Array.isArray(given))
    throw new MediaError("invalid_config", `${file}: captions must be an object`);
  const entries: [string, unknown][] = Object.entries(given);
  for (const [key, value] of entries) {
    if (!Object.hasOwn(usual, key))
      throw new MediaError("invalid_config", `${file}: captions.${key} is no setting`);
    if (typeof value !== "boolean")
      throw new MediaError("invalid_config", `${file}: captions.${key} must be true or false`);
  }
  return Object.fromEntries(
    entries.filter(([key, value]) => value !== usual[key as keyof typeof usual]),
  );
}
