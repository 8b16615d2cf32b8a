import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { MediaError } from "../media/errors.ts";

/** What the environment says. A variable that is empty counts as not set. */
export interface Environment {
  readonly dataDir?: string;
  /** Settings as `config.json` would have them, and the variable that each comes from. */
  readonly settings: ReadonlyMap<string, { readonly value: unknown; readonly variable: string }>;
  /** Where models lie when nothing says it. */
  readonly usualModelsDir: string;
  /** Whether a better engine's models are fetched unasked when they are wanted. */
  readonly autoPull: boolean;
}

/** Variables that stand for one setting. A folder of the environment starts here, not at the data directory. */
const variables: readonly (readonly [string, string, (value: string) => unknown])[] = [
  ["DAILIES_LANGUAGE", "languageCode", String],
  ["METADATA_TABLE_NAME", "metadataTable", String],
  ["DAILIES_MASTER_KEY_FILE", "masterKeyFile", String],
  ["DAILIES_MODELS_DIR", "modelsDir", (dir) => resolve(dir)],
  ["DAILIES_MODELS_MIRROR", "modelsMirror", String],
  // A name stays a name.
  [
    "DAILIES_PROFILE",
    "profile",
    (given) => (/[\\/]|\.json$/i.test(given) ? resolve(given) : given),
  ],
  ["DAILIES_PUBLIC_URL", "publicUrl", String],
  ["DAILIES_SMTP_URL", "smtp", smtpSettings],
];

/** @throws MediaError `invalid_config` naming the variable */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const settings = new Map<string, { value: unknown; variable: string }>();
  for (const [variable, setting, read] of variables) {
    const said = env[variable];
    if (said) settings.set(setting, { value: read(said), variable });
  }
  const { XDG_DATA_HOME: share = "" } = env;
  const shared = share.startsWith("/") ? share : join(homedir(), ".local", "share");
  return {
    ...(env["DAILIES_DATA_DIR"] ? { dataDir: env["DAILIES_DATA_DIR"] } : {}),
    settings,
    usualModelsDir: join(shared, "dailies", "models"),
    autoPull: env["DAILIES_AUTO_PULL"] === "1",
  };
}

/** `smtps://user:password@host:465?from=dailies@example.org` as the settings of `config.json`. */
function smtpSettings(given: string): Record<string, unknown> {
  const refuse = (why: string): never => {
    throw new MediaError("invalid_config", `the environment: DAILIES_SMTP_URL ${why}`);
  };
  const url = URL.parse(given);
  if (url === null || !["smtp:", "smtps:"].includes(url.protocol))
    return refuse("must be smtp://… or smtps://…");
  const decoded = (value: string): string => {
    try {
      return decodeURIComponent(value);
    } catch {
      return refuse("has a % that stands for nothing: write %25");
    }
  };
  const parts = {
    host: decoded(url.hostname).replace(/^\[|\]$/g, ""),
    user: decoded(url.username),
    password: decoded(url.password),
    from: url.searchParams.get("from") ?? "",
  };
  const said = Object.entries(parts).filter(([, value]) => value !== "");
  return {
    ...Object.fromEntries(said),
    secure: url.protocol === "smtps:",
    ...(url.port === "" ? {} : { port: Number(url.port) }),
  };
}
