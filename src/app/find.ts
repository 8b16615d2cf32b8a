import { MediaError } from "../media/errors.ts";
import { spellingsOf } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import type { Ports } from "./ports.ts";

export const noMedia = (name: string): MediaError =>
  new MediaError("not_found", `there is no media ${JSON.stringify(name)}`);

/** The media file that a name stands for now, or the very version that was given. @throws MediaError `not_found` */
export async function found(ports: Pick<Ports, "catalog">, which: string | Media): Promise<Media> {
  return typeof which === "string" ? find(ports, which) : which;
}

/**
 * The media file that has a name already, in any spelling of its accents: names that look the same are one
 * name.
 */
export async function holderOf(
  { catalog }: Pick<Ports, "catalog">,
  name: string,
): Promise<Media | undefined> {
  for (const spelling of spellingsOf(name)) {
    const media = await catalog.getMedia(spelling);
    if (media !== undefined) return media;
  }
  return undefined;
}

/**
 * The media file of a name, however its accents are spelled.
 * @param owner another owner's is not found. Default: any owner's.
 * @throws MediaError `not_found`
 */
export async function find(
  { catalog }: Pick<Ports, "catalog">,
  name: string,
  owner?: string,
): Promise<Media> {
  for (const spelling of spellingsOf(name)) {
    const media = await catalog.getMedia(spelling);
    if (media !== undefined && (owner === undefined || media.owner === owner)) return media;
  }
  throw noMedia(name);
}
