import type { Limits } from "../../media/limits.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { decodeSound } from "../decode-sound.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import type { RecognizedPiece } from "./protocol.ts";
import { wholeSamples } from "./progress.ts";
import type { RecognizerProcess } from "./recognizer-process.ts";
import { placesOf } from "./setup.ts";
import type { KeptSound } from "./word-times.ts";

interface Parts {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
}

/** What was recognized in a recording. */
interface Recognition {
  readonly pieces: readonly RecognizedPiece[];
  readonly end: Awaited<ReturnType<RecognizerProcess["end"]>>;
  readonly soundMs: number;
  /** The package's. */
  readonly version: string;
  /** Of the source, and of phrases that could not be expected. */
  readonly notes: readonly string[];
}

interface Options {
  readonly signal: AbortSignal;
  readonly hotwords: string | undefined;
  /** How much of the sound is done, ms. */
  readonly onProgress: (doneMs: number) => void;
  /** Takes the sound as it is decoded. */
  readonly kept: KeptSound | undefined;
}

/**
 * Streams a recording's sound through a child. When that fails the child is ended: it waits for the rest of
 * this recording, and must not take another for it.
 */
export async function recognizeAll(
  parts: Parts,
  recognizer: RecognizerProcess,
  request: TranscribeRequest,
  options: Options,
): Promise<Recognition> {
  try {
    return await recognize(parts, recognizer, request, options);
  } catch (thrown) {
    await recognizer.close();
    throw thrown;
  }
}

async function recognize(
  { sandbox, objects, limits }: Parts,
  recognizer: RecognizerProcess,
  request: TranscribeRequest,
  { signal, hotwords, onProgress: progress, kept }: Options,
): Promise<Recognition> {
  const { durationMs, track } = request;
  const pieces: RecognizedPiece[] = [];
  const known = durationMs === undefined ? {} : { durationMs };
  const take = (answer: { pieces: readonly RecognizedPiece[]; untilMs: number }): void => {
    pieces.push(...answer.pieces);
    progress(answer.untilMs);
  };
  const languages = placesOf(request);
  await recognizer.begin(
    {
      ...(languages === undefined ? {} : { languages }),
      ...(hotwords === undefined ? {} : { hotwords }),
    },
    signal,
  );
  const decoded = await withLocalFile(objects, request.source, async (path) => {
    const sound = decodeSound(sandbox, path, { limits, ...known, track, signal });
    for await (const bytes of wholeSamples(sound.bytes)) {
      await kept?.write(bytes);
      take(await recognizer.transcribe(bytes, signal));
    }
    return { soundMs: sound.decodedMs(), notes: sound.notes() };
  });
  const end = await recognizer.end(take, signal);
  progress(decoded.soundMs);
  const complaints = recognizer.phraseComplaints();
  const phrases = complaints.length === 0 ? [] : ["some phrases could not be put to the model"];
  return {
    pieces: [...pieces, ...end.pieces],
    end,
    soundMs: decoded.soundMs,
    version: recognizer.version,
    notes: [...decoded.notes, ...phrases],
  };
}
