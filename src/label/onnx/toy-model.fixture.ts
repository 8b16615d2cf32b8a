/**
 * Makes tiny ONNX files for tests: models of any shape of input and output, that give constants plus
 * the mean of what they are fed. Enough to prove loading, feeding and reading for kinds whose weights
 * are too large to be tested with. The fields are those of onnx.proto3 (github.com/onnx/onnx).
 */

type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function message(...fields: readonly Field[]): Uint8Array {
  const parts = fields.map(([number, value]) => {
    if (typeof value === "number") return Buffer.from([number << 3, ...varint(value)]);
    const bytes = Buffer.from(value as Uint8Array);
    return Buffer.concat([Buffer.from([(number << 3) | 2, ...varint(bytes.length)]), bytes]);
  });
  return Buffer.concat(parts);
}

const float32 = 1;

function tensor(name: string, dims: readonly number[], values: readonly number[]): Uint8Array {
  const raw = new Uint8Array(Float32Array.from(values).buffer);
  const shape = dims.map((length): Field => [1, length]);
  return message(...shape, [2, float32], [8, name], [9, raw]);
}

function valueInfo(name: string, dims: readonly (number | string)[]): Uint8Array {
  const shape = message(
    ...dims.map((length): Field => [1, message([typeof length === "number" ? 1 : 2, length])]),
  );
  return message([1, name], [2, message([1, message([1, float32], [2, shape])])]);
}

const node = (type: string, inputs: readonly string[], output: string): Uint8Array =>
  message(...inputs.map((name): Field => [1, name]), [2, output], [4, type]);

export interface ToyOutput {
  readonly name: string;
  readonly dims: readonly number[];
  /** One for each place. */
  readonly values: readonly number[];
}

/** A model whose outputs are their values plus `slope` times the mean of all that it is fed. */
export function toyModel(
  inputDims: readonly (number | string)[],
  outputs: readonly ToyOutput[],
  slope = 0,
): Uint8Array {
  const nodes = outputs.flatMap(({ name }) => [
    node("ReduceMean", ["input"], `${name}.mean`),
    node("Reshape", [`${name}.mean`, "one"], `${name}.scalar`),
    node("Mul", [`${name}.scalar`, "slope"], `${name}.moved`),
    node("Add", [`${name}.values`, `${name}.moved`], name),
  ]);
  const one = message([1, 1], [2, 7], [8, "one"], [9, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0])]);
  const graph = message(
    ...nodes.map((each): Field => [1, each]),
    [2, "toy"],
    [5, one],
    [5, tensor("slope", [1], [slope])],
    ...outputs.map(({ name, dims, values }): Field => [5, tensor(`${name}.values`, dims, values)]),
    [11, valueInfo("input", inputDims)],
    ...outputs.map(({ name, dims }): Field => [12, valueInfo(name, dims)]),
  );
  return message([1, 8], [7, graph], [8, message([1, ""], [2, 13])]);
}
