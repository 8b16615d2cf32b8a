import type { Attempt } from "../catalog/catalog.ts";
import type {
  JobPage,
  JobPageQuery,
  MediaBrief,
  MediaPage,
  MediaPageQuery,
  QueueCount,
} from "../catalog/pages.ts";
import { MediaError } from "../media/errors.ts";
import type { RecordedEvent } from "../media/event.ts";
import type { Job } from "../media/job.ts";
import type { LabelSummary } from "../media/label.ts";
import type { Media, ObjectRef, Rendition, StoredObject } from "../media/media.ts";
import type { Transcript } from "../media/transcript.ts";
import type { ExportFormat } from "./export-formats.ts";
import type { Parts } from "./parts.ts";
import { outputJson, readTranscript } from "./read-output.ts";
import { exportedText } from "./exported.ts";
import { timelineOf, type LabelTimeline } from "./timeline.ts";

/** A job with what a person who waits wants to know. */
export interface WatchedJob {
  readonly job: Job;
  readonly attempts: readonly Attempt[];
  /** Its likely place in line, 1 for the next one; absent when it does not wait in line. */
  readonly position?: number;
}

/**
 * What a service asks on somebody's behalf. Whoever asks names the owner; what is another's is not
 * found. What belongs to a media is found by the record that was found first, so that nothing of a
 * media that takes its place meanwhile is given away.
 */
export interface ServiceQueries {
  /** @throws MediaError `not_found` */
  find(name: string, owner: string): Promise<Media>;
  /** @throws MediaError `not_found` */
  brief(name: string, owner: string): Promise<MediaBrief>;
  /** By name; at most `limit` behind `after`. */
  briefs(filter: {
    owner: string;
    startsWith?: string;
    type?: NonNullable<Media["type"]>;
    label?: string;
    after?: string;
    limit: number;
  }): Promise<readonly MediaBrief[]>;
  page(query: MediaPageQuery): Promise<MediaPage>;
  labelsOf(media: Media): Promise<readonly LabelSummary[]>;
  renditionsOf(media: Media): Promise<readonly Rendition[]>;
  outputsOf(media: Media): Promise<readonly StoredObject[]>;
  /** The bytes that were put in. @throws MediaError `not_found` */
  sourceOf(media: Media): Promise<StoredObject>;
  /**
   * Bytes `start` up to, not including, `end`; fewer when the store has lost some. A chunk is good until
   * seven more have been asked for: copy what is kept longer. End it with `return()` when it is not read
   * to its end.
   * @throws MediaError `not_found`
   */
  chunks(
    object: ObjectRef,
    range: { readonly start: number; readonly end: number },
  ): Promise<AsyncGenerator<Uint8Array, void, void>>;
  /** @throws MediaError `not_found` when there is no transcript, or not yet */
  transcriptOf(media: Media): Promise<Transcript>;
  /** The transcript as a file of that format. @throws MediaError `not_found` */
  exportOf(media: Media, format: ExportFormat): Promise<string>;
  /** When each label is seen. @throws MediaError `not_found` when nothing was labelled, or not yet */
  timelineOf(media: Media): Promise<LabelTimeline>;
  jobsOf(media: Media): Promise<readonly WatchedJob[]>;
  jobPage(query: JobPageQuery): Promise<JobPage>;
  queueCounts(): Promise<readonly QueueCount[]>;
  lastEvent(): Promise<number>;
  eventsAfter(query: {
    owner: string;
    after: number;
    limit: number;
  }): Promise<readonly RecordedEvent[]>;
}

export function createServiceQueries(parts: Pick<Parts, "catalog" | "objects">): ServiceQueries {
  const { catalog, objects } = parts;
  const find = async (name: string, owner: string): Promise<Media> => {
    const media = await catalog.getMedia(name);
    if (media?.owner === owner) return media;
    throw new MediaError("not_found", `there is no media ${JSON.stringify(name)}`);
  };

  return {
    find,
    async brief(name, owner) {
      const brief = await catalog.getBrief(name, owner);
      if (brief !== undefined) return brief;
      throw new MediaError("not_found", `there is no media ${JSON.stringify(name)}`);
    },
    briefs: (filter) => catalog.listBriefs(filter),
    page: (query) => catalog.pageMedia(query),
    labelsOf: (media) => catalog.getLabels(media.version),
    renditionsOf: (media) => catalog.listRenditions(media.version),
    outputsOf: (media) => catalog.listOutputs(media.version),
    async sourceOf(media) {
      const object = await catalog.findObject("uploads", media.name);
      if (object !== undefined && object.sha256 === media.sha256) return object;
      throw new MediaError("not_found", `there is no media ${JSON.stringify(media.name)}`);
    },
    chunks: (object, range) => objects.read(object, range),
    transcriptOf: (media) => readTranscript(parts, media),
    async exportOf(media, format) {
      return exportedText(media.name, await readTranscript(parts, media), format);
    },
    async timelineOf(media) {
      const found = await outputJson(parts, media, "labels");
      if (found === undefined)
        throw new MediaError("not_found", `${JSON.stringify(media.name)} has no labels`);
      return timelineOf(found, media.facts?.durationMs, await catalog.getLabels(media.version));
    },
    async jobsOf(media) {
      const attempts = await catalog.listAttempts(media.name);
      const jobs = await catalog.listJobs({ version: media.version });
      return Promise.all(
        jobs.map(async (job): Promise<WatchedJob> => {
          const before = await catalog.jobsBefore(job.id);
          return {
            job,
            attempts: attempts.filter((attempt) => attempt.jobId === job.id),
            ...(before === undefined ? {} : { position: before + 1 }),
          };
        }),
      );
    },
    jobPage: (query) => catalog.pageJobs(query),
    queueCounts: () => catalog.countQueue(),
    lastEvent: () => catalog.lastEvent(),
    eventsAfter: (query) => catalog.listEventsAfter(query),
  };
}
