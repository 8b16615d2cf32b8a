import { MediaError } from "../media/errors.ts";
import type { SearchHit, SearchQuery } from "../search/search.ts";
import type { Ports } from "./ports.ts";

/** The media files that hold all the words, best first. @throws MediaError `not_supported` */
export async function search(
  { search: index }: Pick<Ports, "search">,
  query: SearchQuery,
): Promise<readonly SearchHit[]> {
  if (index !== undefined) return index.search(query);
  throw new MediaError("not_supported", "this library cannot search what is said");
}
