import type { Media } from "../media/media.ts";

/** What comes in: bytes under a name. */
export interface Arrival {
  readonly owner: string;
  readonly sha256: string;
  /** The file on this machine that they came from. */
  readonly origin?: string;
  /** Other bytes under the name give way. */
  readonly replace: boolean;
}

/** What an arrival is to the media that has its name. */
export type Verdict = "created" | "replaced" | "unchanged" | "not_yours" | "name_conflict";

/**
 * The rules of every door. The same bytes under the same name are nothing new; other bytes make a new
 * version if they are told to take the old ones' place, or came from the same file. A name belongs to
 * the owner of its media.
 */
export function judge(existing: Media | undefined, arrival: Arrival): Verdict {
  if (existing === undefined) return "created";
  if (existing.owner !== arrival.owner) return "not_yours";
  if (existing.sha256 === arrival.sha256) return "unchanged";
  const isSameFile = arrival.origin !== undefined && existing.origin === arrival.origin;
  return arrival.replace || isSameFile ? "replaced" : "name_conflict";
}
