import type { Catalog, Twin } from "../catalog/catalog.ts";
import type { MediaEvent } from "../media/event.ts";
import type { MediaFacts } from "../media/facts.ts";
import { outputKey, renamedOutput } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";

/** What is known of a version: enough to name the events that led to it. */
interface Known {
  readonly name: string;
  readonly version: string;
  readonly facts?: MediaFacts;
  readonly outputs: readonly Pick<StoredObject, "key" | "version">[];
}

/**
 * The events that bring a media file to where it is. Following them again enqueues what is already
 * there, which does nothing, and what other settings make different, which is reprocessing.
 */
export function eventsUpTo({ name, version, facts, outputs }: Known): MediaEvent[] {
  const subject = { name, version };
  if (facts === undefined) return [{ type: "object.created", ...subject }];
  const versionAt = (key: string) => outputs.find((output) => output.key === key)?.version;
  const audio = versionAt(outputKey("audio", name));
  const transcript = versionAt(outputKey("transcribe", name));
  const labels = versionAt(outputKey("labels", name));
  const events: MediaEvent[] = [{ type: "media.probed", facts, ...subject }];
  if (audio !== undefined)
    events.push({ type: "rendition.created", rendition: "audio", ...subject });
  if (transcript !== undefined) events.push({ type: "transcript.created", transcript, ...subject });
  if (labels !== undefined) events.push({ type: "labels.created", labels, ...subject });
  return events;
}

export async function replayedEvents(catalog: Catalog, media: Media): Promise<MediaEvent[]> {
  const { name, version, facts } = media;
  const outputs = await catalog.listOutputs(media);
  return eventsUpTo({ name, version, outputs, ...(facts === undefined ? {} : { facts }) });
}

/** The events that bring a media file to where its twin is: what it adopts, under its own name. */
export function adoptedEvents(media: { name: string; version: string }, twin: Twin): MediaEvent[] {
  const outputs = twin.outputs.flatMap(({ key, version }) => {
    const renamed = renamedOutput(key, twin.name, media.name);
    return renamed === undefined ? [] : [{ key: renamed, version }];
  });
  return eventsUpTo({ ...media, facts: twin.facts, outputs });
}
