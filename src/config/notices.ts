import { dirname, resolve } from "node:path";
import { MediaError } from "../media/errors.ts";
import type { Smtp } from "../notify/email.ts";
import { defaultReach, type Reach } from "../notify/reach.ts";

/** How people are told. */
export interface NoticeConfig {
  /** Where people and programs reach this Dailies: `https://dailies.example.org`. Default: no links. */
  readonly publicUrl?: string;
  /** The mail server. Default: there are no e-mails. */
  readonly smtp?: Smtp;
  /** Where webhooks may go. Default: the public internet, ports 80, 443, 8080, 8443. */
  readonly webhooks: Reach;
}

type Settings = Readonly<Record<string, unknown>>;

function refuse(file: string, key: string, why: string): never {
  throw new MediaError("invalid_config", `${file}: ${key} ${why}`);
}

/** A section's settings, all of them known. */
function section(file: string, name: string, given: unknown, known: readonly string[]): Settings {
  if (given === null || typeof given !== "object" || Array.isArray(given))
    return refuse(file, name, "must be an object");
  for (const key of Object.keys(given))
    if (!known.includes(key)) refuse(file, `${name}.${key}`, "is no setting");
  return given as Settings;
}

function text(file: string, key: string, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  // no line ends: these go into protocols
  if (typeof given !== "string" || given === "" || /\p{Cc}/u.test(given))
    return refuse(file, key, "must be a text of one line");
  return given;
}

function flag(file: string, key: string, given: unknown): boolean {
  if (given === undefined || typeof given === "boolean") return given ?? false;
  return refuse(file, key, "must be true or false");
}

function isPort(given: unknown): given is number {
  return Number.isInteger(given) && Number(given) >= 1 && Number(given) <= 65_535;
}

const mailbox = /^(?:[^<>\p{Cc}]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u;

function smtpOf(file: string, given: unknown): Smtp | undefined {
  if (given === undefined) return undefined;
  const known = ["host", "port", "secure", "user", "password", "passwordFile", "from"];
  const settings = section(file, "smtp", given, known);
  const read = (key: string): string | undefined => text(file, `smtp.${key}`, settings[key]);
  const [host, from, user] = [read("host"), read("from"), read("user")];
  const [password, passwordFile] = [read("password"), read("passwordFile")];
  if (host === undefined) return refuse(file, "smtp.host", "is missing");
  if (from === undefined || !mailbox.test(from))
    return refuse(file, "smtp.from", "must be the address that mails come from");
  const secure = flag(file, "smtp.secure", settings["secure"]);
  const port = settings["port"] ?? (secure ? 465 : 587);
  if (!isPort(port)) return refuse(file, "smtp.port", "must be a port");
  return {
    host,
    port,
    secure,
    from,
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(passwordFile !== undefined && { passwordFile: resolve(dirname(file), passwordFile) }),
  };
}

/** `smtps://user:password@host:465?from=dailies@example.org` as the settings of config.json. */
function smtpFromUrl(given: string): Settings {
  const name = "DAILIES_SMTP_URL";
  const url = URL.parse(given);
  if (url === null || !["smtp:", "smtps:"].includes(url.protocol))
    return refuse("the environment", name, "must be smtp://… or smtps://…");
  const part = (value: string): string | undefined => {
    try {
      return value === "" ? undefined : decodeURIComponent(value);
    } catch {
      return refuse("the environment", name, "has a % that stands for nothing: write %25");
    }
  };
  const secure = url.protocol === "smtps:";
  return {
    host: part(url.hostname)?.replace(/^\[|\]$/g, ""),
    secure,
    user: part(url.username),
    password: part(url.password),
    from: url.searchParams.get("from") ?? undefined,
    ...(url.port !== "" && { port: Number(url.port) }),
  };
}

/** A host name, an address, or a network such as `10.1.0.0/16`. */
const reachable = /^[\p{L}\p{N}.:-]+(?:\/\d{1,3})?$/u;

function webhooksOf(file: string, given: unknown): Reach {
  if (given === undefined) return defaultReach;
  const settings = section(file, "webhooks", given, ["allowPrivate", "allow", "ports"]);
  const { allow = [], ports = defaultReach.ports } = settings;
  if (
    !Array.isArray(allow) ||
    !allow.every((one) => typeof one === "string" && reachable.test(one))
  )
    return refuse(file, "webhooks.allow", "must be a list of host names, addresses and networks");
  if (!Array.isArray(ports) || !ports.every(isPort))
    return refuse(file, "webhooks.ports", "must be a list of ports");
  const allowPrivate = flag(file, "webhooks.allowPrivate", settings["allowPrivate"]);
  return { allowPrivate, allow: allow as string[], ports };
}

function publicUrlOf(file: string, key: string, given: unknown): string | undefined {
  const found = text(file, key, given);
  if (found === undefined) return undefined;
  const url = URL.parse(found);
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "")
    return refuse(file, key, "must be an http or https URL without ? and #");
  return url.href.replace(/\/+$/, "");
}

/** The settings of config.json that `noticeConfig` reads. */
export const noticeSettings = ["publicUrl", "smtp", "webhooks"] as const;

/** @throws MediaError `invalid_config` with the file, the key and the reason */
export function noticeConfig(
  file: string,
  settings: Settings,
  env: { readonly smtpUrl?: string | undefined; readonly publicUrl?: string | undefined },
): NoticeConfig {
  const publicUrl =
    env.publicUrl === undefined
      ? publicUrlOf(file, "publicUrl", settings["publicUrl"])
      : publicUrlOf("the environment", "DAILIES_PUBLIC_URL", env.publicUrl);
  const smtp =
    env.smtpUrl === undefined
      ? smtpOf(file, settings["smtp"])
      : smtpOf("DAILIES_SMTP_URL", smtpFromUrl(env.smtpUrl));
  return {
    ...(publicUrl !== undefined && { publicUrl }),
    ...(smtp !== undefined && { smtp }),
    webhooks: webhooksOf(file, settings["webhooks"]),
  };
}
