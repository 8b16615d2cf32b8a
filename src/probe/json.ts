import type { Ratio } from "../media/facts.ts";

/** An object of ffprobe's output. Every field is checked before it is used. */
export type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object under a key; empty when there is none. */
export function objectOf(json: Json, key: string): Json {
  const value = json[key];
  return isJson(value) ? value : {};
}

/** The objects of a list under a key; empty when there is none. */
export function listOf(json: Json, key: string): readonly Json[] {
  const value = json[key];
  return Array.isArray(value) ? value.filter(isJson) : [];
}

/** Parses ffprobe's output; undefined when it is no JSON object. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A text with information: not empty, `unknown` or `N/A`. */
export function textOf(json: Json, key: string): string | undefined {
  const value = json[key];
  if (typeof value !== "string" || value === "" || value === "unknown" || value === "N/A")
    return undefined;
  return value;
}

/** A finite number, whether written as one or as text. */
export function numberOf(json: Json, key: string): number | undefined {
  const value = json[key];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** A number above 0: ffprobe writes 0 for unknown values. */
export function positiveOf(json: Json, key: string): number | undefined {
  const number = numberOf(json, key);
  return number !== undefined && number > 0 ? number : undefined;
}

/** `30000/1001` or `4:3`; undefined when a part is 0. */
export function ratioOf(json: Json, key: string): Ratio | undefined {
  const match = /^(\d+)[/:](\d+)$/.exec(textOf(json, key) ?? "");
  const [num, den] = [Number(match?.[1]), Number(match?.[2])];
  return num > 0 && den > 0 ? { num, den } : undefined;
}

/** Seconds as milliseconds, at least 1; undefined when not above 0. */
export function millisecondsOf(json: Json, key: string): number | undefined {
  const seconds = positiveOf(json, key);
  return seconds === undefined ? undefined : Math.max(1, Math.round(seconds * 1000));
}

type Known<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out undefined fields: unknown is absent. */
export function known<T extends object>(facts: T): Known<T> {
  const entries = Object.entries(facts).filter(([, value]) => value !== undefined);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- undefined has just been left out
  return Object.fromEntries(entries) as Known<T>;
}
