import { MediaError } from "../media/errors.ts";

/** Who may ask the server, from where, and how often. */
export interface SecurityConfig {
  /**
   * Whether a key is asked for on this machine, too. Default: when `publicUrl` is another machine's,
   * for then a proxy brings in others. Where others can connect, keys are asked for in any case.
   */
  readonly requireKeys: boolean;
  /** Origins (`https://player.example`) whose pages may ask and read. Default: none. */
  readonly origins: readonly string[];
  /** For each key, and each address that shows none. Default: 100 a second, 1,000 at once. */
  readonly rate?: { readonly perSecond: number; readonly burst: number };
}

/** The settings of `config.json` that it is read from. */
export const securitySettings = ["requireKeys", "cors", "rateLimit"] as const;

function refuse(path: string, key: string, why: string): never {
  throw new MediaError("invalid_config", `${path}: ${key} ${why}`);
}

/** An object with these keys and no others. */
function section(path: string, name: string, given: unknown, known: readonly string[]) {
  if (given === null || typeof given !== "object" || Array.isArray(given))
    refuse(path, name, "must be an object");
  for (const key of Object.keys(given))
    if (!known.includes(key)) refuse(path, `${name}.${key}`, "is no setting");
  return given as Record<string, unknown>;
}

/** As browsers write it: no path, no default port. `*` is none: then any page could ask. */
function checkOrigin(path: string, given: unknown): string {
  const origin = typeof given === "string" ? URL.parse(given)?.origin : undefined;
  if (origin !== undefined && origin !== "null" && origin === given) return origin;
  return refuse(
    path,
    "cors.origins",
    `cannot hold ${JSON.stringify(given)}: an origin is https://host`,
  );
}

function originsOf(path: string, given: unknown): readonly string[] {
  if (given === undefined) return [];
  const { origins = [] } = section(path, "cors", given, ["origins"]);
  if (!Array.isArray(origins)) refuse(path, "cors.origins", "must be a list");
  return origins.map((one) => checkOrigin(path, one));
}

function rateOf(path: string, given: unknown): SecurityConfig["rate"] {
  if (given === undefined) return undefined;
  const found = section(path, "rateLimit", given, ["perSecond", "burst"]);
  const number = (key: string): number => {
    const value = found[key];
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    return refuse(path, `rateLimit.${key}`, "must be a positive number");
  };
  const rate = { perSecond: number("perSecond"), burst: number("burst") };
  return rate.burst >= 1 ? rate : refuse(path, "rateLimit.burst", "must be at least 1");
}

/** Whether an address that people are given leads to another machine than this. */
function isElsewhere(publicUrl: string | undefined): boolean {
  const host = publicUrl === undefined ? undefined : URL.parse(publicUrl)?.hostname;
  return host !== undefined && !/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);
}

/** @throws MediaError `invalid_config` naming the key */
export function securityConfig(
  path: string,
  file: Readonly<Record<string, unknown>>,
  publicUrl?: string,
): SecurityConfig {
  const requireKeys = file["requireKeys"] ?? isElsewhere(publicUrl);
  if (typeof requireKeys !== "boolean") refuse(path, "requireKeys", "must be true or false");
  const rate = rateOf(path, file["rateLimit"]);
  return {
    requireKeys,
    origins: originsOf(path, file["cors"]),
    ...(rate !== undefined && { rate }),
  };
}
