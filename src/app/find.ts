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
 * The media file that has a name, in any spelling of its accents: names that look the same are one name.
 * @param owner another owner's is not found. Default: any owner's.
 */
export async function holderOf(
  { catalog }: Pick<Ports, "catalog">,
  name: string,
  owner?: string,
): Promise<Media | undefined> {
  for (const spelling of spellingsOf(name)) {
    const media = await catalog.getMedia(spelling);
    if (media !== undefined && (owner === undefined || media.owner === owner)) return media;
  }
  return undefined;
}

/** The same, where it has to be there. @throws MediaError `not_found` */
export async function find(
  ports: Pick<Ports, "catalog">,
  name: string,
  owner?: string,
): Promise<Media> {
  const media = await holderOf(ports, name, owner);
  if (media === undefined) throw noMedia(name);
  return media;
}
