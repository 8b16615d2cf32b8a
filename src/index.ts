/**
 * Dailies as a library: `const library = await openDailies(readConfig({ dataDir }))`, then
 * `library.process(["talk.mp4"], { out: "results" })`. docs/library.md describes every method.
 */
export type { Attempt, MetadataRecord } from "./catalog/catalog.ts";
export type { SearchHit, SearchQuery } from "./search/search.ts";
export { errorCodes, MediaError, type ErrorCode } from "./media/errors.ts";
export type { MediaFacts } from "./media/facts.ts";
export type { Job, JobState, Step } from "./media/job.ts";
export type { LabelSummary } from "./media/label.ts";
export type { Limits } from "./media/limits.ts";
export type { Media, Rendition } from "./media/media.ts";
export type { Transcript, Word } from "./media/transcript.ts";
export { readConfig, type Config } from "./config/config.ts";
export { batchSettings, type BatchSettings } from "./batch/settings.ts";
export type { ExportFormat } from "./app/export-formats.ts";
export type { Library } from "./app/library.ts";
export type { MediaListing } from "./app/list.ts";
export type {
  ProcessedMedia,
  ProcessReport,
  ProcessUpdate,
  ReprocessOptions,
} from "./app/processing.ts";
export type { PutOptions, PutResult } from "./app/put.ts";
export type { MediaDetails } from "./app/show.ts";
export type { SpeechOptions } from "./app/transcription-options.ts";
export type { LocalLibrary } from "./local/library.ts";
export type { ProcessOptions } from "./local/process.ts";
export { openDailies } from "./runtime/local.ts";
