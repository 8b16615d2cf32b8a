import { Option } from "commander";
import type { JobSettings } from "../media/job.ts";
import type { Config } from "../config/config.ts";
import { keepPictures, loadProfile } from "../config/profile.ts";

export interface ProfileOption {
  /** A file, or the name of a profile of the library. */
  readonly profile?: string;
}

export const profileOption = (): Option =>
  new Option(
    "--profile <file|name>",
    "what renditions are made: a profile file, or a name (default: that of config.json, else default)",
  );

/** A profile that was given, as the use cases take it. */
export interface GivenProfile {
  readonly options: { readonly profile?: JobSettings };
  /** Call this when the library is open, before there is work with the profile. */
  readonly keep: () => Promise<void>;
}

/** @throws MediaError `invalid_config` with the field that is wrong */
export function givenProfile(
  { dataDir }: Pick<Config, "dataDir">,
  { profile: given }: ProfileOption,
): GivenProfile {
  if (given === undefined) return { options: {}, keep: async () => {} };
  const loaded = loadProfile(given, { dataDir, from: "." });
  return {
    options: { profile: { ...loaded.profile } },
    keep: () => keepPictures(dataDir, loaded),
  };
}

/** The settings with a profile that was given, for all that a service does. @throws as `givenProfile` */
export function withProfile(config: Config, { profile: given }: ProfileOption): Config {
  if (given === undefined) return config;
  return { ...config, profile: loadProfile(given, { dataDir: config.dataDir, from: "." }) };
}
