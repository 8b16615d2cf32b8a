import { transcriptDocument } from "../export/docx/document.ts";
import { MediaError } from "../media/errors.ts";
import type { Dailies } from "./dailies.ts";
import { mediaNamed } from "./media-named.ts";
import type { Parts } from "./parts.ts";
import { findTranscript, readTranscript } from "./read-output.ts";
import { exportedText } from "./exported.ts";

type Queries = Pick<
  Dailies,
  | "list"
  | "allMedia"
  | "show"
  | "metadata"
  | "search"
  | "export"
  | "exportDocument"
  | "jobs"
  | "allJobs"
  | "pausedSince"
  | "logs"
>;

/** What is listed whole is read so many at a time. */
const pageSize = 100;

/** What is asked of a library without changing it. */
export function createQueries(parts: Parts): Queries {
  const { catalog, queue } = parts;

  const list: Queries["list"] = async (filter = {}) => {
    const found = await catalog.listMedia(filter);
    return Promise.all(
      found.map(async (media) => ({
        media,
        labels: await catalog.getLabels(media.version),
        draft: await catalog.isDraft(media.version),
      })),
    );
  };

  return {
    list,
    async *allMedia({ after: start, limit = Infinity, ...filter } = {}) {
      let after = start;
      for (let left = limit; left > 0; left -= pageSize) {
        const place = after === undefined ? {} : { after };
        const wanted = Math.min(left, pageSize);
        const page = await list({ ...filter, ...place, limit: wanted });
        if (page.length > 0) yield page;
        if (page.length < wanted) return;
        after = page.at(-1)?.media.name;
      }
    },
    async show(name) {
      const media = await mediaNamed(parts, name);
      const { version } = media;
      const transcript = await findTranscript(parts, media);
      return {
        media,
        renditions: await catalog.listRenditions(version),
        outputs: await catalog.listOutputs(version),
        labels: await catalog.getLabels(version),
        jobs: await catalog.listJobs({ version }),
        ...(transcript === undefined ? {} : { transcript }),
      };
    },
    async metadata(jsonFile, owner) {
      const record = await catalog.getMetadata(jsonFile, owner);
      if (record !== undefined) return record;
      throw new MediaError("not_found", `there is no metadata for ${JSON.stringify(jsonFile)}`);
    },
    search: (query) => catalog.search(query),
    async export(name, format, options) {
      const media = await mediaNamed(parts, name);
      const transcript = await readTranscript(parts, media);
      return exportedText(name, transcript, format, options);
    },
    async exportDocument(name) {
      const media = await mediaNamed(parts, name);
      const transcript = await readTranscript(parts, media);
      const jobs = await catalog.listJobs({ version: media.version, step: "transcribe" });
      const transcribedAt = jobs.find((job) => job.state === "succeeded")?.finishedAt;
      const durationMs = media.facts?.durationMs;
      return transcriptDocument({
        name,
        transcript,
        ...(durationMs === undefined ? {} : { durationMs }),
        ...(transcribedAt === undefined ? {} : { transcribedAt }),
      });
    },
    jobs: (filter = {}) => catalog.listJobs(filter),
    async *allJobs({ limit = Infinity, ...filter } = {}) {
      let after: number | undefined;
      for (let left = limit; left > 0; left -= pageSize) {
        const place = after === undefined ? {} : { after };
        const wanted = Math.min(left, pageSize);
        const { jobs, next } = await catalog.pageAllJobs({ ...filter, ...place, limit: wanted });
        if (jobs.length > 0) yield jobs;
        if (next === undefined) return;
        after = next;
      }
    },
    pausedSince: () => queue.pausedSince(),
    async logs(name) {
      const events = await catalog.listEvents(name);
      if (events.length === 0) await mediaNamed(parts, name);
      return { events, attempts: await catalog.listAttempts(name) };
    },
  };
}
