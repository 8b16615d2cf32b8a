import rekognition from "./rekognition.json" with { type: "json" };
import sns from "./sns.json" with { type: "json" };
import transcribe from "./transcribe.json" with { type: "json" };

/**
 * What AWS publishes of a service's operations: the shapes of inputs and answers with their constraints, as
 * `scripts/aws-models.ts` takes them from botocore's service models.
 * https://smithy.io/2.0/spec/constraint-traits.html
 */
export interface ServiceModel {
  /** What `X-Amz-Target` begins with (JSON 1.1). */
  readonly target?: string;
  /** Of answers in XML (query protocol). */
  readonly namespace?: string;
  readonly operations: Readonly<Record<string, OperationModel>>;
  /** HTTP status by error code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly shapes: Readonly<Record<string, Shape>>;
}

interface OperationModel {
  /** A structure's name among the shapes. */
  readonly input: string;
  readonly output?: string;
  /** The codes that the operation may answer with. */
  readonly errors: readonly string[];
}

/** `min` and `max` are lengths of strings, blobs, lists and maps, and values of numbers. */
interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

interface StructureShape {
  readonly type: "structure";
  readonly required?: readonly string[];
  /** The shapes' names by member. */
  readonly members: Readonly<Record<string, string>>;
}

interface ListShape extends Bounds {
  readonly type: "list";
  readonly member: string;
}

interface MapShape extends Bounds {
  readonly type: "map";
  readonly key: string;
  readonly value: string;
  /** What key and value of an entry are called in a form. Default: `key`, `value`. */
  readonly keyName?: string;
  readonly valueName?: string;
}

export interface StringShape extends Bounds {
  readonly type: "string";
  /** A regular expression of Java's that the whole text must match. */
  readonly pattern?: string;
  readonly enum?: readonly string[];
  /** Its values are not repeated in messages. */
  readonly sensitive?: boolean;
}

export interface NumberShape extends Bounds {
  readonly type: "integer" | "long" | "float" | "double";
}

interface PlainShape extends Bounds {
  readonly type: "boolean" | "blob" | "timestamp";
}

export type Shape = StructureShape | ListShape | MapShape | StringShape | NumberShape | PlainShape;

/** The services whose requests are checked, by the name that signatures use. */
export const serviceModels = {
  rekognition: rekognition as ServiceModel,
  sns: sns as ServiceModel,
  transcribe: transcribe as ServiceModel,
} as const;

/** A shape by its name. @throws Error when the model lacks it: the generator takes every one that is reached */
export function shapeOf(model: Pick<ServiceModel, "shapes">, name: string): Shape {
  const shape = Object.hasOwn(model.shapes, name) ? model.shapes[name] : undefined;
  if (shape === undefined) throw new Error(`the model lacks the shape ${name}`);
  return shape;
}
