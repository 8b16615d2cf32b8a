// Labels one picture or video with the shared models and prints the labels as JSON. With --frames it prints
// whether a Person is in each frame. Without a file it only starts, to measure the cost of the start.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOnnxEngine } from "../src/label/onnx/labeler.ts";
import { summarize } from "../src/label/timeline.ts";
import { doWork } from "../test/support/do-work.ts";
import { defaultLimits } from "../src/media/limits.ts";
import { createFilesystemObjectStore } from "../src/objects/filesystem.ts";
import { createProbe } from "../src/probe/probe.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import { sharedClassifier, sharedDetector, storeOf } from "../test/support/shared-models.ts";

const path = process.argv.at(-1) ?? "";
const signal = new AbortController().signal;
const limits = defaultLimits;
const sandbox = await createSandbox();
const dir = mkdtempSync(join(tmpdir(), "dailies-labels-"));
const objects = createFilesystemObjectStore({ dir });
const models = storeOf(sharedDetector(), sharedClassifier());
const engine = createOnnxEngine({ sandbox, objects, limits, models });

async function label() {
  const facts = await createProbe({ sandbox, limits })(path, { signal });
  const place = { bucket: "uploads", key: "media" } as const;
  const { version } = await objects.putFile(place, path);
  const source = { ...place, version };
  const labeler = engine.best();
  if (!labeler) throw new Error("there is no runtime for ONNX models");
  const request = { source, facts };
  const options = { signal, onProgress: () => {}, workDir: dir };
  return (await doWork(labeler, request, options)).labeling;
}

if (process.argv.length > 2) {
  const labeling = await label();
  const seen = process.argv.includes("--frames")
    ? labeling.frames.map(({ timestampMs, labels }) => [
        timestampMs,
        labels.some(({ name }) => name === "Person"),
      ])
    : Object.fromEntries(
        summarize(labeling).map(({ name, confidence }) => [
          name,
          Math.round(confidence * 1000) / 10,
        ]),
      );
  process.stdout.write(JSON.stringify(seen));
}
await engine.close();
rmSync(dir, { recursive: true });
