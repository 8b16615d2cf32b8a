import { createHash } from "node:crypto";
import { beginningWithin } from "../media/graphemes.ts";
import { isOwnOutput } from "../media/keys.ts";
import type { Job } from "../media/job.ts";
import type { Media } from "../media/media.ts";
import type { NoticeContent, NoticeFailure, Topic } from "../media/notice.ts";

/** How many characters of a transcript a message quotes. A record has to keep at least as many. */
export const transcriptCharacters = 600;

const most = { labels: 12, lines: 5, lineCharacters: 300, outputCharacters: 16_384 };

/** A job of the record, as far as a message speaks of it. */
export interface OutcomeJob extends Pick<Job, "id" | "step" | "state" | "failure"> {
  /** The end of what the engine printed at the last attempt that failed. Absent: nothing is known. */
  readonly lastOutput?: string;
}

/** What is known of a media file when its run is over. */
export interface OutcomeRecord {
  readonly media: Pick<Media, "name" | "version" | "owner" | "sizeBytes" | "type" | "facts">;
  /** The current jobs of this version, in the order in which they were enqueued. */
  readonly jobs: readonly OutcomeJob[];
  readonly outputs: readonly {
    readonly key: string;
    readonly contentType: string;
    readonly sizeBytes: number;
  }[];
  readonly labels: readonly { readonly name: string; readonly confidence: number }[];
  /** Absent when there is none. */
  readonly transcript?:
    | undefined
    | {
        /** How it begins: at least `transcriptCharacters` of it, or all. */
        readonly beginning: string;
        /** Whether `beginning` is all of it. */
        readonly whole: boolean;
        readonly languageCode: string;
        readonly draft: boolean;
      };
}

/** A message that a run is over, before it has an id and receivers. */
export interface OutcomeMessage {
  readonly topic: Topic;
  /** Names the jobs and how each ended: the same run is told once. */
  readonly run: string;
  readonly content: NoticeContent;
}

const hasFailed = ({ state }: OutcomeJob): boolean => state === "failed" || state === "cancelled";

const cancelled = {
  code: "cancelled",
  message: "somebody cancelled it",
  remedy: "`dailies retry NAME` does it after all.",
} as const;

/** Paths of this machine stay on this machine; only a path's last part is shown. */
const folders = /(?:file:)?\/(?:[^\s/:'"]+\/)+/g;

function lastLines(output = ""): string[] {
  return output
    .slice(-most.outputCharacters)
    .split(/[\r\n]+/)
    .map((line) => line.slice(-4096).replace(folders, "").trim().slice(0, most.lineCharacters))
    .filter((line) => line !== "")
    .slice(-most.lines);
}

function failureOf({ step, failure, lastOutput }: OutcomeJob): NoticeFailure {
  const { code, message, remedy } = failure ?? cancelled;
  return { step, code, message, remedy, lastLines: lastLines(lastOutput) };
}

function excerptOf({ transcript }: OutcomeRecord): NoticeContent["transcript"] {
  if (transcript === undefined || transcript.beginning === "") return undefined;
  const { beginning, whole, languageCode, draft } = transcript;
  // no character outside the basic plane is cut in two
  const characters = Array.from(beginning.slice(0, 2 * transcriptCharacters + 2));
  const text = characters.slice(0, transcriptCharacters).join("");
  const isWhole = whole && text.length === beginning.length;
  // what follows is not known, so the last grapheme may be a part of one
  const shown = isWhole ? text : beginningWithin(text, text.length - 1);
  return { text: shown, whole: isWhole, languageCode, draft };
}

function surestLabels({ labels }: OutcomeRecord): string[] {
  const byName = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
  return labels
    .toSorted(
      (a, b) => b.confidence - a.confidence || byName(a.name.toLowerCase(), b.name.toLowerCase()),
    )
    .slice(0, most.labels)
    .map(({ name }) => name);
}

function contentOf(record: OutcomeRecord): NoticeContent {
  const { name, version, owner, type, facts, sizeBytes } = record.media;
  const labels = surestLabels(record);
  const transcript = excerptOf(record);
  const failures = record.jobs.filter(hasFailed).map(failureOf);
  return {
    name,
    version,
    owner,
    ...(type !== undefined && { type }),
    ...(facts?.durationMs !== undefined && { durationMs: facts.durationMs }),
    ...(facts?.incomplete !== undefined && { incomplete: facts.incomplete }),
    sizeBytes,
    outputs: record.outputs
      .filter(({ key }) => isOwnOutput(key))
      .map(({ key, contentType, sizeBytes: bytes }) => ({ key, contentType, sizeBytes: bytes }))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    ...(labels.length > 0 && { labels }),
    ...(transcript && { transcript }),
    ...(failures.length > 0 && { failures }),
  };
}

function runOf(jobs: readonly OutcomeJob[]): string {
  const ends = jobs.map(({ id, state, failure }) => `${id} ${state} ${failure?.code ?? ""}`);
  return createHash("sha256").update(ends.toSorted().join("\n")).digest("hex").slice(0, 32);
}

/**
 * The message that a media file's run is over: `error` when a step failed or was cancelled, else
 * `completed`. Pure; call it when every current job of the version has ended.
 */
export function outcomeMessage(record: OutcomeRecord): OutcomeMessage {
  const topic = record.jobs.some(hasFailed) ? "error" : "completed";
  return { topic, run: runOf(record.jobs), content: contentOf(record) };
}
