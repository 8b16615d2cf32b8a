import type { Catalog } from "../catalog/catalog.ts";
import type { MediaEvent } from "../media/event.ts";
import { outputKey } from "../media/keys.ts";
import type { Media } from "../media/media.ts";

/**
 * The events that brought a media to where it is. Following them again asks for what is already
 * there, which does nothing, and for what other settings make different, which is reprocessing.
 */
export async function replayedEvents(catalog: Catalog, media: Media): Promise<MediaEvent[]> {
  const subject = { name: media.name, version: media.version };
  if (media.facts === undefined) return [{ type: "object.created", ...subject }];
  const outputs = await catalog.listOutputs(media.version);
  const versionAt = (key: string) => outputs.find((output) => output.key === key)?.version;
  const audio = versionAt(outputKey("audio", media.name));
  const transcript = versionAt(outputKey("transcribe", media.name));
  const labels = versionAt(outputKey("labels", media.name));
  const events: MediaEvent[] = [{ type: "media.probed", facts: media.facts, ...subject }];
  if (audio !== undefined)
    events.push({ type: "rendition.created", rendition: "audio", ...subject });
  if (transcript !== undefined) events.push({ type: "transcript.created", transcript, ...subject });
  if (labels !== undefined) events.push({ type: "labels.created", labels, ...subject });
  return events;
}
