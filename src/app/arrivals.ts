import { resolve } from "node:path";
import type { Applied, Change } from "../catalog/catalog.ts";
import type { FollowArrival, Received } from "./intake/record.ts";
import {
  checkOwner,
  receiveFile,
  receiveStream,
  receiveUpload,
  type Door,
} from "./intake/receive.ts";
import { createFolderWatcher } from "../local/watch.ts";
import { reconcile } from "./reconcile.ts";
import { adoptedEvents } from "./replay.ts";
import { MediaError } from "../media/errors.ts";
import type { MediaEvent } from "../media/event.ts";
import type { JobRequest } from "../media/job.ts";
import { checkKey } from "../media/keys.ts";
import type { Media } from "../media/media.ts";
import { sameOptions, mergedOptions, type TranscriptionOptions } from "../media/speech.ts";
import { follow, type PipelineSettings } from "../pipeline.ts";
import type { Dailies } from "./dailies.ts";
import type { PutOptions } from "./arrival-options.ts";
import type { Parts } from "./parts.ts";
import { checkSpace, spaceOf } from "../local/space.ts";

const never = new AbortController().signal;

/** How an arrival is to be dealt with. */
interface FollowOptions {
  readonly request?: JobRequest;
  /** What is wished of the transcript; what a twin was wished goes before it comes in. */
  readonly speech?: TranscriptionOptions | undefined;
  /** Whether that is all that is wished, and a twin's wish counts for nothing. Default: false. */
  readonly replacesOptions?: boolean;
  /** The settings for such a wish. Default: the same for all. */
  readonly settingsFor?: (wish: TranscriptionOptions) => PipelineSettings;
}

/**
 * What follows from an arrival under today's settings: the whole pipeline, or, where there is a twin,
 * what its results do not answer.
 */
export function followArrival(
  settings: PipelineSettings,
  { request, speech, replacesOptions = false, settingsFor = () => settings }: FollowOptions = {},
): FollowArrival {
  return (event: MediaEvent, twin) => {
    const { name, version } = event;
    const wish = mergedOptions(replacesOptions ? undefined : twin?.speech, speech);
    const asked: Change[] = sameOptions(undefined, wish)
      ? []
      : [{ type: "event", event: { type: "speech.asked", name, version, speech: wish } }];
    const events = twin === undefined ? [event] : adoptedEvents(event, twin);
    return [...asked, ...events.flatMap((one) => follow(one, settingsFor(wish), request))];
  };
}

const tooLarge = (maxBytes: number): MediaError =>
  new MediaError("too_large", `more than ${maxBytes} bytes are not taken`);

/** After so many bytes of a stream it is seen anew whether there is room for more. */
const lookBytes = 8 * 1024 ** 2;

/**
 * A stream does not say how long it is: it is cut off where it has become too long, or the disk too
 * full.
 */
async function* asLongAsItFits(
  source: AsyncIterable<Uint8Array>,
  config: Parts["config"],
): AsyncGenerator<Uint8Array> {
  const { maxUploadBytes } = config.limits;
  let bytes = 0;
  let lookedAt = -lookBytes;
  for await (const chunk of source) {
    bytes += chunk.byteLength;
    if (bytes > maxUploadBytes) throw tooLarge(maxUploadBytes);
    if (bytes - lookedAt >= lookBytes) {
      lookedAt = bytes;
      await checkSpace(config);
    }
    yield chunk;
  }
}

/**
 * Removes a version of a media and all that was made of it; `superseded` when it is current no more.
 * @param keepMs how long the bytes are kept for a rename to find. Default: `renameMs`
 */
export async function removeVersion(
  { catalog, localSteps }: Pick<Parts, "catalog" | "localSteps">,
  { name, version }: Pick<Media, "name" | "version">,
  keepMs?: number,
): Promise<Applied> {
  const subject = { name, version };
  const { settings } = await localSteps();
  const keeping = keepMs === undefined ? {} : { keepMs };
  const removed: MediaEvent = { type: "object.removed", ...subject, ...keeping };
  return catalog.apply({
    expect: subject,
    changes: [
      { type: "event", event: removed },
      ...follow(removed, settings),
      { type: "event", event: { type: "media.removed", ...subject } },
    ],
  });
}

type Arrivals = Pick<
  Dailies,
  "put" | "putUpload" | "mayPut" | "remove" | "watch" | "reconcile" | "space"
>;

/** Objects come and go; what is to be done with them is left to a worker. */
export function createArrivals(parts: Parts): Arrivals {
  const door = async ({ signal = never, ...options }: PutOptions): Promise<Door> => {
    const [{ settings, settingsFor }] = await Promise.all([parts.localSteps(), parts.enter()]);
    return {
      owner: "local",
      ...options,
      signal,
      follow: followArrival(settings, { settingsFor }),
      checkRoom: () => checkSpace(parts.config),
    };
  };
  const received = async (receiving: Promise<Received>): Promise<Received> => {
    const result = await receiving.catch((error: unknown) => {
      if (!(error instanceof MediaError)) parts.unsettle();
      throw error;
    });
    if (result.change !== "unchanged") parts.wakeUps.wake();
    return result;
  };
  const put: Dailies["put"] = async (source, options) => {
    const through = await door(options);
    return received(
      typeof source === "string"
        ? receiveFile(parts, { ...through, path: resolve(source), ...within(options) })
        : receiveStream(parts, asLongAsItFits(source, parts.config), through),
    );
  };
  const remove: Dailies["remove"] = async (name, { owner, keepMs } = {}) => {
    await parts.enter();
    for (let applied: Applied = "superseded"; applied === "superseded";) {
      const media = await parts.catalog.getMedia(name);
      if (media === undefined || (owner !== undefined && media.owner !== owner))
        throw new MediaError("not_found", `there is no media ${JSON.stringify(name)}`);
      applied = await removeVersion(parts, media, keepMs);
    }
    if (keepMs === 0) await parts.recover();
  };
  return {
    put,
    async mayPut({ name, owner = "local", sizeBytes = 0 }) {
      await checkOwner(parts.catalog, checkKey(name), owner);
      const { maxUploadBytes } = parts.config.limits;
      if (sizeBytes > maxUploadBytes) throw tooLarge(maxUploadBytes);
      await checkSpace(parts.config, sizeBytes);
    },
    // without a look at the room: its bytes are there already, and a second name for them costs none
    async putUpload(path, options) {
      const through = await door(options);
      const { sha256 } = options;
      return received(receiveUpload(parts, path, { ...through, ...(sha256 && { sha256 }) }));
    },
    remove,
    async reconcile(options) {
      await parts.enter();
      const living = parts.livingSessions();
      const isLive = (session: string) => living.has(session);
      const report = await reconcile({ ...parts, isLive }, options);
      if (report.lostCount > 0) parts.wakeUps.wake();
      return report;
    },
    space: () => spaceOf(parts.config),
    watch: (dir, { owner = "local", signal, ...options }) =>
      createFolderWatcher({ ...options, dir, owner, catalog: parts.catalog, put, remove }).run(
        signal,
      ),
  };
}

function within({ within: folder }: PutOptions): { within?: string } {
  return folder === undefined ? {} : { within: folder };
}
