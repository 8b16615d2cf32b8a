import { readFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { defaultLimits, type Limits } from "../media/limits.ts";
import type { Slots } from "../queue/job-queue.ts";
import { captionConfig } from "./captions.ts";
import type { LabelEngineChoice } from "../media/label.ts";
import { labelConfig, labelEngineConfig, type LabelConfig } from "./labels.ts";
import { speechEngineConfig, type SpeechEngineChoice } from "./speech.ts";
import { noticeConfig, noticeSettings, type NoticeConfig } from "./notices.ts";
import { securityConfig, securitySettings, type SecurityConfig } from "./security.ts";

/** How this Dailies is set up. */
export interface Config {
  /** Absolute. Catalog, objects and working folders lie below it. Default: `.dailies` here. */
  readonly dataDir: string;
  /** What is spoken, when nothing else says it: BCP 47. Default: `en-US`. */
  readonly languageCode: string;
  /** The table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable: string;
  readonly limits: Limits;
  /** Media under way at once for each kind of work. Default: one picture, transcoding, speech and label work per two cores. */
  readonly slots: Slots;
  /** The key that secrets in the database are sealed with. Default: `keys/master.key` in the data directory. */
  readonly masterKeyFile: string;
  /** Who may ask the server: `requireKeys`, `cors` and `rateLimit` of the file. */
  readonly security: SecurityConfig;
  /** How people are told: `smtp`, `webhooks` and `publicUrl` of the file. */
  readonly notices: NoticeConfig;
  /** Where models lie, for all libraries of this user. Default: `dailies/models` in XDG_DATA_HOME or `~/.local/share`. */
  readonly modelsDir: string;
  /** The address of a folder with the models' files by their names. Default: the publishers' own. */
  readonly modelsMirror?: string;
  /** Whether a better engine's models are fetched unasked when they are wanted. Default: no. */
  readonly modelsAutoPull: boolean;
  /** Which engines do the work. `auto`: the best that is here. */
  readonly engines: { readonly labels: LabelEngineChoice; readonly speech: SpeechEngineChoice };
  readonly labels: LabelConfig;
  /** How the stored WebVTT is written, where that is not as usual: `captions` of the file. */
  readonly captions: JobSettings;
}

/** The settings that `config.json` in the data directory may hold. */
type ConfigFile = Partial<Omit<Config, "dataDir" | "limits" | "slots">> & {
  limits?: Partial<Limits>;
  slots?: Partial<Slots>;
};

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

function refuse(file: string, key: string, why: string): never {
  throw new MediaError("invalid_config", `${file}: ${key} ${why}`);
}

/** Where settings come from; each is blamed under the name that it has there. */
interface Sources {
  readonly path: string;
  readonly file: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
}

/** A variable of the environment; an empty one is none. */
const variable = (env: NodeJS.ProcessEnv, name: string): string | undefined =>
  env[name] || undefined;

/** A text that the environment may say, else the file. */
function said(
  { path, file, env }: Sources,
  name: string,
  key: string,
  pattern: Pattern,
): string | undefined {
  const value = variable(env, name);
  return value === undefined
    ? text(path, key, file[key], pattern)
    : text("the environment", name, value, pattern);
}

/** Numbers under known keys, all positive; anything else is refused by name. */
function numbers<T extends object>(file: string, section: string, given: unknown, known: T): T {
  if (given === undefined) return known;
  if (given === null || typeof given !== "object") refuse(file, section, "must be an object");
  for (const [key, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, key)) refuse(file, `${section}.${key}`, "is no setting");
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
      refuse(file, `${section}.${key}`, `must be a positive number, not ${JSON.stringify(value)}`);
  }
  return { ...known, ...given };
}

/** What a text must be like: a RegExp, mostly. */
type Pattern = Pick<RegExp, "test">;

function text(file: string, key: string, given: unknown, pattern: Pattern): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "string" || !pattern.test(given))
    refuse(file, key, `cannot be ${JSON.stringify(given)}`);
  return given;
}

const webAddress: Pattern = {
  test: (value) => /^https?:\/\/[^/]/.test(value) && URL.canParse(value),
};

/** The settings about models: the environment's folder is seen from here, the file's from its own. */
function models(
  sources: Sources,
  dataDir: string,
): Pick<Config, "modelsDir" | "modelsMirror" | "modelsAutoPull"> {
  const { path, file, env } = sources;
  const share = env["XDG_DATA_HOME"]?.startsWith("/")
    ? env["XDG_DATA_HOME"]
    : join(homedir(), ".local", "share");
  const dir = text(path, "modelsDir", file["modelsDir"], /./) ?? join(share, "dailies", "models");
  const here = variable(env, "DAILIES_MODELS_DIR");
  const mirror = said(sources, "DAILIES_MODELS_MIRROR", "modelsMirror", webAddress);
  return {
    modelsDir: here === undefined ? resolve(dataDir, dir) : resolve(here),
    ...(mirror !== undefined && { modelsMirror: mirror }),
    modelsAutoPull: env["DAILIES_AUTO_PULL"] === "1",
  };
}

const isAbsent = (error: unknown): boolean =>
  ["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "");

function readFile(file: string): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    // one that is there and says nothing would be worse than none: a server without `requireKeys`, say
    if (!isAbsent(error)) refuse(file, "the file", `cannot be read: ${(error as Error).message}`);
    return {};
  }
  try {
    const parsed: unknown = JSON.parse(content);
    if (parsed === null || typeof parsed !== "object" || Array.isArray(parsed))
      refuse(file, "the file", "must be an object");
    return parsed as Record<string, unknown>;
  } catch (error) {
    if (error instanceof MediaError) throw error;
    return refuse(file, "the file", `is not JSON: ${(error as Error).message}`);
  }
}

/**
 * The configuration: what is given here, else the environment, else `config.json` in the data
 * directory, else defaults; docs/settings.md lists them all. What is empty counts as not given.
 * @throws MediaError `invalid_config` with the file, the key and the reason
 */
export function readConfig(
  overrides: { dataDir?: string; languageCode?: string } = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const dataDir = resolve(overrides.dataDir || variable(env, "DAILIES_DATA_DIR") || ".dailies");
  const path = join(dataDir, "config.json");
  const file = readFile(path);
  const known: (keyof ConfigFile)[] = ["languageCode", "metadataTable", "limits", "slots"];
  known.push("masterKeyFile", "modelsDir", "modelsMirror");
  const ours: readonly string[] = [...noticeSettings, ...securitySettings];
  known.push("engines", "labels", "captions");
  for (const key of Object.keys(file))
    if (!ours.includes(key) && !known.includes(key as keyof ConfigFile))
      refuse(path, key, "is no setting");
  const language = /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/;
  const table = /^[A-Za-z0-9_.-]{1,255}$/;
  const sources = { path, file, env };
  const languageCode =
    text("what is given", "languageCode", overrides.languageCode, language) ??
    said(sources, "DAILIES_LANGUAGE", "languageCode", language);
  const notices = noticeConfig(path, file, {
    smtpUrl: variable(env, "DAILIES_SMTP_URL"),
    publicUrl: variable(env, "DAILIES_PUBLIC_URL"),
  });
  return {
    dataDir,
    languageCode: languageCode ?? "en-US",
    metadataTable: said(sources, "METADATA_TABLE_NAME", "metadataTable", table) ?? "metadata",
    limits: numbers(path, "limits", file["limits"], defaultLimits),
    slots: numbers(path, "slots", file["slots"], defaultSlots()),
    masterKeyFile: resolve(
      dataDir,
      said(sources, "DAILIES_MASTER_KEY_FILE", "masterKeyFile", /./) ?? "keys/master.key",
    ),
    notices,
    security: securityConfig(path, file, notices.publicUrl),
    ...models(sources, dataDir),
    engines: {
      labels: labelEngineConfig(path, file["engines"]),
      speech: speechEngineConfig(path, file["engines"]),
    },
    labels: labelConfig(path, file["labels"]),
    captions: captionConfig(path, file["captions"]),
  };
}
