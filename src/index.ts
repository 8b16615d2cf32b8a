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
export { readConfig, type Config } from "./runtime/config.ts";
export type { Dailies } from "./runtime/dailies.ts";
export type { ExportFormat } from "./runtime/export-formats.ts";
export type { MediaDetails, MediaListing } from "./runtime/media-details.ts";
export type {
  ProcessedMedia,
  ProcessOptions,
  ProcessReport,
  ProcessUpdate,
  ReprocessOptions,
} from "./runtime/processing.ts";
export type { SpeechOptions } from "./runtime/speech-wish.ts";
export { openDailies } from "./runtime/embedded.ts";
