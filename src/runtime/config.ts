import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { MediaError } from "../media/errors.ts";
import { defaultLimits, type Limits } from "../media/limits.ts";
import type { Slots } from "../queue/job-queue.ts";

/** How this Dailies is set up. */
export interface Config {
  /** Absolute. Catalog, objects and working folders lie below it. Default: `.dailies` here. */
  readonly dataDir: string;
  /** What is spoken, when nothing else says it: BCP 47. Default: `en-US`. */
  readonly languageCode: string;
  /** The table that metadata records are kept under. Default: `metadata`. */
  readonly metadataTable: string;
  readonly limits: Limits;
  /** Media under way at once for each kind of work. Default: one transcoding, speech and label work per two cores. */
  readonly slots: Slots;
}

/** The settings that `config.json` in the data directory may hold. */
type ConfigFile = Partial<Omit<Config, "dataDir" | "limits" | "slots">> & {
  limits?: Partial<Limits>;
  slots?: Partial<Slots>;
};

export function defaultSlots(cores: number = availableParallelism()): Slots {
  const heavy = Math.max(1, Math.floor(cores / 2));
  return { light: Math.max(2, cores), transcode: heavy, speech: heavy, vision: heavy };
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
 * DAILIES_LANGUAGE, METADATA_TABLE_NAME), else `config.json` in the data directory, else defaults.
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
  for (const key of Object.keys(file))
    if (!known.includes(key as keyof ConfigFile)) refuse(path, key, "is no setting");
  const language = /^[a-z]{2,3}(-[A-Za-z0-9]+)*$/;
  const table = /^[A-Za-z0-9_.-]{1,255}$/;
  const languageCode = overrides.languageCode ?? env["DAILIES_LANGUAGE"] ?? file["languageCode"];
  const metadataTable = env["METADATA_TABLE_NAME"] ?? file["metadataTable"];
  return {
    dataDir,
    languageCode: text(path, "languageCode", languageCode, language) ?? "en-US",
    metadataTable: text(path, "metadataTable", metadataTable, table) ?? "metadata",
    limits: numbers(path, "limits", file["limits"], defaultLimits),
    slots: numbers(path, "slots", file["slots"], defaultSlots()),
  };
}
