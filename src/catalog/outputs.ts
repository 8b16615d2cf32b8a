import { outputKey, type OutputKind } from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import type { Catalog } from "./catalog.ts";

/** The output of that kind which was made of this version of a media file; undefined when there is none (yet). */
export async function outputOf(
  catalog: Pick<Catalog, "listOutputs">,
  media: Pick<Media, "name" | "version">,
  kind: OutputKind,
): Promise<StoredObject | undefined> {
  const key = outputKey(kind, media.name);
  const outputs = await catalog.listOutputs(media);
  return outputs.find((output) => output.key === key);
}
