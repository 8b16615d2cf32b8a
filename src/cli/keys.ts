import type { AccessKey, NewAccessKey, Scope } from "../access/access.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count, formatMoment } from "./format.ts";
import { table, type Cell } from "./table.ts";
import { printable } from "./text.ts";

/** A key without its secrets, as --json prints it. */
export interface KeyJson {
  readonly accessKeyId: string;
  readonly name: string;
  readonly user: string;
  readonly scopes: readonly Scope[];
  readonly state: "valid" | "ended" | "revoked";
  /** The key that made it. */
  readonly madeWith?: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** To the minute. */
  readonly lastUsedAt?: string;
}

/** The output of `keys create --json`, printed only once. */
export interface NewKeyJson extends KeyJson {
  readonly secretAccessKey: string;
  readonly token: string;
}

const iso = (at: number): string => new Date(at).toISOString();

function stateOf(key: AccessKey): KeyJson["state"] {
  if (key.revokedAt !== undefined) return "revoked";
  return (key.expiresAt ?? Infinity) <= Date.now() ? "ended" : "valid";
}

function keyJson(key: AccessKey): KeyJson {
  return {
    accessKeyId: key.accessKeyId,
    name: key.name,
    user: key.user,
    scopes: key.scopes,
    state: stateOf(key),
    ...(key.madeWith !== undefined && { madeWith: key.madeWith }),
    createdAt: iso(key.createdAt),
    ...(key.expiresAt !== undefined && { expiresAt: iso(key.expiresAt) }),
    ...(key.revokedAt !== undefined && { revokedAt: iso(key.revokedAt) }),
    ...(key.lastUsedAt !== undefined && { lastUsedAt: iso(key.lastUsedAt) }),
  };
}

function newKeyLines(key: NewAccessKey): string[] {
  const end = key.expiresAt === undefined ? "" : `, until ${formatMoment(key.expiresAt)}`;
  return [
    `${printable(key.name)}: ${key.scopes.join(", ")} for ${key.user}${end}`,
    "",
    `  access key id      ${key.accessKeyId}`,
    `  secret access key  ${key.secretAccessKey}`,
    `  token              ${key.token}`,
    "",
  ];
}

export interface CreateKeyOptions {
  readonly user?: string;
  readonly scopes?: readonly Scope[];
  /** Milliseconds since 1970, UTC. */
  readonly expires?: number;
}

/** `dailies keys create`: shows the secrets only once, and makes no key that it could not show. */
export async function createKey(
  { output, withDailies }: Context,
  name: string,
  { user, scopes, expires }: CreateKeyOptions,
): Promise<number> {
  const request = {
    name,
    ...(user !== undefined && { user }),
    ...(scopes !== undefined && { scopes }),
    ...(expires !== undefined && { expiresAt: expires }),
  };
  const show = async (key: NewAccessKey): Promise<void> => {
    const { secretAccessKey, token } = key;
    if (output.mode === "human") output.lines(newKeyLines(key));
    else output.document({ ...keyJson(key), secretAccessKey, token } satisfies NewKeyJson);
    await output.results.shown();
  };
  await withDailies(({ access }) => access.createKey(request, undefined, show), { create: true });
  if (output.mode === "human") output.note("Keep them now: they are not shown again.");
  return exitCodes.done;
}

function row(key: AccessKey): Cell[] {
  const state = stateOf(key);
  const used = key.lastUsedAt === undefined ? "never" : formatMoment(key.lastUsedAt);
  const end = key.expiresAt === undefined ? "" : formatMoment(key.expiresAt);
  return [
    key.accessKeyId,
    key.name,
    key.user,
    key.scopes.join(","),
    state === "valid" ? state : { text: state, format: "dim" },
    used,
    end,
  ];
}

/** `dailies keys ls`; `{"keys": KeyJson[]}` with --json. */
export async function listKeys(
  { output, withDailies }: Context,
  { user }: { readonly user?: string },
): Promise<number> {
  const keys = await withDailies(async ({ access }) => access.listKeys(user));
  if (output.mode !== "human") output.list("keys", keys.map(keyJson));
  else if (keys.length === 0) output.note("No keys.");
  else {
    const columns = [
      { title: "ACCESS KEY ID" },
      { title: "NAME", least: 8 },
      { title: "USER", least: 6 },
      { title: "SCOPES" },
      { title: "STATE" },
      { title: "LAST USED" },
      { title: "UNTIL" },
    ];
    const { style, columns: available } = output.results;
    output.lines(table(columns, keys.map(row), { style, available: available() }));
  }
  return exitCodes.done;
}

/** `dailies keys revoke`; `{"revoked": number}` with --json. */
export async function revokeKey(
  { output, withDailies }: Context,
  accessKeyId: string,
): Promise<number> {
  const revoked = await withDailies(({ access }) => access.revokeKey(accessKeyId));
  if (output.mode !== "human") output.document({ revoked });
  else if (revoked === 0) output.note("It was revoked before.");
  else output.lines([`Revoked ${count(revoked, "key")}: it, and what was made with it.`]);
  return exitCodes.done;
}
