import type { Shape, StringShape } from "./model.ts";

/** Each constraint that a value breaks, in AWS's words; [] when it holds. Types have been checked before. */
export function brokenConstraints(shape: Shape, value: unknown): string[] {
  switch (shape.type) {
    case "structure":
    case "boolean":
    case "timestamp":
      return [];
    case "integer":
    case "long":
    case "float":
    case "double":
      return bounds("have value", shape, value as number);
    case "string":
      return brokenByText(shape, value as string);
    case "blob":
      return bounds("have length", shape, (value as Uint8Array).byteLength);
    case "list":
      return bounds("have length", shape, (value as readonly unknown[]).length);
    case "map":
      return bounds("have length", shape, Object.keys(value as object).length);
  }
}

function bounds(what: string, { min, max }: { min?: number; max?: number }, value: number) {
  const broken: string[] = [];
  if (min !== undefined && value < min)
    broken.push(`Member must ${what} greater than or equal to ${min}`);
  if (max !== undefined && value > max)
    broken.push(`Member must ${what} less than or equal to ${max}`);
  return broken;
}

function brokenByText(shape: StringShape, text: string): string[] {
  if (shape.enum !== undefined)
    return shape.enum.includes(text)
      ? []
      : [`Member must satisfy enum value set: [${shape.enum.join(", ")}]`];
  const broken = bounds("have length", shape, text.length);
  if (shape.pattern !== undefined && !matches(shape, shape.pattern, text))
    broken.push(`Member must satisfy regular expression pattern: ${shape.pattern}`);
  return broken;
}

/** The longest text that is tried on an expression, in UTF-16 units, so that the time stays bounded. */
const longestText = 8_192;

/** A text that is longer than its shape allows is not tried: that it is too long has been said. */
function matches({ max }: StringShape, pattern: string, text: string): boolean {
  if (max !== undefined && text.length > max) return true;
  return text.length <= longestText && wholeMatch(pattern).test(text);
}

const compiled = new Map<string, RegExp>();

/** Java's `matches`: the expression stands for the whole text. */
export function wholeMatch(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  const made = new RegExp(`^(?:${pattern})$`, "u");
  compiled.set(pattern, made);
  return made;
}
