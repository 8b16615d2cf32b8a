import { finished } from "../media/engine.ts";
import { MediaError } from "../media/errors.ts";
import { outputKey, safeJobName } from "../media/keys.ts";
import type { StoredObject } from "../media/media.ts";
import { toTranscribeJson } from "../media/to-transcribe-json.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { RunStep } from "../queue/step.ts";
import type { Transcriber } from "./transcriber.ts";

interface Parts {
  readonly transcriber: Transcriber;
  readonly objects: ObjectStore;
  /** The audio rendition of the media of that name. */
  readonly audioOf: (name: string) => Promise<StoredObject | undefined>;
}

/**
 * The step `transcribe`: what is said in the audio rendition, stored in the shape of Amazon
 * Transcribe's results. Settings: `languageCode` (BCP 47), `engine`. What is thrown is the
 * transcriber's, or `not_found` when there is no audio rendition.
 */
export function createTranscribeStep({ transcriber, objects, audioOf }: Parts): RunStep {
  return async ({ job, media, newId, ...options }) => {
    const { name, version, facts } = media;
    const { languageCode } = job.settings;
    if (typeof languageCode !== "string")
      throw new MediaError("internal", `the job of ${name} does not say in which language`);
    const source = await audioOf(name);
    if (source === undefined)
      throw new MediaError("not_found", `${JSON.stringify(name)} has no audio rendition`);
    const duration = facts?.durationMs === undefined ? {} : { durationMs: facts.durationMs };
    const request = { jobId: job.id, source, languageCode, ...duration };
    const { transcript, realTimeFactor, notes } = finished(
      await transcriber.start(request, options),
    );

    const json = toTranscribeJson({
      jobName: safeJobName(name, version),
      transcript,
      ...duration,
      ...(realTimeFactor === undefined ? {} : { realTimeFactor }),
    });
    const key = outputKey("transcribe", name);
    const ref = { bucket: "outputs", key, version: newId() } as const;
    const bytes = Buffer.from(JSON.stringify(json));
    const stored = await objects.put(
      ref,
      (async function* () {
        yield bytes;
      })(),
    );
    const object: StoredObject = { ...ref, ...stored, contentType: "application/json" };
    return {
      changes: [{ type: "putOutput", version, object }],
      events: [{ type: "transcript.created", name, version, transcript: ref.version }],
      notes,
    };
  };
}
