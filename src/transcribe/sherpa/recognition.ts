import type { Shortfall } from "../../media/damage.ts";
import type { Limits } from "../../media/limits.ts";
import { withLocalFile } from "../../objects/local-file.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { decodeSound } from "../decode-sound.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import type { Heard } from "./heard.ts";
import type { RecognizedPiece } from "./protocol.ts";
import { wholeSamples } from "./progress.ts";
import type { Recognized, RecognizerProcess } from "./recognizer-process.ts";
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
  /** See `TranscribeResult`. */
  readonly short: Shortfall | undefined;
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
  /** What an earlier attempt has heard, and where this one notes what it hears. */
  readonly heard: Heard;
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

const samplesPerMs = 16;

async function recognize(
  { sandbox, objects, limits }: Parts,
  recognizer: RecognizerProcess,
  request: TranscribeRequest,
  { signal, hotwords, onProgress: progress, kept, heard }: Options,
): Promise<Recognition> {
  const { durationMs, track } = request;
  const { fromMs } = heard;
  const pieces = [...heard.pieces];
  const known = durationMs === undefined ? {} : { durationMs };
  const take = async (answer: Recognized): Promise<void> => {
    const own = answer.pieces.map((piece) => ({ ...piece, startMs: piece.startMs + fromMs }));
    pieces.push(...own);
    progress(answer.untilMs + fromMs);
    await heard.note(own, answer.untilMs + fromMs);
  };
  // An earlier attempt has heard so much; the aligner needs it all the same.
  let passedOver = 2 * Math.round(fromMs * samplesPerMs);
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
      const rest = bytes.subarray(Math.min(passedOver, bytes.length));
      passedOver -= bytes.length - rest.length;
      if (rest.length > 0) await take(await recognizer.transcribe(rest, signal));
    }
    return { soundMs: sound.decodedMs(), short: sound.short(), notes: sound.notes() };
  });
  const end = await recognizer.end(take, signal);
  progress(decoded.soundMs);
  const complaints = recognizer.phraseComplaints();
  const phrases = complaints.length === 0 ? [] : ["some phrases could not be put to the model"];
  return {
    pieces,
    end,
    soundMs: decoded.soundMs,
    short: decoded.short,
    version: recognizer.version,
    notes: [...decoded.notes, ...phrases],
  };
}
