import type { Attempt } from "../catalog/catalog.ts";
import type { RecordedEvent } from "../media/event.ts";
import { spellingsOf } from "../media/keys.ts";
import { find } from "./find.ts";
import type { Ports } from "./ports.ts";

/** What happened to a media file. */
export interface MediaLogs {
  readonly events: readonly RecordedEvent[];
  /** At the jobs of its current version. */
  readonly attempts: readonly Attempt[];
}

/** The events of a media file and the attempts at its jobs, also after its removal. @throws MediaError `not_found` */
export async function logs({ catalog }: Pick<Ports, "catalog">, name: string): Promise<MediaLogs> {
  for (const spelling of spellingsOf(name)) {
    const events = await catalog.listEvents(spelling);
    if (events.length > 0) return { events, attempts: await catalog.listAttempts(spelling) };
  }
  const media = await find({ catalog }, name);
  return { events: [], attempts: await catalog.listAttempts(media.name) };
}
