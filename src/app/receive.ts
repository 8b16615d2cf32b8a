import type { Change, FileStamp, Twin } from "../catalog/catalog.ts";
import { MediaError } from "../media/errors.ts";
import type { MediaEvent } from "../media/event.ts";
import { canonicalJson, type JobRequest } from "../media/job.ts";
import type { Media, StoredObject } from "../media/media.ts";
import {
  mergedOptions,
  sameOptions,
  trackChoice,
  type TranscriptionOptions,
} from "../media/speech.ts";
import { followAll, followObject } from "../pipeline.ts";
import type { Engines, Ports } from "./ports.ts";
import { adoptedEvents } from "./replay.ts";

/** The versions that one caller has put in, for a caller that must leave all others alone. */
export interface OwnVersions {
  has(version: string): boolean;
  /** Called before a version is committed; the caller must know it for good when this returns. */
  add(version: string): Promise<void>;
}

/** How new bytes are to be received. */
export interface Arrival {
  readonly owner: string;
  /** The path on this machine that the bytes came from. */
  readonly origin?: string;
  /** The name as the caller spells it. Default: as the media file is called. */
  readonly spelling?: string;
  /** The same file as it looked: remembered, so that it need not be read again. */
  readonly file?: FileStamp | undefined;
  /** Other bytes under the name are replaced. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** Only these versions may be replaced, or count as unchanged. Default: all. */
  readonly own?: OwnVersions;
  /** The only version that may be replaced or count as unchanged; null: nothing may have the name. Default: any. */
  readonly expect?: string | null;
  /** Who asks for the work, and for which steps. Default: nobody in particular, for all. */
  readonly request?: JobRequest;
  /** Transcription options that go before those of a twin. */
  readonly speech?: TranscriptionOptions | undefined;
  /** The options of a twin do not count. Default: false. */
  readonly replacesOptions?: boolean;
}

export type Verdict =
  | "created"
  | "replaced"
  | "unchanged"
  | "not_yours"
  | "name_conflict"
  | "precondition_failed";

/** The media file after its arrival. `shared`: it got everything that was made of its twin. */
export interface Received {
  readonly media: Media;
  readonly change: "created" | "replaced" | "unchanged" | "shared";
}

/**
 * The rules of every door. The same bytes under the same name change nothing. Other bytes make a new
 * version if the caller says `replace`, or if they came from the same file. A name belongs to the
 * owner of its media file.
 */
export function judge(existing: Media | undefined, sha256: string, arrival: Arrival): Verdict {
  if (existing !== undefined && existing.owner !== arrival.owner) return "not_yours";
  const { expect = existing?.version ?? null } = arrival;
  if ((existing?.version ?? null) !== expect) return "precondition_failed";
  if (existing === undefined) return "created";
  if (arrival.own?.has(existing.version) === false) return "name_conflict";
  if (existing.sha256 === sha256) return "unchanged";
  const isSameFile = arrival.origin !== undefined && existing.origin === arrival.origin;
  return arrival.replace === true || isSameFile ? "replaced" : "name_conflict";
}

/** @param spelling the name as the caller spells it */
export function refusal(
  verdict: "not_yours" | "name_conflict",
  existing: Media,
  spelling: string = existing.name,
): MediaError {
  const quoted = JSON.stringify(existing.name);
  const name =
    spelling === existing.name ? quoted : `${quoted} (with its accents encoded in another way)`;
  if (verdict === "not_yours") return new MediaError(verdict, `${name} is another owner's`);
  const details = { existingOrigin: existing.origin };
  return new MediaError(verdict, `${name} is there with other contents`, { details });
}

/** Another version has the name than the one that was expected, or none has it any more. */
export function changed(name: string): MediaError {
  return new MediaError("precondition_failed", `${JSON.stringify(name)} was changed meanwhile`);
}

/** The engines decide only what a media file with a twin still lacks. */
interface ReceivePorts extends Pick<Ports, "catalog"> {
  readonly engines: () => Promise<Pick<Engines, "settingsFor">>;
}

/**
 * What follows from an arrival: the probe. A media file with a twin gets what the twin has, and the
 * work that today's settings add to it.
 */
async function followArrival(
  { engines }: ReceivePorts,
  created: MediaEvent & { type: "object.created" },
  twin: Twin | undefined,
  { request, speech, replacesOptions = false }: Arrival,
): Promise<readonly Change[]> {
  const { name, version } = created;
  const options = mergedOptions(replacesOptions ? undefined : twin?.speech, speech);
  const asked: Change[] = sameOptions(undefined, options)
    ? []
    : [
        {
          type: "event",
          event: { type: "transcription.requested", name, version, speech: options },
        },
      ];
  const tracks = trackChoice(options);
  if (twin === undefined) return [...asked, ...followObject(created, request, tracks)];
  const chosenAlike = canonicalJson(trackChoice(twin.speech ?? {})) === canonicalJson(tracks);
  const events = chosenAlike ? adoptedEvents(created, twin) : [created];
  const facts = events.find((event) => event.type === "media.probed")?.facts;
  const settings = (await engines()).settingsFor(options, facts);
  return [
    { type: "adopt", version, from: twin.version },
    ...asked,
    ...followAll(events, settings, request),
  ];
}

/**
 * Makes stored bytes the version of the media file with their key, with all that follows, in one
 * commit.
 * @param known the media file of that name, as the caller has just seen it
 * @throws MediaError `name_conflict`, `not_yours`, `precondition_failed`: nothing is written
 */
export async function receive(
  ports: ReceivePorts,
  source: StoredObject,
  arrival: Arrival,
  known: Media | undefined,
): Promise<Received> {
  const { catalog } = ports;
  const { key: name, version, sha256, sizeBytes } = source;
  const { owner, file, own } = arrival;
  const { origin } = arrival;
  for (let existing = known; ; existing = await catalog.getMedia(name)) {
    const verdict = judge(existing, sha256, arrival);
    if (verdict === "precondition_failed") throw changed(name);
    if (existing !== undefined && (verdict === "not_yours" || verdict === "name_conflict"))
      throw refusal(verdict, existing, arrival.spelling);
    if (existing !== undefined && verdict === "unchanged")
      return { media: existing, change: verdict };
    await own?.add(version);
    const twin = await catalog.findTwin({ sha256, owner });
    const from = twin === undefined ? {} : { twin: twin.name };
    const created = { type: "object.created", name, version, ...from } as const;
    const media = { name, version, owner, sha256, sizeBytes, ...(origin && { origin }) };
    const recorded = await catalog.applyAndGet({
      expect: { name, version: existing?.version ?? null, ...(twin && { twin }) },
      changes: [
        { type: "putMedia", media, source },
        { type: "event", event: created },
        ...(file ? [{ type: "noteFile", version, file } as const] : []),
        ...(await followArrival(ports, created, twin, arrival)),
      ],
    });
    if (recorded === undefined) continue; // another process was faster: look again
    const change = twin !== undefined ? "shared" : existing === undefined ? "created" : "replaced";
    return { media: recorded, change };
  }
}
