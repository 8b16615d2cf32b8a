import { statSync } from "node:fs";
import type { Progress } from "../../src/media/engine.ts";
import type { ObjectStore } from "../../src/objects/object-store.ts";
import type { Transcriber, TranscribeRequest } from "../../src/transcribe/transcriber.ts";
import { doWork } from "./do-work.ts";

interface Asked extends Partial<Omit<TranscribeRequest, "source">> {
  readonly by: Transcriber;
  readonly objects: ObjectStore;
  /** A WAV of 16 kHz, 16 bit, mono. */
  readonly path: string;
  readonly workDir: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** Transcribes a file like the step: from an object, with its length. */
export async function transcribeFile(asked: Asked) {
  const { by, objects, path, workDir, onProgress = () => {}, ...wanted } = asked;
  const source = await objects.putFile({ bucket: "outputs", key: "output/audio/a.mp3" }, path);
  const durationMs = Math.max(1, Math.floor((statSync(path).size - 44) / 32));
  const request: TranscribeRequest = { languageCode: "en-US", durationMs, ...wanted, source };
  const { signal } = new AbortController();
  try {
    return await doWork(by, request, { signal, onProgress, workDir });
  } finally {
    await objects.remove(source);
  }
}
