import { bind } from "./bind.ts";
import { cancel } from "./cancel.ts";
import { editTranscript } from "./edit-transcript.ts";
import { exportDocument, exportText } from "./export.ts";
import { find } from "./find.ts";
import { importTranscript } from "./import-transcript.ts";
import { allJobs, heardSoFar, jobsOf } from "./jobs.ts";
import type { Library } from "./library.ts";
import { list, listAll } from "./list.ts";
import { logs } from "./logs.ts";
import { outputAt, outputNamed } from "./outputs.ts";
import type { Ports } from "./ports.ts";
import { search } from "./search.ts";
import { checkPut, put } from "./put.ts";
import { readTranscript } from "./read-output.ts";
import { remove } from "./remove.ts";
import { enqueueReprocess, reprocess } from "./reprocess.ts";
import { enqueueRetry, retry } from "./retry.ts";
import { brief, metadata, show, sourceOf } from "./show.ts";
import { timelineOf } from "./timeline.ts";
import { work, workOff } from "./work.ts";

/** A library over its ports: each method is a use case, or a question that a port answers itself. */
export function createLibrary(
  ports: Ports,
): Omit<
  Library,
  "access" | "streamLinks" | "buckets" | "transcriptions" | "labelJobs" | "notices" | "close"
> {
  const { catalog, queue, objects } = ports;
  return {
    ...bind(ports, {
      put,
      checkPut,
      remove,
      workOff,
      work,
      retry,
      search,
      enqueueRetry,
      reprocess,
      enqueueReprocess,
      cancel,
      list,
      allMedia: listAll,
      brief,
      find,
      show,
      metadata,
      timelineOf,
      outputNamed,
      outputAt,
      sourceOf,
      transcriptOf: readTranscript,
      export: exportText,
      exportDocument,
      importTranscript,
      editTranscript,
      allJobs,
      jobsOf,
      heardSoFar,
      logs,
    }),
    checkSpeech: async (options) => (await ports.engines()).checkSpeech(options),
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    pausedSince: () => queue.pausedSince(),
    mediaAfter: (filter) => catalog.listMedia(filter),
    objectsAfter: (page) => catalog.listObjects(page),
    page: (query) => catalog.pageMedia(query),
    briefs: (filter) => catalog.listBriefs(filter),
    labelsOf: (media) => catalog.getLabels(media),
    renditionsOf: (media) => catalog.listRenditions(media),
    outputsOf: (media) => catalog.listOutputs(media),
    chunks: (object, range) => objects.read(object, range),
    jobs: (filter = {}) => catalog.listJobs(filter),
    jobPage: (query) => catalog.pageJobs(query),
    queueCounts: () => catalog.countQueue(),
    lastEvent: () => catalog.lastEvent(),
    eventsAfter: (query) => catalog.listEventsAfter(query),
  };
}
