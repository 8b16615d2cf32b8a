import { MediaError } from "../../media/errors.ts";
import type { Rendition } from "../../media/media.ts";
import type { ObjectStore } from "../../objects/object-store.ts";
import { storedObject } from "../../objects/stored.ts";
import type { TranscodeRequest } from "../transcoder.ts";
import { streamsOf } from "./arguments.ts";
import { formats, type Made } from "./output.ts";

/** Puts all outputs into the store, or none. */
export async function storeOutputs(
  objects: ObjectStore,
  request: TranscodeRequest,
  made: readonly Made[],
  engine: string,
  signal: AbortSignal,
): Promise<Rendition[]> {
  const renditions: Rendition[] = [];
  try {
    for (const [index, { target }] of request.renditions.entries()) {
      const output = made[index];
      if (output === undefined) throw new MediaError("internal", "an output was not made");
      const { plan, path, facts } = output;
      const stored = await objects.putFile(target, path, { move: true, signal });
      const { contentType } = formats[plan.rendition];
      const { width, height, durationMs } = facts;
      renditions.push({
        rendition: plan.rendition,
        object: storedObject(stored, contentType),
        ...(width === undefined || height === undefined ? {} : { width, height }),
        ...(durationMs === undefined ? {} : { durationMs }),
        engine,
        copied: streamsOf(plan).some(({ copy }) => copy),
      });
    }
    return renditions;
  } catch (error) {
    // The first error is reported.
    await Promise.allSettled(renditions.map(({ object }) => objects.remove(object)));
    throw error;
  }
}
