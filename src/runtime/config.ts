import { readFileSync } from "node:fs";
import { availableParallelism, homedir } from "node:os";
import { join, resolve } from "node:path";
import { MediaError } from "../media/errors.ts";
import type { JobSettings } from "../media/job.ts";
import { defaultLimits, type Limits } from "../media/limits.ts";
import type { Slots } from "../queue/job-queue.ts";
import { captionConfig } from "./caption-config.ts";
import type { LabelEngineChoice } from "../label/choose.ts";
import { labelConfig, labelEngineConfig, type LabelConfig } from "./label-config.ts";
import { speechEngineConfig, type SpeechEngineChoice } from "./speech-config.ts";
import { noticeConfig, noticeSettings, type NoticeConfig } from "./notice-config.ts";
import { securityConfig, securitySettings, type SecurityConfig } from "./security-config.ts";

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

/** Numbers under known keys, all positive; anything else is refused by name. */
function numbers<T extends object>(file: string, section: string, given: unknown, known: T): T {
  if (given === undefined) return known;
  if (given === null || typeof given !== "object") refuse(file, section, "must be an object");
  for (const [key, value] of Object.entries(given)) {
    if (!(key in known)) refuse(file, `${section}.${key}`, "is no setting");
    if (typeof value !== "number" || !Number.isFinite(value) || value <= 0)
      refuse(file, `${section}.${key}`, `must be a positive number, not ${JSON.stringify(value)}`);
  }
  return { ...known, ...given };
}

function text(file: string, key: string, given: unknown, pattern: RegExp): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given !== "string" || !pattern.test(given))
    refuse(file, key, `cannot be ${JSON.stringify(given)}`);
  return given;
}

/** The settings about models: the environment's folder is seen from here, the file's from its own. */
function models(
  path: string,
  dataDir: string,
  file: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
): Pick<Config, "modelsDir" | "modelsMirror" | "modelsAutoPull"> {
  const share = env["XDG_DATA_HOME"]?.startsWith("/")
    ? env["XDG_DATA_HOME"]
    : join(homedir(), ".local", "share");
  const dir = text(path, "modelsDir", file["modelsDir"], /./) ?? join(share, "dailies", "models");
  const mirror = env["DAILIES_MODELS_MIRROR"] || file["modelsMirror"];
  const modelsMirror = text(path, "modelsMirror", mirror, /^https?:\/\/[^/]/);
  if (modelsMirror !== undefined && !URL.canParse(modelsMirror))
    refuse(path, "modelsMirror", "is no address");
  return {
    modelsDir: env["DAILIES_MODELS_DIR"]
      ? resolve(env["DAILIES_MODELS_DIR"])
      : resolve(dataDir, dir),
    ...(modelsMirror !== undefined && { modelsMirror }),
    modelsAutoPull: env["DAILIES_AUTO_PULL"] === "1",
  };
}

function readFile(file: string): Record<string, unknown> {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch {
    return {};
  }
  try {
    const parsed: unknown = JSON.parse(content);
    if (parsed === null || typeof parsed !== "object")
      refuse(file, "the file", "must be an object");
    return parsed as Record<string, unknown>;
  } catch (error) {
    if (error instanceof MediaError) throw error;
    return refuse(file, "the file", `is not JSON: ${(error as Error).message}`);
  }
}

/**
 * The configuration: what is given here, else the environment (DAILIES_DATA_DIR,
 * DAILIES_LANGUAGE, METADATA_TABLE_NAME, DAILIES_MODELS_DIR, DAILIES_MODELS_MIRROR,
 * DAILIES_AUTO_PULL), else `config.json` in the data directory, else defaults.
 * @throws MediaError `invalid_config` with the file, the key and the reason
 */
export function readConfig(
  overrides: { dataDir?: string; languageCode?: string } = {},
  env: NodeJS.ProcessEnv = process.env,
): Config {
  const dataDir = resolve(overrides.dataDir ?? env["DAILIES_DATA_DIR"] ?? ".dailies");
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
  const languageCode = overrides.languageCode ?? env["DAILIES_LANGUAGE"] ?? file["languageCode"];
  const metadataTable = env["METADATA_TABLE_NAME"] ?? file["metadataTable"];
  const notices = noticeConfig(path, file, {
    smtpUrl: env["DAILIES_SMTP_URL"],
    publicUrl: env["DAILIES_PUBLIC_URL"],
  });
  return {
    dataDir,
    languageCode: text(path, "languageCode", languageCode, language) ?? "en-US",
    metadataTable: text(path, "metadataTable", metadataTable, table) ?? "metadata",
    limits: numbers(path, "limits", file["limits"], defaultLimits),
    slots: numbers(path, "slots", file["slots"], defaultSlots()),
    masterKeyFile: resolve(
      dataDir,
      text(path, "masterKeyFile", env["DAILIES_MASTER_KEY_FILE"] ?? file["masterKeyFile"], /./) ??
        "keys/master.key",
    ),
    notices,
    security: securityConfig(path, file, notices.publicUrl),
    ...models(path, dataDir, file, env),
    engines: {
      labels: labelEngineConfig(path, file["engines"]),
      speech: speechEngineConfig(path, file["engines"]),
    },
    labels: labelConfig(path, file["labels"]),
    captions: captionConfig(path, file["captions"]),
  };
}
