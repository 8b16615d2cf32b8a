import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { isShort, type Shortfall } from "../media/damage.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { Incomplete, MediaFacts } from "../media/facts.ts";
import type { Limits } from "../media/limits.ts";
import type { TrackChoice } from "../media/tracks.ts";
import { looksAhead } from "../sandbox/ffmpeg-input.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { workRefusal } from "./budget.ts";
import { cutOffOf } from "./cut-off.ts";
import type { CutOff } from "./cut-off.ts";
import { lacksLengths, unknownSounds } from "./choose.ts";
import type { Evidence } from "./choose.ts";
import { runFfprobe } from "./ffprobe.ts";
import type { Ffprobe, Report, Source } from "./ffprobe.ts";
import { listOf, objectOf, positiveOf, textOf } from "./json.ts";
import type { Json } from "./json.ts";
import { lengthText } from "./length-text.ts";
import { listen } from "./listen.ts";
import { isEncrypted } from "./encrypted.ts";
import { isJpegStream } from "./jpeg-stream.ts";
import { storedTurn } from "./stored-turn.ts";
import { measure } from "./measure.ts";
import type { Measure } from "./measure.ts";
import { readFacts } from "./read-facts.ts";
import { isAnimatedPng, isAnimatedWebp, sniff, sniffedBytes } from "./sniff.ts";
import type { Sniffed } from "./sniff.ts";

export interface ProbeOptions {
  readonly sandbox: Sandbox;
  readonly limits: Limits;
  /** Name on the PATH, or a path. Default: `ffprobe`. */
  readonly ffprobe?: string;
  /** The same. Default: `ffmpeg`. */
  readonly ffmpeg?: string;
}

/**
 * Finds out what a file is, by its content alone. It runs ffprobe once (about 0.1 s), and a second time
 * through the whole file when the file does not state its length. Sound is decoded when there are several
 * tracks, or channels without known places.
 * @throws MediaError `empty_file`, `unsupported_media`, `damaged_media`, `limit_duration`,
 * `limit_pixels`, `encrypted_media`, `no_such_track`, `not_found`; and what the sandbox throws: `engine_missing`, `cancelled` …
 */
export type Probe = (
  path: string,
  options: { readonly signal: AbortSignal; readonly tracks?: TrackChoice },
) => Promise<MediaFacts>;

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

/** What a file is; one JPEG after the other is a film. */
async function recognize(path: string, head: Buffer): Promise<Sniffed> {
  const sniffed = sniff(head);
  const isStream =
    sniffed.kind === "picture" && sniffed.name === "JPEG" && (await isJpegStream(path));
  return isStream ? { kind: "container", name: "MJPEG", demuxer: "mjpeg" } : sniffed;
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

function checkDuration(durationMs: number | undefined, limits: Limits): void {
  if (durationMs === undefined || durationMs <= limits.maxDurationMs) return;
  const message = `it is ${lengthText(durationMs)} long; the limit is ${lengthText(limits.maxDurationMs)}`;
  throw new MediaError("limit_duration", message);
}

/** Containers that state no length: ffprobe guesses it from a few packets, or from a clock that may jump. */
const lengthless = new Set(["mpegts", "mpeg", "aac", "ac3", "eac3", "mjpeg", "h264", "hevc"]);

/** Whether ffprobe found no length, or guessed it. */
function lengthIsOpen(facts: MediaFacts, report: Report): boolean {
  const guessed = report.messages.some((line) => line.includes("Estimating duration from bitrate"));
  return guessed || facts.durationMs === undefined || lengthless.has(facts.container);
}

const isCounted = (stream: Json): boolean => positiveOf(stream, "nb_frames") !== undefined;

/** What ffprobe's report leaves open, found out by reading or decoding the file. */
async function gather(parts: Parts, report: Report, stated: MediaFacts): Promise<Evidence> {
  if (stated.type === "image") return {};
  const { ffprobe, ffmpeg, source, signal } = parts;
  const streams = listOf(report.json, "streams");
  const isOpen =
    lengthIsOpen(stated, report) ||
    // A length that an index counts is no guess: it is refused without reading the file.
    ((stated.durationMs ?? 0) > ffprobe.limits.maxDurationMs && !streams.some(isCounted)) ||
    lacksLengths(streams);
  const found = isOpen ? await measure(ffprobe, source, signal) : undefined;
  checkDuration(found?.durationMs, ffprobe.limits);
  const sounds = unknownSounds(streams);
  const loudness = sounds.length > 0 ? await listen(ffmpeg, source, sounds, signal) : undefined;
  return { measure: found, loudness };
}

/** Lengths that differ by no more are the same: stated ones are rounded. */
const sameLength = (a: number, b: number): boolean =>
  Math.abs(a - b) <= Math.max(1000, 0.02 * Math.max(a, b));

const whole: CutOff = { missingBytes: 0, isOpen: false };

function cutNotes({ missingBytes: missing, isOpen }: CutOff): string[] {
  if (isOpen) return ["it does not say that it ends: it may have been cut off"];
  const bytes = missing === 1 ? "1 byte is" : `${missing} bytes are`;
  return missing > 0 ? [`it is cut off: at least ${bytes} missing at its end`] : [];
}

/** Containers whose stated size gives a length, where each byte has the same. */
const plainSound = new Set(["wav", "w64", "caf"]);

/** What is missing of a file that ends before it should: as a length, where each byte has the same. */
function missingOf(
  { container, durationMs, audio }: MediaFacts,
  { missingBytes }: CutOff,
  sizeBytes: number,
): Incomplete {
  if (!plainSound.has(container) || durationMs === undefined || audio?.bitRate === undefined)
    return {};
  const msOf = (bytes: number): number => Math.round((bytes * 8000) / (audio.bitRate ?? 1));
  // ffprobe takes the length of most from the bytes that are there, of RF64 from its head.
  const decodedMs = Math.min(durationMs, msOf(sizeBytes));
  return { decodedMs, expectedMs: decodedMs + msOf(missingBytes) };
}

/** What is missing of a file that states its length and ends before. A guessed length states nothing. */
function shortfallOf(
  stated: MediaFacts,
  report: Report,
  found: Measure | undefined,
): Shortfall | undefined {
  const { durationMs: expectedMs } = stated;
  if (found === undefined || expectedMs === undefined || lengthIsOpen(stated, report))
    return undefined;
  const fall = { decodedMs: found.durationMs, expectedMs };
  return isShort(fall) ? fall : undefined;
}

/** What is said of a length that was not simply read. */
function lengthNotes(stated: MediaFacts, report: Report, found: Measure | undefined): string[] {
  const { durationMs } = stated;
  if (stated.type === "image") return [];
  if (found === undefined) return durationMs === undefined ? [immeasurable] : [];
  if (durationMs === undefined) return [measured];
  if (sameLength(durationMs, found.durationMs)) return [];
  const what = report.messages.some((line) => line.includes("Estimating duration"))
    ? "seems to be"
    : "says it is";
  return [`it ${what} ${lengthText(durationMs)} long; it is ${lengthText(found.durationMs)} long`];
}

const measured = "it does not say how long it is; its length was found by reading it to the end";
const immeasurable = "it does not say how long it is, and reading it to the end did not tell";

interface Parts {
  readonly ffprobe: Ffprobe;
  /** The same with ffmpeg as its program. */
  readonly ffmpeg: Ffprobe;
  readonly source: Source;
  readonly signal: AbortSignal;
}

const containerOf = ({ json }: Report): string =>
  textOf(objectOf(json, "format"), "format_name") ?? "";

/** Runs ffprobe; a second time where the container needs a longer look than the first took. */
async function runReport(parts: Omit<Parts, "ffmpeg">, sniffed: Sniffed): Promise<Report> {
  const { ffprobe, source, signal } = parts;
  const first = await runFfprobe(ffprobe, source, signal).catch((thrown: unknown) => {
    throw judge(thrown, sniffed);
  });
  const container = containerOf(first);
  if (source.container !== undefined || !looksAhead(container)) return first;
  return runFfprobe(ffprobe, { ...source, container }, signal);
}

/** Makes a probe that runs ffprobe in the sandbox. */
export function createProbe(options: ProbeOptions): Probe {
  const { sandbox, limits } = options;
  const ffprobe: Ffprobe = { sandbox, limits, program: options.ffprobe ?? "ffprobe" };

  const ffmpeg: Ffprobe = { ...ffprobe, program: options.ffmpeg ?? "ffmpeg" };

  return async function probe(file, { signal, tracks }) {
    const path = resolve(file);
    const { head, sizeBytes } = await readHead(path);
    if (sizeBytes === 0) throw new MediaError("empty_file", "it has no bytes");
    const sniffed = await recognize(path, head);
    check(sniffed, head);
    const isImage = sniffed.kind === "picture";
    const known = "demuxer" in sniffed ? { container: sniffed.demuxer, isImage } : { isImage };
    const said = await runReport({ ffprobe, source: { path, ...known }, signal }, sniffed);
    const turn = isImage ? await storedTurn(path, sniffed.name) : undefined;
    if (await isEncrypted(path, containerOf(said)))
      throw new MediaError("encrypted_media", "it is encrypted (copy protection)");
    const stated = readFacts(said, sniffed, limits, { turn }, tracks);
    const source = { path, container: stated.container };
    const evidence = await gather({ ffprobe, ffmpeg, source, signal }, said, stated);
    const facts = readFacts(said, sniffed, limits, { ...evidence, turn }, tracks);
    checkDuration(facts.durationMs, limits);
    const tooMuch = workRefusal(listOf(said.json, "streams"), facts, sizeBytes, limits);
    if (tooMuch !== undefined) throw tooMuch;
    const cutOff =
      facts.type === "image" ? whole : await cutOffOf(path, sizeBytes, facts.container);
    const notes = [
      ...lengthNotes(stated, said, evidence.measure),
      ...(isAnimatedPng(head) ? ["only the first picture of this animated PNG is used"] : []),
      ...cutNotes(cutOff),
    ];
    const short = shortfallOf(stated, said, evidence.measure);
    const isCut = cutOff.missingBytes > 0 || evidence.measure?.endsEarly === true;
    const incomplete = short ?? (isCut ? missingOf(facts, cutOff, sizeBytes) : undefined);
    const cut = incomplete === undefined ? {} : { incomplete };
    return { ...facts, ...cut, warnings: [...facts.warnings, ...notes] };
  };
}
