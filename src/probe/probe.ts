import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { MediaFacts } from "../media/facts.ts";
import type { Limits } from "../media/limits.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { workRefusal } from "./budget.ts";
import { measureDuration, runFfprobe } from "./ffprobe.ts";
import type { Ffprobe, Report } from "./ffprobe.ts";
import { listOf } from "./json.ts";
import { readFacts } from "./read-facts.ts";
import { isAnimatedPng, isAnimatedWebp, sniff, sniffedBytes } from "./sniff.ts";
import type { Sniffed } from "./sniff.ts";
import { missingBytes } from "./truncation.ts";

export interface ProbeOptions {
  readonly sandbox: Sandbox;
  readonly limits: Limits;
  /** Name on the PATH, or a path. Default: `ffprobe`. */
  readonly ffprobe?: string;
}

/**
 * Finds out what a file is, by its content alone. It runs ffprobe once (about 0.1 s), and a second time
 * through the whole file when the file does not state its length.
 * @throws MediaError `empty_file`, `unsupported_media`, `damaged_media`, `limit_duration`,
 * `limit_pixels`, `not_found`; and what the sandbox throws: `engine_missing`, `cancelled` …
 */
export type Probe = (path: string, options: { signal: AbortSignal }) => Promise<MediaFacts>;

async function readHead(path: string): Promise<{ head: Buffer; sizeBytes: number }> {
  const file = await open(path).catch((thrown: unknown) => {
    const missing = (thrown as NodeJS.ErrnoException).code === "ENOENT";
    throw missing ? new MediaError("not_found", "the file is not there") : asMediaError(thrown);
  });
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(sniffedBytes), 0, sniffedBytes, 0);
    return { head: buffer.subarray(0, bytesRead), sizeBytes: (await file.stat()).size };
  } finally {
    await file.close();
  }
}

/** Refuses files that we recognise as unsupported without ffprobe. */
function check(sniffed: Sniffed, head: Buffer): void {
  if (sniffed.kind === "refused")
    throw new MediaError("unsupported_media", `it is ${sniffed.name}`);
  if (isAnimatedWebp(head))
    throw new MediaError("unsupported_media", "it is an animated WebP, which ffmpeg cannot read");
}

/** Turns ffprobe's failure into the error that fits a file of this kind. */
function judge(thrown: unknown, sniffed: Sniffed): unknown {
  if (!(thrown instanceof MediaError) || thrown.code !== "damaged_media") return thrown;
  const { details } = thrown;
  if (sniffed.kind === "unknown")
    return new MediaError("unsupported_media", "its bytes are no known format", { details });
  if (sniffed.kind === "picture" && sniffed.demuxer === "mov")
    return new MediaError("unsupported_media", `this ffmpeg reads no ${sniffed.name}`, { details });
  return thrown;
}

const hours = (ms: number): string =>
  `${(ms / 3_600_000).toLocaleString("en", { maximumFractionDigits: 1 })} hours`;

function checkDuration(durationMs: number | undefined, limits: Limits): void {
  if (durationMs === undefined || durationMs <= limits.maxDurationMs) return;
  const message = `it is ${hours(durationMs)} long; the limit is ${hours(limits.maxDurationMs)}`;
  throw new MediaError("limit_duration", message);
}

const measured = "it does not say how long it is; its length was found by reading it to the end";
const immeasurable = "it does not say how long it is, and reading it to the end did not tell";

/** Whether ffprobe found no length, or guessed it from the bit rate of the first packets. */
function lengthIsOpen(facts: MediaFacts, report: Report): boolean {
  if (facts.type === "image") return false;
  const guessed = report.messages.some((line) => line.includes("Estimating duration from bitrate"));
  return guessed || facts.durationMs === undefined;
}

async function withLength(ffprobe: Ffprobe, path: string, facts: MediaFacts, signal: AbortSignal) {
  const { container } = facts;
  const durationMs = await measureDuration(ffprobe, { path, container }, signal);
  if (durationMs !== undefined)
    return { ...facts, durationMs, warnings: [...facts.warnings, measured] };
  return { ...facts, warnings: [...facts.warnings, immeasurable] };
}

/** Makes a probe that runs ffprobe in the sandbox. */
export function createProbe(options: ProbeOptions): Probe {
  const { sandbox, limits } = options;
  const ffprobe: Ffprobe = { sandbox, limits, program: options.ffprobe ?? "ffprobe" };

  return async function probe(file, { signal }) {
    const path = resolve(file);
    const { head, sizeBytes } = await readHead(path);
    if (sizeBytes === 0) throw new MediaError("empty_file", "it has no bytes");
    const sniffed = sniff(head);
    check(sniffed, head);
    const known = sniffed.kind === "picture" ? { container: sniffed.demuxer } : {};
    const report = await runFfprobe(ffprobe, { path, ...known }, signal).catch(
      (thrown: unknown) => {
        throw judge(thrown, sniffed);
      },
    );
    const stated = readFacts(report, sniffed, limits);
    checkDuration(stated.durationMs, limits);
    const facts = lengthIsOpen(stated, report)
      ? await withLength(ffprobe, path, stated, signal)
      : stated;
    checkDuration(facts.durationMs, limits);
    const tooMuch = workRefusal(listOf(report.json, "streams"), facts, sizeBytes, limits);
    if (tooMuch !== undefined) throw tooMuch;
    const missing = facts.type === "image" ? 0 : await missingBytes(path, sizeBytes);
    const notes = [
      ...(isAnimatedPng(head) ? ["only the first picture of this animated PNG is used"] : []),
      ...(missing > 0 ? [`it is cut off: at least ${missing} bytes are missing at its end`] : []),
    ];
    return { ...facts, warnings: [...facts.warnings, ...notes] };
  };
}
