import type { Change } from "./catalog/catalog.ts";
import { decide, type Decisions } from "./catalog/decide.ts";
import { currentJobs, outputsOf, type MediaRecord } from "./catalog/record.ts";
import { renameMs, type MediaEvent } from "./media/event.ts";
import type { MediaFacts } from "./media/facts.ts";
import {
  isWanted,
  newJob,
  type JobRequest,
  type JobSettings,
  type NewJob,
  type Step,
} from "./media/job.ts";
import { keptSubtitles, type TrackChoice } from "./media/tracks.ts";
import { outcomeMessage } from "./notify/compose.ts";
import { transcodeJobs } from "./transcode/jobs.ts";
import { planRenditions } from "./transcode/plan.ts";
import { planStream } from "./transcode/stream/plan.ts";
import { streamJob } from "./transcode/stream/step.ts";
import type { Profile } from "./transcode/profile.ts";

/**
 * The life of one object, top to bottom: which event starts which step.
 *
 *   object.created ─ probe ─ media.probed ─ plan ┬ audio ─ rendition.created ─ transcribe ─┐
 *                                                ├ poster, gif, video                       │
 *                                                ├ stream ─ stream.created ─ index ─────────┤
 *                                                ├ transcribe, if it alone is asked for ────┤
 *                                                └ label ─ labels.created ─ index           │
 *                              transcript.created ─ index (captions, search, metadata) ─────┘
 *                                  labels.created ─ poster, once more: with what is seen in a film
 *   media.probed ─ index (subtitles that are in the file)
 *   captions.created ─ index (the playlists of a stream)
 *   step.failed(audio) ─ transcribe is left out          object.removed ─ removeMedia
 *   a transcript from elsewhere ─ transcript.created, and transcribe is left out (followImport)
 *   all jobs have ended ─ media.ready | media.failed, and a message of it (runEnded)
 *
 * Everything here is pure: an event in, the changes that follow from it out. They are committed
 * together with what caused the event, and asking for a job that is already there does nothing,
 * so events may come twice, late and in any order, and replaying them is how media is reprocessed.
 */

/** What decides the results: it goes into the jobs' settings, so other settings make other jobs. */
export interface PipelineSettings {
  readonly profile: Profile;
  /** The engines' ids. */
  readonly transcoder: string;
  readonly transcriber: string;
  readonly labeler: string;
  /** BCP 47. */
  readonly languageCode: string;
  /** What else decides labels (how sure, how many), transcript (speakers, vocabulary …), captions. */
  readonly labels?: JobSettings;
  readonly speech?: JobSettings;
  readonly captions?: JobSettings;
  /** Which tracks of the file people chose. Default: by what is in them. */
  readonly tracks?: TrackChoice;
}

/** The changes that follow from an object's coming or going: no settings decide them but the choice of tracks. */
export function followObject(
  event: Extract<MediaEvent, { type: "object.created" | "object.removed" }>,
  request?: JobRequest,
  tracks: TrackChoice = {},
): readonly Change[] {
  switch (event.type) {
    case "object.created":
      return decide(request).enqueue(newJob(event, "probe", { ...tracks }));
    case "object.removed":
      return [{ type: "removeMedia", name: event.name, keepBytesMs: event.keepMs ?? renameMs }];
  }
}

/** The job that transcribes a media file under these settings. */
function transcribeJob(
  media: Pick<MediaEvent, "name" | "version">,
  { transcriber: engine, languageCode, speech, tracks: { audioTrack } = {} }: PipelineSettings,
): NewJob {
  const track = audioTrack === undefined ? {} : { audioTrack };
  return newJob(media, "transcribe", { engine, languageCode, ...speech, ...track });
}

/** What is known of a media file besides an event: its facts, and the version of its labels. */
interface Known {
  readonly facts?: MediaFacts;
  readonly labels?: string;
}

/** The changes that follow from events that have all happened. */
export function followAll(
  events: readonly MediaEvent[],
  settings: PipelineSettings,
  request?: JobRequest,
): readonly Change[] {
  const labels = events.find((event) => event.type === "labels.created")?.labels;
  const known = labels === undefined ? {} : { labels };
  return events.flatMap((event) => follow(event, settings, request, known));
}

/** The changes that follow from an event. */
export function follow(
  event: MediaEvent,
  settings: PipelineSettings,
  request?: JobRequest,
  known: Known = {},
): readonly Change[] {
  const { enqueue, skip } = decide(request);
  const { captions } = settings;
  const job = (step: Step, jobSettings?: JobSettings) => newJob(event, step, jobSettings);
  const transcribe = transcribeJob(event, settings);

  switch (event.type) {
    case "object.created":
    case "object.removed":
      return followObject(event, request, settings.tracks);
    case "media.probed":
      return [
        ...plan(event, { ...known, facts: event.facts }, asRequested(settings, request), {
          enqueue,
          skip,
        }),
        ...(transcribesUpload(event.facts, request) ? enqueue(transcribe) : []),
      ];
    case "rendition.created":
      return event.rendition === "audio" ? enqueue(transcribe) : [];
    case "transcript.created":
      return enqueue(job("index", { of: "transcript", from: event.transcript, ...captions }));
    case "labels.created":
      return [
        ...enqueue(job("index", { of: "labels", from: event.labels })),
        ...posterOf(
          event,
          { ...known, labels: event.labels },
          asRequested(settings, request),
        ).flatMap(enqueue),
      ];
    case "stream.created":
      return enqueue(job("index", { of: "stream", from: event.stream }));
    case "captions.created":
      return enqueue(job("index", { of: "stream", from: event.captions }));
    case "step.failed":
      if (event.step !== "audio") return [];
      return skip(job("transcribe"), "audio_failed");
    // These report what was done: they are listed, and sent to subscribers.
    case "transcription.requested":
    case "media.ready":
    case "media.failed":
    case "media.removed":
      return [];
  }
}

/**
 * The changes that follow from a transcript that came from elsewhere: a transcription that failed or was left
 * out is not missed any more.
 */
export function followImport(
  event: Extract<MediaEvent, { type: "transcript.created" }>,
  settings: PipelineSettings,
): readonly Change[] {
  const job = transcribeJob(event, settings);
  return [...decide(undefined).skip(job, "imported"), ...follow(event, settings)];
}

/**
 * The end of a run: no job of the media file is open any more. The rules call this for every write
 * that leaves a media file so, and these changes join it.
 */
export function runEnded(record: MediaRecord): readonly Change[] {
  const { name, version } = record.media;
  const jobs = currentJobs(record);
  const failed = jobs.filter(({ state }) => state === "failed" || state === "cancelled");
  const steps = [...new Set(failed.map(({ step }) => step))];
  const isWhole = record.media.facts?.incomplete === undefined;
  const state = steps.length > 0 ? "failed" : isWhole ? "ready" : "incomplete";
  const event: MediaEvent =
    state === "failed"
      ? { type: "media.failed", failed: steps, name, version }
      : { type: "media.ready", name, version };
  const message = outcomeMessage({ ...record, ...record.stored, jobs, outputs: outputsOf(record) });
  return [
    { type: "endRun", version, state },
    { type: "event", event },
    { type: "notify", ...message },
  ];
}

/** The settings, with the profile and the poster's time that a request names. */
function asRequested(settings: PipelineSettings, request?: JobRequest): PipelineSettings {
  // A request is made with a profile, which it carries as JSON.
  const profile = (request?.profile as Profile | undefined) ?? settings.profile;
  const { poster } = profile;
  const atMs = request?.posterAtMs ?? poster?.atMs;
  if (atMs === undefined || poster === undefined) return { ...settings, profile };
  return { ...settings, profile: { ...profile, poster: { ...poster, atMs } } };
}

/** A film's poster that shows what its labels found; none where they decide nothing. */
function posterOf(
  media: Pick<MediaEvent, "name" | "version">,
  { facts, labels }: Known,
  settings: PipelineSettings,
): NewJob[] {
  if (facts === undefined || labels === undefined) return [];
  const { planned } = planRenditions(facts, settings.profile);
  const poster = planned.find((one) => one.rendition === "poster");
  if (poster?.choice === undefined || poster.choice.atMs !== undefined) return [];
  const { jobs } = transcodeJobs(media, { planned: [poster], leftOut: [] }, settings.transcoder);
  return jobs.map((job) => newJob(media, job.step, { ...job.settings, labels }));
}

/** What each kind of media gets (docs/architecture.md has the table). */
function plan(
  media: Pick<MediaEvent, "name" | "version">,
  { facts, labels }: Known & { readonly facts: MediaFacts },
  settings: PipelineSettings,
  { enqueue, skip }: Decisions,
): readonly Change[] {
  const renditions = planRenditions(facts, settings.profile);
  const { videoTrack, audioTrack } = settings.tracks ?? {};
  const { jobs, skipped } = transcodeJobs(media, renditions, settings.transcoder, {
    audio: audioTrack === undefined ? {} : { audioTrack },
  });
  const [seen] = posterOf(media, { facts, ...(labels !== undefined && { labels }) }, settings);
  const changes = jobs.flatMap((job) => enqueue(job.step === "poster" ? (seen ?? job) : job));
  const label = newJob(media, "label", {
    engine: settings.labeler,
    ...settings.labels,
    ...(videoTrack !== undefined && { videoTrack }),
  });
  if (facts.type === "image") return [...changes, ...enqueue(label)];

  const subtitles = keptSubtitles(facts.tracks).map(({ streamIndex }) => streamIndex);
  if (subtitles.length > 0)
    changes.push(...enqueue(newJob(media, "index", { of: "subtitles", streams: subtitles })));
  const stream = planStream(facts, settings.profile.stream);
  if (stream !== undefined) changes.push(...enqueue(streamJob(media, stream, settings.transcoder)));
  changes.push(...skipped.flatMap(({ job, reason }) => skip(job, reason)));
  if (facts.audio === undefined) changes.push(...skip(newJob(media, "transcribe"), "no_audio"));
  return [...changes, ...(facts.type === "video" ? enqueue(label) : skip(label, "no_video"))];
}

/** A transcript that is requested without the audio rendition does not wait for one (decision 18). */
function transcribesUpload(facts: MediaFacts, request: JobRequest | undefined): boolean {
  return facts.audio !== undefined && !isWanted("audio", request);
}
