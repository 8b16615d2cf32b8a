import { awsError } from "../errors.ts";
import { shapeOf, type ServiceModel, type Shape } from "./model.ts";

/** The most items of one list or map that a form may have. */
const maxItems = 1_000;

/**
 * An operation's input from the fields of a form (query protocol): `Tags.member.1.Key=a`,
 * `Attributes.entry.1.key=b`. It is not checked yet: `checkedInput` does.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#collections
 * @throws MediaError (SerializationException)
 */
export function queryInput(
  model: ServiceModel,
  operation: string,
  form: ReadonlyMap<string, string>,
): Readonly<Record<string, unknown>> {
  const root = model.operations[operation]?.input;
  if (root === undefined) throw new Error(`the model lacks the operation ${operation}`);
  return (read(model, root, form, "") ?? {}) as Record<string, unknown>;
}

/** The value below a prefix of the fields' names; undefined when no field has it. */
function read(
  model: ServiceModel,
  name: string,
  form: ReadonlyMap<string, string>,
  prefix: string,
): unknown {
  const shape = shapeOf(model, name);
  if (shape.type === "structure") {
    const members = Object.entries(shape.members).flatMap(([member, inner]) => {
      const value = read(model, inner, form, prefix === "" ? member : `${prefix}.${member}`);
      return value === undefined ? [] : [[member, value] as const];
    });
    return members.length === 0 ? undefined : Object.fromEntries(members);
  }
  // an empty list or map is sent as an empty field
  const isEmpty = form.get(prefix) === "";
  if (shape.type === "list") {
    const items = counted((at) => read(model, shape.member, form, `${prefix}.member.${at}`));
    return items.length > 0 || isEmpty ? items : undefined;
  }
  if (shape.type === "map") {
    const { keyName = "key", valueName = "value" } = shape;
    const entries = counted((at) => {
      const key = form.get(`${prefix}.entry.${at}.${keyName}`);
      if (key === undefined) return undefined;
      return [key, read(model, shape.value, form, `${prefix}.entry.${at}.${valueName}`)] as const;
    });
    return entries.length > 0 || isEmpty ? Object.fromEntries(entries) : undefined;
  }
  const text = form.get(prefix);
  return text === undefined ? undefined : scalar(shape, text);
}

/** Items 1, 2, … until one is missing. */
function counted<Item>(at: (number: number) => Item | undefined): Item[] {
  const items: Item[] = [];
  for (let number = 1; number <= maxItems; number += 1) {
    const item = at(number);
    if (item === undefined) return items;
    items.push(item);
  }
  throw awsError("SerializationException", `a list has more than ${maxItems} items`);
}

/** A text that is no number or boolean stays a text: the check says what is wrong with it. */
function scalar({ type }: Shape, text: string): unknown {
  if (type === "boolean") return text === "true" ? true : text === "false" ? false : text;
  if (!["integer", "long", "float", "double"].includes(type)) return text;
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}
