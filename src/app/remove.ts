import type { Applied } from "../catalog/catalog.ts";
import type { MediaEvent } from "../media/event.ts";
import type { Media } from "../media/media.ts";
import { followObject } from "../pipeline.ts";
import { find } from "./find.ts";
import type { Ports } from "./ports.ts";
import { changed } from "./receive.ts";

export interface RemoveOptions {
  /** Another owner's media file is not found. Default: any owner's. */
  readonly owner?: string;
  /** The only version that may be removed (`precondition_failed`). Default: any. */
  readonly expect?: string;
  /** How long the results are kept for the same bytes under another name: a rename. Default: 10 s. */
  readonly keepMs?: number;
}

/**
 * Removes a version of a media file and all that was made of it; `superseded` when it is not current
 * any more.
 * @param keepMs how long the bytes are kept for a rename to find. Default: `renameMs`
 */
export async function removeVersion(
  { catalog }: Pick<Ports, "catalog">,
  { name, version }: Pick<Media, "name" | "version">,
  keepMs?: number,
): Promise<Applied> {
  const subject = { name, version };
  const removed = {
    type: "object.removed",
    ...subject,
    ...(keepMs !== undefined && { keepMs }),
  } satisfies MediaEvent;
  return catalog.apply({
    expect: subject,
    changes: [
      { type: "event", event: removed },
      ...followObject(removed),
      { type: "event", event: { type: "media.removed", ...subject } },
    ],
  });
}

/**
 * Removes a media file and all that was made of it; work on it stops. Without `keepMs` a rename within
 * 10 s finds the results again.
 * @throws MediaError `not_found`, `precondition_failed`
 */
export async function remove(
  ports: Pick<Ports, "catalog" | "enter" | "recover">,
  name: string,
  { owner, expect, keepMs }: RemoveOptions = {},
): Promise<void> {
  await ports.enter();
  for (let applied: Applied = "superseded"; applied === "superseded";) {
    const media = await find(ports, name, owner);
    if (expect !== undefined && media.version !== expect) throw changed(name);
    applied = await removeVersion(ports, media, keepMs);
  }
  if (keepMs === 0) await ports.recover();
}
