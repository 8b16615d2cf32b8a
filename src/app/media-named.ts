import { MediaError } from "../media/errors.ts";
import type { Media } from "../media/media.ts";
import type { Parts } from "./parts.ts";

/** Whosever it is. @throws MediaError `not_found` */
export async function mediaNamed(
  { catalog }: Pick<Parts, "catalog">,
  name: string,
): Promise<Media> {
  const media = await catalog.getMedia(name);
  if (media !== undefined) return media;
  throw new MediaError("not_found", `there is no media ${JSON.stringify(name)}`);
}
