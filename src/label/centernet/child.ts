/**
 * The child process that runs CenterNet: frames in, detections out (see protocol.ts). It reads
 * nothing but its own packages and the model, and ends when its input does.
 */
import { Console } from "node:console";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type * as tfjs from "@tensorflow/tfjs-core";
import type { io } from "@tensorflow/tfjs-core";
import type * as tfjsConverter from "@tensorflow/tfjs-converter";
import type { Detection } from "../detection.ts";
import { frameBytes, frameSize, lowestScore } from "./protocol.ts";
import type { Answer, ChildFiles } from "./protocol.ts";

type Look = (pixels: Uint8Array) => readonly Detection[];

/** What the file centernet.json holds, as far as we read it. */
interface ModelDescription {
  readonly modelTopology: object;
  readonly format: string;
  readonly weightsManifest: readonly { readonly weights: io.WeightsManifestEntry[] }[];
}

const output = "tower_0/detections";

function answer(message: Answer): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function load(files: ChildFiles): Promise<{ look: Look; ready: Answer }> {
  const require = createRequire(import.meta.url);
  const tf: typeof tfjs = require(files.core);
  const { loadGraphModel }: typeof tfjsConverter = require(files.converter);
  // Some of the model's operations are in no other backend.
  require(files.cpu);
  require(files.wasm);
  await tf.setBackend("wasm");
  await tf.ready();

  const description: ModelDescription = JSON.parse(await readFile(files.model, "utf8"));
  const weights = await readFile(files.model.replace(/\.json$/, ".bin"));
  const artifacts = {
    modelTopology: description.modelTopology,
    format: description.format,
    weightSpecs: description.weightsManifest.flatMap((group) => group.weights),
    weightData: Uint8Array.from(weights).buffer,
  };
  const model = await loadGraphModel({ load: () => Promise.resolve(artifacts) });
  const modelSha256 = createHash("sha256").update(weights).digest("hex");

  const look: Look = (pixels) => {
    const input = tf.tensor4d(new Float32Array(pixels), [1, frameSize, frameSize, 3]);
    const outputs = [model.execute(input, [output])].flat();
    const rows = outputs[0]?.dataSync() ?? [];
    tf.dispose([input, ...outputs]);
    return detectionsOf([...rows]);
  };
  return { look, ready: { type: "ready", tfjs: tf.version_core, modelSha256 } };
}

const rounded = (value: number, steps: number) => Math.round(value * steps) / steps;

function detectionsOf(rows: readonly number[]): Detection[] {
  const found: Detection[] = [];
  for (let start = 0; start + 6 <= rows.length; start += 6) {
    const [left = 0, top = 0, right = 0, bottom = 0, score = 0, classIndex = 0] = rows.slice(
      start,
      start + 6,
    );
    // NaN does not pass either.
    if (!(score >= lowestScore)) continue;
    const corners = [rounded(left, 10), rounded(top, 10), rounded(right, 10), rounded(bottom, 10)];
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = corners;
    found.push([x1, y1, x2, y2, rounded(score, 10_000), classIndex]);
  }
  return found;
}

/** Calls back for each frame of the input, whole. The pixels are overwritten by the next frame. */
async function readFrames(input: AsyncIterable<Uint8Array>, onFrame: (pixels: Uint8Array) => void) {
  const headBytes = 4;
  const message = Buffer.alloc(headBytes + frameBytes);
  let filled = 0;
  for await (const chunk of input) {
    for (let start = 0; start < chunk.length;) {
      const taken = chunk.subarray(start, start + message.length - filled);
      message.set(taken, filled);
      filled += taken.length;
      start += taken.length;
      if (filled < message.length) continue;
      if (message.readUInt32LE() !== frameBytes) throw new Error("a frame of another size came");
      onFrame(message.subarray(headBytes));
      filled = 0;
    }
  }
}

// What the packages print must not mix with the answers.
globalThis.console = new Console(process.stderr);
const files: ChildFiles = JSON.parse(process.argv[2] ?? "{}");
const { look, ready } = await load(files);
answer(ready);
await readFrames(process.stdin, (pixels) => answer({ type: "seen", detections: look(pixels) }));
