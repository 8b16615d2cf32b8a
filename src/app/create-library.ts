import type { Media } from "../media/media.ts";
import { cancel } from "./cancel.ts";
import { exportDocument, exportText } from "./export.ts";
import { find } from "./find.ts";
import { allJobs, jobsOf } from "./jobs.ts";
import type { Library } from "./library.ts";
import { list, listAll } from "./list.ts";
import { logs } from "./logs.ts";
import type { Ports } from "./ports.ts";
import { readTranscript } from "./read-output.ts";
import { checkPut, put } from "./put.ts";
import { remove } from "./remove.ts";
import { enqueueReprocess, reprocess } from "./reprocess.ts";
import { enqueueRetry, retry } from "./retry.ts";
import { brief, metadata, show, sourceOf } from "./show.ts";
import { timelineOf } from "./timeline.ts";
import { work, workOff } from "./work.ts";

/** A library over its ports: each method is one use case. */
export function createLibrary(ports: Ports): Omit<Library, "access" | "notices" | "close"> {
  const { catalog, queue, objects } = ports;
  const found = async (which: string | Media): Promise<Media> =>
    typeof which === "string" ? find(ports, which) : which;
  return {
    put: (source, options) => put(ports, source, options),
    checkPut: async (options) => void (await checkPut(ports, options)),
    remove: (name, options) => remove(ports, name, options),
    workOff: (options) => workOff(ports, options),
    work: (options) => work(ports, options),
    retry: (name, options) => retry(ports, name, options),
    enqueueRetry: (name, options) => enqueueRetry(ports, name, options),
    reprocess: (which, options) => reprocess(ports, which, options),
    enqueueReprocess: (name, options) => enqueueReprocess(ports, name, options),
    cancel: (name) => cancel(ports, name),
    pause: () => queue.pause(),
    resume: () => queue.resume(),
    pausedSince: () => queue.pausedSince(),
    list: (filter) => list(ports, filter),
    allMedia: (filter) => listAll(ports, filter),
    page: (query) => catalog.pageMedia(query),
    briefs: (filter) => catalog.listBriefs(filter),
    brief: (name, owner) => brief(ports, name, owner),
    find: (name, owner) => find(ports, name, owner),
    show: (name) => show(ports, name),
    search: (query) => catalog.search(query),
    metadata: (jsonFile, owner) => metadata(ports, jsonFile, owner),
    labelsOf: ({ version }) => catalog.getLabels(version),
    timelineOf: (media) => timelineOf(ports, media),
    renditionsOf: ({ version }) => catalog.listRenditions(version),
    outputsOf: ({ version }) => catalog.listOutputs(version),
    sourceOf: (media) => sourceOf(ports, media),
    chunks: (object, range) => objects.read(object, range),
    transcriptOf: (media) => readTranscript(ports, media),
    export: async (which, ...how) => exportText(ports, await found(which), ...how),
    exportDocument: async (which) => exportDocument(ports, await found(which)),
    jobs: (filter = {}) => catalog.listJobs(filter),
    allJobs: (filter) => allJobs(ports, filter),
    jobsOf: (media) => jobsOf(ports, media),
    jobPage: (query) => catalog.pageJobs(query),
    queueCounts: () => catalog.countQueue(),
    logs: (name) => logs(ports, name),
    lastEvent: () => catalog.lastEvent(),
    eventsAfter: (query) => catalog.listEventsAfter(query),
  };
}
