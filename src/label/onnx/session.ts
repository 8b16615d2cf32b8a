import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Ort from "onnxruntime-node";
import { createFeeder } from "./feeding.ts";
import type { Fed, Feeder } from "./feeding.ts";
import { feedingOf, NotOfItsKind, strideOf, yoloxRows } from "./kinds.ts";
import type { Output } from "./kinds.ts";
import { withOpenSize } from "./open-size.ts";
import type { ChildFiles, ModelFile } from "./protocol.ts";

/** A model that is ready to be shown pictures. */
export interface LoadedModel {
  readonly file: ModelFile;
  /** What it is to be given for a part of a picture; overwritten by the next. */
  readonly feed: Feeder;
  readonly run: (fed: Fed) => Promise<Output[]>;
}

/** The package that a child was told to run models with. */
export function loadRuntime({ runtime }: ChildFiles): typeof Ort {
  const ort: typeof Ort = createRequire(import.meta.url)(runtime.path);
  // WebAssembly's threads would be workers, which start more slowly than they help here.
  if (runtime.name === "onnxruntime-web") ort.env.wasm.numThreads = 1;
  return ort;
}

interface Opened {
  readonly session: Ort.InferenceSession;
  /** Set: it takes pictures whose edges are whole multiples of it. */
  readonly stride?: number;
  /** What its file says where the session leaves the size open, by the place in the shape. */
  readonly madeFor?: ReadonlyMap<number, number>;
}

const sessionOptions = {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  logSeverityLevel: 3,
} as const;

/** Whether a model gives, for a small picture that is no square, as much as it should. */
async function takesAnySize(ort: typeof Ort, session: Ort.InferenceSession, stride: number) {
  const size = { width: 2 * stride, height: stride };
  const nothing = new Float32Array(size.width * size.height * 3);
  const picture = new ort.Tensor("float32", nothing, [1, 3, size.height, size.width]);
  const outputs = await session.run({ [session.inputNames[0] ?? ""]: picture });
  return Object.values(outputs)[0]?.dims.at(-2) === yoloxRows(size);
}

async function openAnySize(
  ort: typeof Ort,
  path: string,
  stride: number,
): Promise<Opened | undefined> {
  try {
    const { bytes, madeFor } = withOpenSize(readFileSync(path));
    const session = await ort.InferenceSession.create(bytes, sessionOptions);
    if (await takesAnySize(ort, session, stride)) return { session, stride, madeFor };
    await session.release();
  } catch {
    // If anything is wrong with it, the runtime will say so of the file itself.
  }
  return undefined;
}

async function open(ort: typeof Ort, { kind, path }: ModelFile): Promise<Opened> {
  const stride = strideOf(kind);
  const opened = stride === undefined ? undefined : await openAnySize(ort, path, stride);
  return opened ?? { session: await ort.InferenceSession.create(path, sessionOptions) };
}

const tensorShape = (metadata: Ort.InferenceSession.ValueMetadata | undefined) =>
  metadata?.isTensor === true ? metadata.shape : [];

/** Loads a model. @throws NotOfItsKind, and what the runtime throws at a file that it cannot read */
export async function loadModel(ort: typeof Ort, file: ModelFile): Promise<LoadedModel> {
  const { session, stride, madeFor } = await open(ort, file);
  const [input] = session.inputMetadata;
  const [firstOutput] = session.outputMetadata;
  if (input?.isTensor !== true || input.type !== "float32")
    throw new NotOfItsKind("its input is no picture of numbers");
  const shape = input.shape.map((length, place) => madeFor?.get(place) ?? length);
  const classes = tensorShape(firstOutput).at(-1);
  const plain = feedingOf(file, shape, typeof classes === "number" ? classes : undefined);
  const isWhole = [plain.width, plain.height].every((edge) => edge % (stride ?? 1) === 0);
  const feeding = { ...plain, ...(stride !== undefined && isWhole && { stride }) };
  const run = async ({ values, width, height }: Fed): Promise<Output[]> => {
    const dims = feeding.layout === "planes" ? [1, 3, height, width] : [1, height, width, 3];
    const outputs = await session.run({ [input.name]: new ort.Tensor("float32", values, dims) });
    return Object.entries(outputs).map(([name, tensor]) => {
      if (!(tensor.data instanceof Float32Array))
        throw new NotOfItsKind(`its output ${name} is of ${tensor.type}`);
      return { name, data: tensor.data, dims: tensor.dims };
    });
  };
  return { file, feed: createFeeder(feeding), run };
}
