import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import type { z } from "zod";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import type { Limits } from "../media/limits.ts";
import type { Smtp } from "../notify/email.ts";
import type { Slots } from "../queue/job-queue.ts";
import { loadProfile, type LoadedProfile } from "./profile.ts";
import { readEnvironment, type Environment } from "./environment.ts";
import { settingsSchema, type Settings } from "./schema.ts";

/** How this Dailies is set up: the settings, with what follows from them and from the machine. */
export interface Config extends Pick<Settings, "metadataTable" | "engines" | "speech" | "labels"> {
  /** What is spoken when nothing says it or can find it out, BCP 47. */
  readonly languageCode: string;
  /** Whether it is found out first, where a model here can. */
  readonly findsLanguage: boolean;
  /** Absolute. Catalog, objects and working folders lie below it. Default: `.dailies` here. */
  readonly dataDir: string;
  readonly limits: Limits;
  readonly slots: Slots;
  /** Absolute. */
  readonly masterKeyFile: string;
  /** Who may ask the server: `requireKeys`, `cors` and `rateLimit` of the file. */
  readonly security: {
    /** Whether a key is asked for on this machine, too. Where others can connect, it is in any case. */
    readonly requireKeys: boolean;
    /** Whether every user of this machine may ask without a key. */
    readonly trustLocalUsers: boolean;
    readonly origins: readonly string[];
    readonly rate?: { readonly perSecond: number; readonly burst: number };
  };
  readonly connectionsPerAddress: number;
  /** How people are told: `smtp`, `webhooks` and `publicUrl` of the file. */
  readonly notices: Pick<Settings, "webhooks"> & {
    readonly publicUrl?: string;
    readonly smtp?: Smtp;
  };
  /** Absolute. */
  readonly modelsDir: string;
  readonly modelsMirror?: string;
  /** Whether a better engine's models are fetched unasked when they are wanted. Default: no. */
  readonly modelsAutoPull: boolean;
  /** How the stored WebVTT is written, where that is not as usual: `captions` of the file. */
  readonly captions: JobSettings;
  readonly poster: Settings["poster"];
  /** What renditions are made. Absent: the default profile. */
  readonly profile?: LoadedProfile;
  readonly stream: Settings["stream"];
}

export function defaultSlots(cores: number = availableParallelism()): Slots {
  const heavy = Math.max(1, Math.floor(cores / 2));
  return {
    light: Math.max(2, cores),
    picture: heavy,
    transcode: heavy,
    speech: heavy,
    vision: heavy,
  };
}

const invalid = (message: string): MediaError => new MediaError("invalid_config", message);

const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

function readFile(file: string): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    if (isAbsent(error)) return {};
    // Ignoring it would be worse than having none: the server would run without `requireKeys`, say.
    throw invalid(`${file}: the file cannot be read: ${(error as Error).message}`);
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(content);
  } catch (error) {
    throw invalid(`${file}: the file is not JSON: ${(error as Error).message}`);
  }
  if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
    throw invalid(`${file}: the file must be an object`);
  return { ...parsed };
}

/** The value at a path, as a person would write it; nothing of what may be a secret. */
function shown(given: unknown, path: readonly PropertyKey[]): string {
  let value = given;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  const isShort = ["string", "number", "boolean"].includes(typeof value) || value === null;
  return isShort && path[0] !== "smtp" ? `, not ${JSON.stringify(value)}` : "";
}

/** The first thing that is wrong, under the name that it has where it comes from. */
function refusal(
  { issues }: z.ZodError,
  given: unknown,
  file: string,
  variables: Environment["settings"],
): MediaError {
  const [issue] = issues;
  if (issue === undefined) return invalid(`${file}: cannot be read`);
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknown];
  const [setting, ...rest] = path.map(String);
  const variable = variables.get(setting ?? "")?.variable;
  const name = path.filter((part) => typeof part !== "number").join(".");
  const why = issue.message + (unknown.length > 0 ? "" : shown(given, path));
  if (variable === undefined) return invalid(`${file}: ${name} ${why}`);
  const place = rest.length === 0 ? variable : `${variable}: ${name}`;
  return invalid(`the environment: ${place} ${why}`);
}

/** Whether an address that people are given leads to another machine than this. */
function isElsewhere(publicUrl: string | undefined): boolean {
  const host = publicUrl === undefined ? undefined : URL.parse(publicUrl)?.hostname;
  return host !== undefined && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);
}

function smtpOf(given: Settings["smtp"], dataDir: string): { smtp?: Smtp } {
  if (given === undefined) return {};
  const { port = given.secure ? 465 : 587, passwordFile, ...rest } = given;
  const file = passwordFile === undefined ? {} : { passwordFile: resolve(dataDir, passwordFile) };
  return { smtp: { ...rest, port, ...file } };
}

/** Settings of captions that are as usual are left out, so that they make no other jobs. */
function unusualCaptions({ voices, wordTimes }: Settings["captions"]): JobSettings {
  return { ...(voices ? {} : { voices }), ...(wordTimes ? { wordTimes } : {}) };
}

function configOf(settings: Settings, dataDir: string, environment: Environment): Config {
  const { languageCode, metadataTable, engines, speech, labels, limits, slots } = settings;
  const { publicUrl, requireKeys = isElsewhere(publicUrl), rateLimit, modelsMirror } = settings;
  return {
    dataDir,
    languageCode: languageCode === "auto" ? "en-US" : languageCode,
    findsLanguage: languageCode === "auto",
    metadataTable,
    engines,
    speech,
    labels,
    limits: { minFreeBytes: undefined, ...limits },
    slots: { ...defaultSlots(), ...slots },
    masterKeyFile: resolve(dataDir, settings.masterKeyFile),
    notices: {
      webhooks: settings.webhooks,
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...smtpOf(settings.smtp, dataDir),
    },
    connectionsPerAddress: settings.connectionsPerAddress,
    security: {
      requireKeys,
      trustLocalUsers: settings.trustLocalUsers,
      origins: settings.cors.origins,
      ...(rateLimit === undefined ? {} : { rate: rateLimit }),
    },
    modelsDir: resolve(dataDir, settings.modelsDir ?? environment.usualModelsDir),
    ...(modelsMirror === undefined ? {} : { modelsMirror }),
    modelsAutoPull: environment.autoPull,
    captions: unusualCaptions(settings.captions),
    poster: settings.poster,
    stream: settings.stream,
    ...(settings.profile !== undefined && {
      profile: loadProfile(settings.profile, { dataDir, from: dataDir }),
    }),
  };
}

/**
 * The configuration: what is given here, else the environment, else `config.json` in the data
 * directory, else defaults; docs/settings.md lists them all. What is empty counts as not given.
 * @throws MediaError `invalid_config` with the file, the setting and the reason
 */
export function readConfig(
  overrides: { dataDir?: string; languageCode?: string } = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const environment = readEnvironment(env);
  const dataDir = resolve(overrides.dataDir || environment.dataDir || ".dailies");
  const file = join(dataDir, "config.json");
  const given: Record<string, unknown> = readFile(file);
  for (const [setting, { value }] of environment.settings) given[setting] = value;
  const { languageCode } = overrides;
  if (languageCode !== undefined) given["languageCode"] = languageCode;
  const parsed = settingsSchema.safeParse(given);
  if (parsed.success) return configOf(parsed.data, dataDir, environment);
  if (languageCode !== undefined && parsed.error.issues[0]?.path[0] === "languageCode")
    throw refusal(parsed.error, given, "what is given", new Map());
  throw refusal(parsed.error, given, file, environment.settings);
}
