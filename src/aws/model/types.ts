import { awsError } from "../errors.ts";
import type { Shape } from "./model.ts";

/** What AWS calls what it found in JSON where something else belongs. */
function foundAs(value: unknown): string {
  if (typeof value === "string") return "STRING_VALUE";
  if (typeof value === "number" || typeof value === "bigint") return "NUMBER_VALUE";
  if (typeof value === "boolean") return value ? "TRUE_VALUE" : "FALSE_VALUE";
  return "value";
}

/** What AWS calls the types. */
const typeNames: Readonly<Record<Shape["type"], string>> = {
  structure: "a Structure",
  list: "a List",
  map: "a Map",
  string: "a String",
  integer: "an Integer",
  long: "a Long",
  float: "a Float",
  double: "a Double",
  boolean: "a Boolean",
  blob: "a Blob",
  timestamp: "a Timestamp",
};

function refused(shape: Shape, value: unknown) {
  if (Array.isArray(value))
    return awsError("SerializationException", "Start of list found where not expected");
  if (typeof value === "object" && !(value instanceof Uint8Array))
    return awsError(
      "SerializationException",
      "Start of structure or map found where not expected.",
    );
  const text = `${foundAs(value)} can not be converted to ${typeNames[shape.type]}`;
  return awsError("SerializationException", text);
}

/** No regular expression of the whole text: V8's overflow the stack on a picture. */
function isBase64(text: string): boolean {
  const padding = text.indexOf("=");
  const isPadded = padding === -1 || (padding >= text.length - 2 && text.endsWith("="));
  return text.length % 4 === 0 && isPadded && !/[^A-Za-z0-9+/=]/.test(text);
}

function bytesOf(shape: Shape, value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value !== "string") throw refused(shape, value);
  if (!isBase64(value))
    throw awsError("SerializationException", "Invalid base64 encoded string received");
  return Buffer.from(value, "base64");
}

const isPlainObject = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);

/**
 * A value in the type of its shape: integers are cut to whole numbers as AWS does, blobs become bytes.
 * @throws MediaError (SerializationException)
 */
export function typed(shape: Shape, value: unknown): unknown {
  const must = (holds: boolean): unknown => {
    if (!holds) throw refused(shape, value);
    return value;
  };
  switch (shape.type) {
    case "structure":
    case "map":
      return must(isPlainObject(value));
    case "list":
      return must(Array.isArray(value));
    case "string":
      return must(typeof value === "string");
    case "boolean":
      return must(typeof value === "boolean");
    case "integer":
    case "long":
      return Math.trunc(must(Number.isFinite(value)) as number);
    case "float":
    case "double":
    case "timestamp":
      return must(Number.isFinite(value));
    case "blob":
      return bytesOf(shape, value);
  }
}
