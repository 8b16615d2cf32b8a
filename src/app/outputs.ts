import { outputOf } from "../catalog/outputs.ts";
import { MediaError } from "../media/errors.ts";
import {
  sourcesOf,
  sourcesOfEarlier,
  sourcesOfSubtitle,
  spellingsOf,
  type OutputKind,
} from "../media/keys.ts";
import type { Media, StoredObject } from "../media/media.ts";
import type { Ports } from "./ports.ts";

/** An output of a media file. @throws MediaError `not_found` when there is none, or not yet */
export async function outputNamed(
  { catalog }: Pick<Ports, "catalog">,
  media: Media,
  kind: OutputKind,
): Promise<StoredObject> {
  const object = await outputOf(catalog, media, kind);
  if (object !== undefined) return object;
  throw new MediaError("not_found", `${JSON.stringify(media.name)} has no ${kind}, or not yet`);
}

/**
 * The output with this key: `output/web/talk.mp4`.
 * @param owner of another owner's media file it is not found. Default: any owner's
 * @throws MediaError `not_found`
 */
export async function outputAt(
  { catalog }: Pick<Ports, "catalog">,
  key: string,
  owner?: string,
): Promise<StoredObject> {
  for (const spelling of spellingsOf(key)) {
    const names = [
      ...sourcesOf(spelling).map(({ name }) => name),
      ...sourcesOfEarlier(spelling),
      ...sourcesOfSubtitle(spelling),
    ];
    for (const name of new Set(names)) {
      const media = await catalog.getMedia(name);
      if (media === undefined || (owner !== undefined && media.owner !== owner)) continue;
      const object = (await catalog.listOutputs(media)).find((one) => one.key === spelling);
      if (object !== undefined) return object;
    }
  }
  throw new MediaError("not_found", `there is no output ${JSON.stringify(key)}`);
}
