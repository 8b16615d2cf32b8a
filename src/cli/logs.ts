import type { Attempt } from "../catalog/catalog.ts";
import type { MediaEvent, RecordedEvent } from "../media/event.ts";
import type { JobSettings } from "../media/job.ts";
import { briefOptions, type TranscriptionOptions } from "../media/speech.ts";
import type { Context } from "./context.ts";
import { errorJson, errorText, exitCodes, type ErrorJson } from "./failure.ts";
import { formatElapsed, formatMoment } from "./format.ts";
import type { Style } from "./output.ts";
import { printable } from "./text.ts";

/** The output of `logs --json`, each list in the order of time. */
export interface LogsJson {
  readonly name: string;
  readonly events: readonly ((
    | Exclude<MediaEvent, { type: "transcription.requested" }>
    | SpeechAskedJson
  ) & {
    readonly sequence: number;
    readonly at: string;
  })[];
  readonly attempts: readonly AttemptJson[];
}

/** Shows a vocabulary by its length and hash. */
interface SpeechAskedJson {
  readonly type: "transcription.requested";
  readonly name: string;
  readonly version: string;
  readonly speech: JobSettings;
}

export interface AttemptJson {
  readonly id: string;
  readonly jobId: string;
  readonly step: Attempt["step"];
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Absent while it runs. */
  readonly outcome?: NonNullable<Attempt["outcome"]>;
  readonly failure?: ErrorJson;
  /** The engine's output and other facts about a failure. */
  readonly details?: NonNullable<Attempt["details"]>;
  readonly notes: readonly string[];
}

function attemptJson(attempt: Attempt): AttemptJson {
  const { id, jobId, step, startedAt, finishedAt, outcome, failure, details, notes } = attempt;
  return {
    id,
    jobId,
    step,
    startedAt: new Date(startedAt).toISOString(),
    ...(finishedAt !== undefined && { finishedAt: new Date(finishedAt).toISOString() }),
    ...(outcome !== undefined && { outcome }),
    ...(failure && { failure: errorJson(failure) }),
    ...(details && { details }),
    notes,
  };
}

const eventJson = ({ sequence, at, event }: RecordedEvent): LogsJson["events"][number] => ({
  sequence,
  at: new Date(at).toISOString(),
  ...(event.type === "transcription.requested"
    ? { ...event, speech: briefOptions(event.speech) }
    : event),
});

const lastWords = 12;

/** The last output of a decoder before it failed. */
function stderrLines(details: Attempt["details"]): string[] {
  const stderr = details?.["stderr"];
  if (typeof stderr !== "string") return [];
  const lines = stderr.split(/\r\n|\r|\n/).filter((line) => line.trim() !== "");
  return lines.slice(-lastWords).map((line) => `      | ${printable(line)}`);
}

const outcomes: Readonly<Record<NonNullable<Attempt["outcome"]>, string>> = {
  succeeded: "succeeded",
  skipped: "skipped",
  failed: "failed",
  cancelled: "cancelled",
  queued: "failed, to be tried again",
  handed_back: "handed back unfinished",
  lost: "lost: its process ended",
};

interface Entry {
  readonly at: number;
  readonly lines: readonly string[];
}

function attemptEntries(attempt: Attempt, ordinal: number, style: Style): Entry[] {
  const { step, startedAt, finishedAt, outcome, failure, details, notes } = attempt;
  const about = `${step}, try ${ordinal}`;
  const started = { at: startedAt, lines: [`${about}: started`] };
  if (outcome === undefined) return [started];
  const failed = outcome === "failed" || outcome === "queued" || outcome === "lost";
  const end = finishedAt ?? startedAt;
  const said = failed ? style("red", outcomes[outcome]) : outcomes[outcome];
  const lines = [
    `${about}: ${said} after ${formatElapsed(end - startedAt)}`,
    ...notes.map((note) => `    ${printable(note)}`),
    ...(failure ? [`    ${errorText(failure)}`] : []),
    ...stderrLines(details),
  ];
  return [started, { at: end, lines }];
}

function optionWords(speech: TranscriptionOptions): string[] {
  const words = Object.entries(briefOptions(speech)).map(
    ([key, value]) => `${key}: ${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  return words.length === 0 ? ["as the library is set"] : words;
}

/** The details of an event. */
function eventSubject(event: MediaEvent): readonly string[] {
  switch (event.type) {
    case "rendition.created":
      return [event.rendition];
    case "step.failed":
      return [event.step, event.code];
    case "media.failed":
      return event.failed;
    case "transcription.requested":
      return optionWords(event.speech);
    case "object.created":
    case "object.removed":
    case "media.probed":
    case "transcript.created":
    case "labels.created":
    case "stream.created":
    case "captions.created":
    case "media.ready":
    case "media.removed":
      return [];
  }
}

function eventEntry({ at, event }: RecordedEvent, style: Style): Entry {
  const subject = eventSubject(event).map(printable);
  return { at, lines: [[style("bold", event.type), ...subject].join(" ")] };
}

/** Events and attempts in one list, in the order of time. */
export function logLines(
  found: { events: readonly RecordedEvent[]; attempts: readonly Attempt[] },
  style: Style,
): string[] {
  const tries = new Map<string, number>();
  const attempts = found.attempts.flatMap((attempt) => {
    const ordinal = (tries.get(attempt.jobId) ?? 0) + 1;
    tries.set(attempt.jobId, ordinal);
    return attemptEntries(attempt, ordinal, style);
  });
  const events = found.events.map((event) => eventEntry(event, style));
  return [...attempts, ...events]
    .toSorted((a, b) => a.at - b.at)
    .flatMap(({ at, lines: [first = "", ...more] }) =>
      [`${style("dim", formatMoment(at))}  ${first}`].concat(more),
    );
}

/** `dailies logs` */
export async function logs(context: Context, name: string): Promise<number> {
  const { output } = context;
  const found = await context.withDailies((dailies) => dailies.logs(name));
  if (output.mode === "human") output.lines(logLines(found, output.results.style));
  else
    output.document({
      name,
      events: found.events.map(eventJson),
      attempts: found.attempts.map(attemptJson),
    } satisfies LogsJson);
  return exitCodes.done;
}
