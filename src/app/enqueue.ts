import type { Change } from "../catalog/catalog.ts";
import type { MediaEvent } from "../media/event.ts";
import { canonicalJson, isWanted, type Job, type JobRequest, type Step } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import {
  mergedOptions,
  sameOptions,
  trackChoice,
  type TranscriptionOptions,
} from "../media/speech.ts";
import { followAll } from "../pipeline.ts";
import type { Ports } from "./ports.ts";
import { replayedEvents } from "./replay.ts";

/** What is asked for: which steps, by whom, and how speech is to be transcribed. */
export interface Wanted {
  readonly request: JobRequest;
  readonly speech: TranscriptionOptions | undefined;
  readonly replacesOptions: boolean;
  /** A poster's time that was asked for earlier does not count. Default: false. */
  readonly forgetsPosterTime?: boolean;
}

type EnqueuePorts = Pick<Ports, "catalog" | "engines">;

/** Failed and cancelled steps run again. What was skipped because of them follows from them again. */
export function isUndone({ state }: Job): boolean {
  return state === "failed" || state === "cancelled";
}

/** What follows from where a media file stands, under today's settings and these options. */
async function missing(
  { catalog, engines }: EnqueuePorts,
  { request }: Pick<Wanted, "request">,
  media: Media,
  speech: TranscriptionOptions,
  jobs: readonly Job[],
): Promise<readonly Change[]> {
  const settings = (await engines()).settingsFor(speech, media.facts);
  const { name, version } = media;
  const events: readonly MediaEvent[] = choosesOthers(speech, jobs)
    ? [{ type: "object.created", name, version }]
    : await replayedEvents(catalog, media);
  return followAll(events, settings, request);
}

/** Whether other tracks are wanted than the probe chose: then it chooses anew, and the rest follows from that. */
function choosesOthers(speech: TranscriptionOptions, jobs: readonly Job[]): boolean {
  const { videoTrack, audioTrack } = jobs.find(({ step }) => step === "probe")?.settings ?? {};
  const chosen = {
    ...(videoTrack !== undefined && { videoTrack }),
    ...(audioTrack !== undefined && { audioTrack }),
  };
  return canonicalJson(chosen) !== canonicalJson(trackChoice(speech));
}

/** The steps that a profile decides, and the probe, which plans them. */
const planned: ReadonlySet<Step> = new Set(["probe", "audio", "poster", "gif", "video"]);

/** A request with what was asked for this media file earlier and holds on: its profile, its poster's time. */
function withEarlier(
  { request, forgetsPosterTime = false }: Pick<Wanted, "request" | "forgetsPosterTime">,
  jobs: readonly Job[],
): JobRequest {
  const made = jobs.filter(({ step }) => planned.has(step));
  const latest = (of: readonly Job[]): JobRequest | undefined =>
    of.toSorted((a, b) => b.enqueuedAt - a.enqueuedAt)[0]?.request;
  const profile = latest(made)?.profile;
  const posterAtMs = forgetsPosterTime
    ? undefined
    : latest(made.filter(({ step }) => step === "poster" || step === "probe"))?.posterAtMs;
  return {
    ...(profile && { profile }),
    ...(posterAtMs !== undefined && { posterAtMs }),
    ...request,
  };
}

/** Does jobs once more; a transcript waits for the audio where that is made again, too. */
function forced(jobs: readonly Job[], request: JobRequest): Change[] {
  const hasAudio = jobs.some(({ step }) => step === "audio");
  return jobs.map(({ id, step }) => ({
    type: "redo",
    jobId: id,
    request,
    ...(step === "transcribe" && hasAudio && { waits: true }),
  }));
}

/**
 * Enqueues the jobs that a media file lacks under today's settings, and once more the jobs that
 * `retries` and (also such that succeeded) `forces` name. Does nothing when another version has taken its place.
 */
export async function enqueueMissing(
  ports: EnqueuePorts,
  wanted: Wanted,
  media: Media,
  retries: (job: Job) => boolean = () => false,
  forces: (job: Job) => boolean = () => false,
): Promise<void> {
  const { catalog } = ports;
  const { name, version } = media;
  const all = await catalog.listJobs({ media });
  const request = withEarlier(wanted, all);
  const jobs = all.filter((job) => isWanted(job.step, request));
  const before = await catalog.transcriptionOptions(media);
  const speech = mergedOptions(wanted.replacesOptions ? undefined : before, wanted.speech);
  const asked: Change[] = sameOptions(before, speech)
    ? []
    : [{ type: "event", event: { type: "transcription.requested", name, version, speech } }];
  await catalog.apply({
    expect: { name, version },
    changes: [
      ...asked,
      ...jobs.filter(retries).map((job): Change => ({ type: "retry", jobId: job.id, request })),
      ...forced(jobs.filter(forces), request),
      ...(await missing(ports, { request }, media, speech, all)),
    ],
  });
}

/**
 * Whether a run wants a job that was never enqueued: what follows from a step is decided by the process
 * that asked for the step, and that may have wanted less.
 */
export async function lacksJobs(
  ports: EnqueuePorts,
  wanted: Wanted,
  media: Media,
  jobs: readonly Job[],
): Promise<boolean> {
  const known = new Set(jobs.map((job) => job.id));
  const speech = (await ports.catalog.transcriptionOptions(media)) ?? {};
  const request = withEarlier(wanted, jobs);
  const changes = await missing(ports, { request }, media, speech, jobs);
  return changes.some((change) => change.type === "enqueue" && !known.has(change.job.id));
}
