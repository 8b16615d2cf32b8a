/**
 * The child process that runs ONNX models: pictures and questions in, what is seen out (see
 * protocol.ts). It reads nothing but its own packages and the models, and ends when its input does.
 */
import { Console } from "node:console";
import { createRequire } from "node:module";
import type * as Ort from "onnxruntime-node";
import { feed } from "./feeding.ts";
import type { Feeding, Picture } from "./feeding.ts";
import { feedingOf, NotOfItsKind, readClasses, readDfine, readTags, readYolox } from "./kinds.ts";
import type { Output } from "./kinds.ts";
import { headBytes } from "./protocol.ts";
import type { Answer, ChildFiles, ModelFile, ModelRole, Question, Region } from "./protocol.ts";

interface Loaded {
  readonly file: ModelFile;
  readonly feeding: Feeding;
  readonly run: (values: Float32Array) => Promise<Output[]>;
}

function answer(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function loadRuntime({ runtime }: ChildFiles): typeof Ort {
  const ort: typeof Ort = createRequire(import.meta.url)(runtime.path);
  // WebAssembly's threads would be workers, which start more slowly than they help here.
  if (runtime.name === "onnxruntime-web") ort.env.wasm.numThreads = 1;
  return ort;
}

const tensorShape = (metadata: Ort.InferenceSession.ValueMetadata | undefined) =>
  metadata?.isTensor === true ? metadata.shape : [];

async function loadModel(ort: typeof Ort, file: ModelFile): Promise<Loaded> {
  const one = { intraOpNumThreads: 1, interOpNumThreads: 1, executionMode: "sequential" } as const;
  const session = await ort.InferenceSession.create(file.path, { ...one, logSeverityLevel: 3 });
  const [input] = session.inputMetadata;
  const [firstOutput] = session.outputMetadata;
  if (input?.isTensor !== true || input.type !== "float32")
    throw new NotOfItsKind("its input is no picture of numbers");
  const classes = tensorShape(firstOutput).at(-1);
  const feeding = feedingOf(file, input.shape, typeof classes === "number" ? classes : undefined);
  const { width, height, layout } = feeding;
  const dims = layout === "planes" ? [1, 3, height, width] : [1, height, width, 3];
  const run = async (values: Float32Array): Promise<Output[]> => {
    const outputs = await session.run({ [input.name]: new ort.Tensor("float32", values, dims) });
    return Object.entries(outputs).map(([name, tensor]) => {
      if (!(tensor.data instanceof Float32Array))
        throw new NotOfItsKind(`its output ${name} is of ${tensor.type}`);
      return { name, data: tensor.data, dims: tensor.dims };
    });
  };
  return { file, feeding, run };
}

const whole: Region = { left: 0, top: 0, width: 1, height: 1 };

async function see(models: Map<ModelRole, Loaded>, picture: Picture, question: Question) {
  const look = async (role: ModelRole, part: Region) => {
    const model = models.get(role);
    if (!model) return undefined;
    const outputs = await model.run(feed(picture, part, model.feeding));
    const [first] = outputs;
    if (!first) throw new NotOfItsKind("it gives nothing");
    return { model, outputs, first };
  };
  const detections = [];
  for (const { mirrored = false } of question.detect) {
    const seen = await look("detection", { ...whole, mirrored });
    if (!seen) continue;
    const isYolox = seen.model.file.kind === "yolox";
    const { feeding } = seen.model;
    detections.push(isYolox ? readYolox(seen.first, feeding, picture) : readDfine(seen.outputs));
  }
  const classes = [];
  for (const part of question.classify) {
    const seen = await look("classification", part);
    if (seen) classes.push(readClasses(seen.first));
  }
  const tagged = question.tag ? await look("tagging", whole) : undefined;
  const count = Number(tagged?.model.file.settings["tags"] ?? 0);
  const tags = tagged ? readTags(tagged.first, count) : [];
  return { type: "seen", detections, classes, tags } as const;
}

/** Calls back for each message of the input, whole. */
async function readMessages(
  input: AsyncIterable<Uint8Array>,
  onMessage: (question: Question, pixels: Uint8Array) => Promise<void>,
): Promise<void> {
  let chunks: Uint8Array[] = [];
  let held = 0;
  const take = (bytes: number): Buffer => {
    const joined = Buffer.concat(chunks);
    chunks = [joined.subarray(bytes)];
    held = joined.length - bytes;
    return joined.subarray(0, bytes);
  };
  let head: { json: number; pixels: number } | undefined;
  for await (const chunk of input) {
    chunks.push(chunk);
    held += chunk.length;
    for (;;) {
      if (head === undefined) {
        if (held < headBytes) break;
        const lengths = take(headBytes);
        head = { json: lengths.readUInt32LE(0), pixels: lengths.readUInt32LE(4) };
      }
      if (held < head.json + head.pixels) break;
      const question: Question = JSON.parse(take(head.json).toString());
      await onMessage(question, take(head.pixels));
      head = undefined;
    }
  }
}

// What the packages print must not come among the answers.
globalThis.console = new Console(process.stderr);
const files: ChildFiles = JSON.parse(process.argv[2] ?? "{}");
const ort = loadRuntime(files);
const models = new Map<ModelRole, Loaded>();
let usable = true;
for (const file of files.models)
  try {
    models.set(file.role, await loadModel(ort, file));
  } catch (error) {
    usable = false;
    answer({
      type: "refused",
      model: file.id,
      why: (error as Error).message.slice(0, 500),
    });
    break;
  }
let last: Uint8Array = new Uint8Array();
if (usable) {
  answer({ type: "ready", runtime: ort.env.versions.common });
  await readMessages(process.stdin, async (question, pixels) => {
    if (pixels.length > 0) last = pixels;
    const { size } = question;
    if (last.length !== size * size * 3) throw new Error("a picture of another size came");
    try {
      answer(await see(models, { ...question, pixels: last }, question));
    } catch (error) {
      if (!(error instanceof NotOfItsKind)) throw error;
      answer({ type: "refused", model: "", why: error.message });
    }
  });
}
