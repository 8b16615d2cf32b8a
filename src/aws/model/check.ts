import { awsError, type AwsErrorCode } from "../errors.ts";
import { brokenConstraints } from "./constraints.ts";
import { shapeOf, type ServiceModel, type Shape } from "./model.ts";
import { typed } from "./types.ts";

/** What was found in an input: what it says in the model's types, and where it breaks a constraint. */
interface Checked {
  readonly value: unknown;
  readonly broken: readonly string[];
}

/** The longest value that a message repeats, in UTF-16 units; AWS repeats all of it. */
const shownLength = 1_024;

/**
 * An operation's input, checked against the published model of the service: types, required members, lengths,
 * values, patterns and enums. The answer has the members of the model only; `null` is absent, and blobs are bytes.
 * @param code what the service answers where a constraint does not hold
 * @throws MediaError (SerializationException) for a wrong type; (`code`) with AWS's words, all that is broken at once:
 * `1 validation error detected: Value 'x' at 'y' failed to satisfy constraint: …`
 */
export function checkedInput<Input = Readonly<Record<string, unknown>>>(
  model: ServiceModel,
  operation: string,
  input: unknown,
  code: AwsErrorCode,
): Input {
  const root = model.operations[operation]?.input;
  if (root === undefined) throw new Error(`the model lacks the operation ${operation}`);
  const { value, broken } = check(model, root, input, "");
  if (broken.length > 0) {
    const counted = `${broken.length} validation error${broken.length === 1 ? "" : "s"} detected`;
    throw awsError(code, `${counted}: ${broken.join("; ")}`);
  }
  return value as Input;
}

function check(model: ServiceModel, name: string, input: unknown, path: string): Checked {
  const shape = shapeOf(model, name);
  const value = typed(shape, input);
  const own = brokenConstraints(shape, value).map((text) => fault(shape, value, path, text));
  const inner = checkInside(model, shape, value, path);
  return { value: inner.value, broken: [...own, ...inner.broken] };
}

function checkInside(model: ServiceModel, shape: Shape, value: unknown, path: string): Checked {
  const fields = value as Readonly<Record<string, unknown>>;
  if (shape.type === "structure") return checkMembers(model, shape, fields, path);
  if (shape.type === "map") return checkEntries(model, shape, fields, path);
  if (shape.type === "list") return checkItems(model, shape, value as readonly unknown[], path);
  return { value, broken: [] };
}

type Of<Type extends Shape["type"]> = Extract<Shape, { type: Type }>;

function checkMembers(
  model: ServiceModel,
  { members, required = [] }: Of<"structure">,
  input: Readonly<Record<string, unknown>>,
  path: string,
): Checked {
  const value: Record<string, unknown> = {};
  const broken: string[] = [];
  for (const [name, shapeName] of Object.entries(members)) {
    const at = `${path}${path === "" ? "" : "."}${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    const given = Object.hasOwn(input, name) ? (input[name] ?? undefined) : undefined;
    if (given !== undefined) {
      const checked = check(model, shapeName, given, at);
      value[name] = checked.value;
      broken.push(...checked.broken);
    } else if (required.includes(name))
      broken.push(`Value null at '${at}' failed to satisfy constraint: Member must not be null`);
  }
  return { value, broken };
}

const isContainer = ({ type }: Shape): boolean => ["structure", "list", "map"].includes(type);

/** Containers in a list are named by their place, counted from 1; for other items, the list is. */
function checkItems(
  model: ServiceModel,
  shape: Of<"list">,
  items: readonly unknown[],
  path: string,
): Checked {
  const item = shapeOf(model, shape.member);
  if (isContainer(item)) {
    const checked = items.map((one, index) =>
      check(model, shape.member, one, `${path}.${index + 1}.member`),
    );
    return {
      value: checked.map(({ value }) => value),
      broken: checked.flatMap(({ broken }) => broken),
    };
  }
  const value = items.map((one) => typed(item, one));
  const failed = [...new Set(value.flatMap((one) => brokenConstraints(item, one)))];
  const text = `Member must satisfy constraint: [${failed.join(", ")}]`;
  return { value, broken: failed.length === 0 ? [] : [fault(shape, value, path, text)] };
}

function checkEntries(
  model: ServiceModel,
  shape: Of<"map">,
  input: Readonly<Record<string, unknown>>,
  path: string,
): Checked {
  const key = shapeOf(model, shape.key);
  const item = shapeOf(model, shape.value);
  const value: [string, unknown][] = [];
  const broken: string[] = [];
  const refuse = (which: string, failed: readonly string[]) =>
    failed.length > 0 &&
    broken.push(
      fault(shape, input, path, `${which} must satisfy constraint: [${failed.join(", ")}]`),
    );
  for (const [name, one] of Object.entries(input)) {
    if (one === null || one === undefined) continue;
    refuse("Map keys", brokenConstraints(key, name));
    if (isContainer(item)) {
      const checked = check(model, shape.value, one, `${path}.${name}.member`);
      value.push([name, checked.value]);
      broken.push(...checked.broken);
    } else {
      value.push([name, typed(item, one)]);
      refuse("Map value", brokenConstraints(item, typed(item, one)));
    }
  }
  return { value: Object.fromEntries(value), broken: [...new Set(broken)] };
}

function fault(shape: Shape, value: unknown, path: string, constraint: string): string {
  const isSecret = shape.type === "string" && shape.sensitive === true;
  const said = isSecret ? "Value" : `Value '${shown(value)}'`;
  return `${said} at '${path}' failed to satisfy constraint: ${constraint}`;
}

/** A value as AWS's messages repeat it: lists and maps as Java prints them. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array)
    return `java.nio.HeapByteBuffer[pos=0 lim=${value.byteLength} cap=${value.byteLength}]`;
  const text = printed(value);
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}

function printed(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return `[${value.slice(0, shownLength).map(printed).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([name, one]) => `${name}=${printed(one)}`)
      .join(", ")}}`;
  return String(value);
}
