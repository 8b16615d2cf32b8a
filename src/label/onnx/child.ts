/**
 * The child process that runs ONNX models: pictures and questions in, results out (see
 * protocol.ts). It reads nothing but its own packages and the models, and ends when its input does.
 */
import { Console } from "node:console";
import type { Picture } from "./feeding.ts";
import { NotOfItsKind, readClasses, readDfine, readTags, readYolox } from "./kinds.ts";
import { headBytes } from "./protocol.ts";
import type { Answer, ChildFiles, ModelRole, Question, Region } from "./protocol.ts";
import { loadModel, loadRuntime } from "./session.ts";
import type { LoadedModel } from "./session.ts";

function answer(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

const whole: Region = { left: 0, top: 0, width: 1, height: 1 };

async function see(models: Map<ModelRole, LoadedModel>, picture: Picture, question: Question) {
  const look = async (role: ModelRole, part: Region, sparing?: boolean) => {
    const model = models.get(role);
    if (!model) return undefined;
    const fed = model.feed(picture, part, sparing);
    const outputs = await model.run(fed);
    const [first] = outputs;
    if (!first) throw new NotOfItsKind("it gives nothing");
    return { model, fed, outputs, first };
  };
  const detections = [];
  for (const { mirrored = false, sparing } of question.detect) {
    const seen = await look("detection", { ...whole, mirrored }, sparing);
    if (!seen) continue;
    const isYolox = seen.model.file.kind === "yolox";
    detections.push(isYolox ? readYolox(seen.first, seen.fed) : readDfine(seen.outputs));
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

/** Fills buffers from a stream, one after the other. */
function createFiller(input: AsyncIterable<Uint8Array>) {
  const chunks = input[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array();
  /** Whether there was enough. */
  return async function fill(target: Uint8Array): Promise<boolean> {
    for (let filled = 0; filled < target.length;) {
      if (chunk.length === 0) {
        const { done, value } = await chunks.next();
        if (done === true) return false;
        chunk = value;
      }
      const taken = chunk.subarray(0, target.length - filled);
      target.set(taken, filled);
      filled += taken.length;
      chunk = chunk.subarray(taken.length);
    }
    return true;
  };
}

/**
 * Calls back for each message of the input, whole. Pixels are overwritten by the next ones; a message
 * without pixels is about the last picture.
 */
async function readMessages(
  input: AsyncIterable<Uint8Array>,
  onMessage: (question: Question, pixels: Uint8Array) => Promise<void>,
): Promise<void> {
  const fill = createFiller(input);
  const head = Buffer.alloc(headBytes);
  let pixels = new Uint8Array();
  while (await fill(head)) {
    const json = Buffer.alloc(head.readUInt32LE(0));
    const size = head.readUInt32LE(4);
    if (size > 0 && size !== pixels.length) pixels = new Uint8Array(size);
    if (!(await fill(json)) || (size > 0 && !(await fill(pixels)))) return;
    await onMessage(JSON.parse(json.toString()), pixels);
  }
}

// What the packages print must not mix with the answers.
globalThis.console = new Console(process.stderr);
const files: ChildFiles = JSON.parse(process.argv[2] ?? "{}");
const ort = loadRuntime(files);
const models = new Map<ModelRole, LoadedModel>();
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
if (usable) {
  answer({ type: "ready", runtime: ort.env.versions.common });
  await readMessages(process.stdin, async (question, pixels) => {
    const { width, height } = question;
    if (pixels.length !== width * height * 3) throw new Error("a picture of another size came");
    try {
      answer(await see(models, { width, height, pixels }, question));
    } catch (error) {
      if (!(error instanceof NotOfItsKind)) throw error;
      answer({ type: "refused", model: "", why: error.message });
    }
  });
}
