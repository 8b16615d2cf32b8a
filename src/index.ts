/**
 * Dailies as a library: `const dailies = await openDailies(readConfig({ dataDir }))`, then
 * `dailies.process(["talk.mp4"], { out: "results" })`.
 */
export type { Attempt, MetadataRecord, SearchHit, SearchQuery } from "./catalog/catalog.ts";
export { errorCodes, MediaError, type ErrorCode } from "./media/errors.ts";
export type { MediaFacts } from "./media/facts.ts";
export type { Job, JobState, Step } from "./media/job.ts";
export type { LabelSummary } from "./media/label.ts";
export type { Limits } from "./media/limits.ts";
export type { Media, Rendition } from "./media/media.ts";
export type { Transcript, Word } from "./media/transcript.ts";
export { readConfig, type Config } from "./config/config.ts";
export type { Dailies } from "./app/dailies.ts";
export type { ExportFormat } from "./app/export-formats.ts";
export type { MediaDetails, MediaListing } from "./app/media-details.ts";
export type {
  ProcessedMedia,
  ProcessOptions,
  ProcessReport,
  ProcessUpdate,
  ReprocessOptions,
} from "./app/processing.ts";
export type { SpeechOptions } from "./app/transcription-options.ts";
export { openDailies } from "./runtime/local.ts";
