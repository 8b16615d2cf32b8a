// The entry of a reader thread: answers slow reads from a connection of its own that cannot write.
import { parentPort, workerData } from "node:worker_threads";
import { openForReading } from "../open.ts";
import { statements } from "../statements.ts";
import { asMediaError } from "../../../media/errors.ts";
import type { Question } from "./reader-line.ts";
import type { Answer } from "./readers.ts";
import { createSlowReads } from "./slow-reads.ts";

const { path } = workerData as { path: string };
const reads = createSlowReads(statements(openForReading(path)));

async function answer({ method, argument }: Question): Promise<Answer> {
  try {
    return { result: await reads[method](argument as never) };
  } catch (error) {
    const { code, message, remedy } = asMediaError(error);
    return { error: { code, message, remedy } };
  }
}

parentPort?.on("message", async (question: Question) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort?.postMessage(await answer(question));
});
