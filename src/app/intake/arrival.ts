import type { Media } from "../../media/media.ts";

/** The versions that somebody took in: only these may give way to what comes in by the same hand. */
export interface OwnVersions {
  has(version: string): boolean;
  /** Called before a version is committed; kept for good when it returns. */
  add(version: string): Promise<void>;
}

/** What comes in: bytes under a name. */
export interface Arrival {
  readonly owner: string;
  readonly sha256: string;
  /** The file on this machine that they came from. */
  readonly origin?: string;
  /** Other bytes under the name give way. */
  readonly replace: boolean;
  /** What has the name must be one of these, also when the bytes are the same. Default: may be anything. */
  readonly own?: OwnVersions;
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
  if (arrival.own?.has(existing.version) === false) return "name_conflict";
  if (existing.sha256 === arrival.sha256) return "unchanged";
  const isSameFile = arrival.origin !== undefined && existing.origin === arrival.origin;
  return arrival.replace || isSameFile ? "replaced" : "name_conflict";
}
