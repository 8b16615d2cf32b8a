import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InstalledModel } from "../../models/model-store.ts";
import { modelIn } from "./toy-models.fixture.ts";

/**
 * Models of a few nodes in the shape of the real ones, which cannot be had everywhere: they tell low
 * tones from high ones. What they prove is that the real ones are asked in the right way.
 * ONNX is Protocol Buffers; the numbers are those of onnx.proto3.
 */
type Field = readonly [number: number, value: number | string | Uint8Array];

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

function message(...fields: readonly Field[]): Uint8Array {
  return Buffer.concat(
    fields.map(([number, value]) => {
      if (typeof value === "number") return Buffer.from([...varint(number << 3), ...varint(value)]);
      const bytes = Buffer.from(value);
      return Buffer.concat([
        Buffer.from([...varint((number << 3) | 2), ...varint(bytes.length)]),
        bytes,
      ]);
    }),
  );
}

/** Element types of tensors. */
const types = { float: 1, int64: 7 } as const;
type ElementType = keyof typeof types;

function tensor(
  name: string,
  dims: readonly number[],
  values: readonly number[],
  type: ElementType = "float",
) {
  const raw = type === "float" ? Float32Array.from(values) : BigInt64Array.from(values.map(BigInt));
  return message(
    ...dims.map((dim): Field => [1, dim]),
    [2, types[type]],
    [8, name],
    [9, new Uint8Array(raw.buffer)],
  );
}

function port(name: string, dims: readonly (number | string)[], type: ElementType = "float") {
  const shape = message(
    ...dims.map((dim): Field => [1, message(typeof dim === "number" ? [1, dim] : [2, dim])]),
  );
  return message([1, name], [2, message([1, message([1, types[type]], [2, shape])])]);
}

function node(
  op: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, number | readonly number[]>> = {},
) {
  const given = Object.entries(attributes).map(([name, value]): Field => {
    const isOne = typeof value === "number";
    const values: Field[] = isOne ? [[3, value]] : value.map((one): Field => [8, one]);
    return [5, message([1, name], ...values, [20, isOne ? 2 : 7])];
  });
  return message(
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, op],
    ...given,
  );
}

interface Graph {
  readonly nodes: readonly Uint8Array[];
  readonly constants?: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
  readonly metadata?: Readonly<Record<string, string | number>>;
}

function onnx({ nodes, constants = [], inputs, outputs, metadata = {} }: Graph): Uint8Array {
  const graph = message(
    ...nodes.map((one): Field => [1, one]),
    [2, "toy"],
    ...constants.map((one): Field => [5, one]),
    ...inputs.map((one): Field => [11, one]),
    ...outputs.map((one): Field => [12, one]),
  );
  return message(
    [1, 8],
    [7, graph],
    [8, message([1, ""], [2, 13])],
    ...Object.entries(metadata).map(([key, value]): Field => [
      14,
      message([1, key], [2, String(value)]),
    ]),
  );
}

const repeat = (value: number, count: number): number[] =>
  Array.from({ length: count }, () => value);

/**
 * Takes what is loud for speech, low tones for one speaker's and high ones for another's. Its classes
 * are none, three alone and three pairs.
 */
export function toySegmentation(folder: string): InstalledModel {
  const field = 991;
  const mean = (share: number) => repeat(share / field, field);
  const silent = () => repeat(0, field);
  // Of loudness and of change, which is nine times as large for 3,000 Hz as for 300.
  const none = [...silent(), ...silent()];
  const weights = [
    none,
    [...mean(0.6), ...silent()],
    [...silent(), ...mean(1)],
    none,
    none,
    none,
    none,
  ];
  const bytes = onnx({
    nodes: [
      node("Conv", ["x", "filters"], ["filtered"], { kernel_shape: [2], pads: [1, 0] }),
      node("Abs", ["filtered"], ["loudness"]),
      node("Conv", ["loudness", "weights", "bias"], ["classes"], {
        kernel_shape: [field],
        strides: [270],
      }),
      node("Transpose", ["classes"], ["y"], { perm: [0, 2, 1] }),
    ],
    constants: [
      tensor("filters", [2, 1, 2], [0, 1, -1, 1]),
      tensor("weights", [7, 2, field], weights.flat()),
      tensor("bias", [7], [0.01, 0, 0, ...repeat(-1, 4)]),
    ],
    inputs: [port("x", ["N", 1, "T"])],
    outputs: [port("y", ["N", "frames", 7])],
    metadata: {
      num_speakers: 3,
      powerset_max_classes: 2,
      num_classes: 7,
      sample_rate: 16_000,
      window_size: 160_000,
      receptive_field_size: field,
      receptive_field_shift: 270,
    },
  });
  return written(folder, "toy-segmentation", "speaker-segmentation", { model: bytes });
}

/** A voice is its mean spectrum. */
export function toyEmbedding(folder: string): InstalledModel {
  const bytes = onnx({
    nodes: [
      node("Exp", ["x"], ["energy"]),
      node("ReduceMean", ["energy"], ["y"], { axes: [1], keepdims: 0 }),
    ],
    inputs: [port("x", ["N", "T", 80])],
    outputs: [port("y", ["N", 80])],
    metadata: {
      framework: "3d-speaker",
      language: "toy",
      output_dim: 80,
      sample_rate: 16_000,
      normalize_samples: 1,
      feature_normalize_type: "",
    },
  });
  return written(folder, "toy-embedding", "speaker-embedding", { model: bytes });
}

/** Low tones are English, high ones German. */
export function toyLanguages(folder: string): InstalledModel {
  // Of the 80 bands of a mel spectrum, those about 300 and 3,000 Hz.
  const tilt = repeat(0, 80).fill(1, 7, 10).fill(-1, 54, 57);
  const encoder = onnx({
    nodes: [
      node("ReduceMean", ["mel"], ["mean"], { axes: [2], keepdims: 0 }),
      node("MatMul", ["mean", "tilt"], ["low"]),
      node("Reshape", ["low", "shape"], ["n_layer_cross_k"]),
      node("Identity", ["n_layer_cross_k"], ["n_layer_cross_v"]),
    ],
    constants: [tensor("tilt", [80, 1], tilt), tensor("shape", [4], [1, 1, 1, 1], "int64")],
    inputs: [port("mel", ["N", 80, "T"])],
    outputs: [port("n_layer_cross_k", [1, "N", "T", 1]), port("n_layer_cross_v", [1, "N", "T", 1])],
    metadata: {
      model_type: "whisper-toy",
      n_mels: 80,
      n_text_layer: 1,
      n_text_ctx: 4,
      n_text_state: 1,
      n_vocab: 8,
      sot: 0,
      eot: 7,
      blank_id: 6,
      translate: 5,
      transcribe: 4,
      is_multilingual: 1,
      no_timestamps: 6,
      no_speech: 6,
      sot_sequence: "0,1,4",
      all_language_tokens: "1,2",
      all_language_codes: "en,de",
    },
  });
  const cache = ["N", 1, "C", 1];
  const decoder = onnx({
    nodes: [
      node("Reshape", ["n_layer_cross_k", "one"], ["low"]),
      node("MatMul", ["low", "signs"], ["scores"]),
      node("Reshape", ["scores", "shape"], ["logits"]),
      node("Identity", ["in_n_layer_self_k_cache"], ["out_n_layer_self_k_cache"]),
      node("Identity", ["in_n_layer_self_v_cache"], ["out_n_layer_self_v_cache"]),
    ],
    constants: [
      tensor("one", [2], [1, 1], "int64"),
      tensor("signs", [1, 8], [0, 1, -1, 0, 0, 0, 0, 0]),
      tensor("shape", [3], [1, 1, 8], "int64"),
    ],
    inputs: [
      port("tokens", ["N", "L"], "int64"),
      port("in_n_layer_self_k_cache", cache),
      port("in_n_layer_self_v_cache", cache),
      port("n_layer_cross_k", [1, "N", "T", 1]),
      port("n_layer_cross_v", [1, "N", "T", 1]),
      port("offset", [1], "int64"),
    ],
    outputs: [
      port("logits", ["N", "L", 8]),
      port("out_n_layer_self_k_cache", cache),
      port("out_n_layer_self_v_cache", cache),
    ],
  });
  return written(folder, "toy-languages", "language", { encoder, decoder });
}

function written(
  folder: string,
  id: string,
  task: "speaker-segmentation" | "speaker-embedding" | "language",
  bytes: Readonly<Record<string, Uint8Array>>,
): InstalledModel {
  const dir = join(folder, id);
  mkdirSync(dir, { recursive: true });
  for (const [role, content] of Object.entries(bytes))
    writeFileSync(join(dir, `${role}.onnx`), content);
  const files = Object.fromEntries(Object.keys(bytes).map((role) => [role, `${role}.onnx`]));
  return modelIn(dir, { id, task, kind: "toy", files });
}
