import type { MediaBrief } from "../catalog/pages.ts";
import { MediaError } from "../media/errors.ts";
import type { Job } from "../media/job.ts";
import { spellingsOf } from "../media/keys.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, Rendition, StoredObject } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";
import type { MetadataRecord } from "../catalog/catalog.ts";
import { find, noMedia } from "./find.ts";
import { heardSoFar } from "./jobs.ts";
import type { HeardSoFar, Ports } from "./ports.ts";
import { findTranscript } from "./read-output.ts";

/** Everything about one media file. */
export interface MediaDetails {
  readonly media: Media;
  readonly renditions: readonly Rendition[];
  readonly outputs: readonly StoredObject[];
  readonly labels: readonly LabelSummary[];
  readonly transcript?: Transcript;
  /** What has been transcribed by a job that is not done. Words may change until it is. */
  readonly heardSoFar?: HeardSoFar;
  readonly jobs: readonly Job[];
}

/** @throws MediaError `not_found` */
export async function show(
  ports: Pick<Ports, "catalog" | "objects" | "heardSoFar">,
  name: string,
): Promise<MediaDetails> {
  const { catalog } = ports;
  const media = await find(ports, name);
  const transcript = await findTranscript(ports, media);
  const jobs = await catalog.listJobs({ media });
  const heard = await Promise.all(jobs.map((job) => heardSoFar(ports, job)));
  const soFar = heard.find((one) => one !== undefined);
  return {
    media,
    renditions: await catalog.listRenditions(media),
    outputs: await catalog.listOutputs(media),
    labels: await catalog.getLabels(media),
    jobs,
    ...(soFar !== undefined && { heardSoFar: soFar }),
    ...(transcript !== undefined && { transcript }),
  };
}

/** The name of an owner's media file, with its labels. @throws MediaError `not_found` */
export async function brief(
  { catalog }: Pick<Ports, "catalog">,
  name: string,
  owner: string,
): Promise<MediaBrief> {
  for (const spelling of spellingsOf(name)) {
    const found = await catalog.getBrief(spelling, owner);
    if (found !== undefined) return found;
  }
  throw noMedia(name);
}

/** @param owner another owner's is not found. Default: any owner's. @throws MediaError `not_found` */
export async function metadata(
  { catalog }: Pick<Ports, "catalog">,
  jsonFile: string,
  owner?: string,
): Promise<MetadataRecord> {
  for (const spelling of spellingsOf(jsonFile)) {
    const record = await catalog.getMetadata(spelling, owner);
    if (record !== undefined) return record;
  }
  throw new MediaError("not_found", `there is no metadata for ${JSON.stringify(jsonFile)}`);
}

/** The bytes that were put in for this version. @throws MediaError `not_found` */
export async function sourceOf(
  { catalog }: Pick<Ports, "catalog">,
  media: Media,
): Promise<StoredObject> {
  const object = await catalog.getSource(media);
  if (object !== undefined) return object;
  throw noMedia(media.name);
}
