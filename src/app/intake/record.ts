import type { Catalog, Change, Twin } from "../../catalog/catalog.ts";
import { MediaError } from "../../media/errors.ts";
import type { MediaEvent } from "../../media/event.ts";
import type { Media, StoredObject } from "../../media/media.ts";
import { judge, type OwnVersions, type Verdict } from "./arrival.ts";

/** What follows from an arrival, committed with it; with a twin, only what that lacks. */
export type FollowArrival = (event: MediaEvent, twin: Twin | undefined) => readonly Change[];

/** Bytes in the store that are to become a media's version. */
export interface Stored {
  readonly source: StoredObject;
  readonly owner: string;
  /** The file on this machine that they came from. */
  readonly origin?: string;
  readonly replace: boolean;
  readonly own?: OwnVersions;
  readonly follow: FollowArrival;
}

/** A media after an arrival, and what that was. `shared`: it has what was made of its twin. */
export interface Received {
  readonly media: Media;
  readonly change: Exclude<Verdict, "not_yours" | "name_conflict"> | "shared";
}

export function refused(verdict: "not_yours" | "name_conflict", existing: Media): MediaError {
  const name = JSON.stringify(existing.name);
  if (verdict === "not_yours") return new MediaError(verdict, `${name} is another owner's`);
  const details = { existingOrigin: existing.origin };
  return new MediaError(verdict, `${name} is there with other contents`, { details });
}

/**
 * Makes stored bytes the version of the media of their key, with all that follows, in one commit.
 * @throws MediaError `name_conflict`, `not_yours`: nothing is written
 */
export async function record(catalog: Catalog, stored: Stored): Promise<Received> {
  const { source, owner, origin, replace, own } = stored;
  const { key: name, version, sha256, sizeBytes } = source;
  const arrival = { owner, sha256, replace, ...(origin === undefined ? {} : { origin }) };
  for (;;) {
    const existing = await catalog.getMedia(name);
    const verdict = judge(existing, own === undefined ? arrival : { ...arrival, own });
    if (existing !== undefined && (verdict === "not_yours" || verdict === "name_conflict"))
      throw refused(verdict, existing);
    if (existing !== undefined && verdict === "unchanged")
      return { media: existing, change: verdict };
    await own?.add(version);
    const twin = await catalog.findTwin({ sha256, owner });
    const { replace: _, ...rest } = arrival;
    const created: MediaEvent = {
      type: "object.created",
      name,
      version,
      ...(twin === undefined ? {} : { twin: twin.name }),
    };
    const adopted: readonly Change[] =
      twin === undefined ? [] : [{ type: "adopt", version, from: twin.version }];
    const applied = await catalog.apply({
      expect: { name, version: existing?.version ?? null, ...(twin && { twin }) },
      changes: [
        { type: "putMedia", media: { name, version, sizeBytes, ...rest }, source },
        { type: "event", event: created },
        ...adopted,
        ...stored.follow(created, twin),
        { type: "settle", version },
      ],
    });
    const media = applied === "applied" ? await catalog.getMedia(name) : undefined;
    if (media === undefined) continue; // somebody was faster: look again
    const change =
      twin === undefined ? (existing === undefined ? "created" : "replaced") : "shared";
    return { media, change };
  }
}
