import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { MediaError } from "../media/errors.ts";
import { whatElse } from "./check.ts";
import { request, type Address, type Answer } from "./request.ts";

/** How patient a download is. */
export interface Patience {
  /** Without a byte for so long, the connection counts as dead. Default 30 s. */
  readonly silenceMs: number;
  /** So many failures in a row, without a megabyte between them, end it. Default 5. */
  readonly tries: number;
  /** Before the second try; doubled before each further one. Default 1 s. */
  readonly pauseMs: number;
}

export const defaultPatience: Patience = { silenceMs: 30_000, tries: 5, pauseMs: 1_000 };

export interface Download extends Address {
  /** Where it goes; `.part` and `.part.json` beside it hold what is not whole yet. */
  readonly path: string;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
  readonly patience?: Partial<Patience>;
  readonly onProgress?: (receivedBytes: number, totalBytes: number | undefined) => void;
}

/** What is known of a part: what it is a part of. */
interface PartNote {
  readonly url: string;
  /** A strong ETag or a date, by which a server tells whether the file is still the same. */
  readonly validator?: string;
  readonly totalBytes?: number;
}

/** Progress that forgives what failed before it. */
const forgivingBytes = 1_000_000;

/** It may come right at another try; the part is kept. */
class Interrupted extends Error {}

/**
 * Fetches a file, going on where an earlier call or process stopped if it is still the same file
 * there, and returns its hash. One that an earlier call brought whole is not asked for again, if its
 * hash is known. Interruptions are tried again; what is wrong is thrown away.
 * @throws MediaError `download_failed`, `model_invalid`, `disk_full`; the signal's reason
 */
export async function download(job: Download): Promise<{ sha256: string; sizeBytes: number }> {
  const arrived = await arrivedBefore(job);
  if (arrived !== undefined) return arrived;
  const patience = { ...defaultPatience, ...job.patience };
  let failures = 0;
  let best = 0;
  for (;;) {
    try {
      return await once(job, patience);
    } catch (error) {
      job.signal.throwIfAborted();
      if (!(error instanceof Interrupted)) throw error;
      const received = await sizeOf(partOf(job));
      if (received >= best + forgivingBytes) failures = 0;
      best = Math.max(best, received);
      failures += 1;
      if (failures >= patience.tries)
        throw new MediaError("download_failed", `${hostOf(job.url)}: ${error.message}`, {
          cause: error,
          details: { url: job.url, receivedBytes: received },
        });
      const pause = patience.pauseMs * 2 ** (failures - 1);
      await delay(pause, undefined, { signal: job.signal });
    }
  }
}

const partOf = ({ path }: Download): string => `${path}.part`;
const noteOf = ({ path }: Download): string => `${path}.part.json`;

const hostOf = (url: string): string => new URL(url).host;

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}

/** What lies at its place already, if that is known to be the right thing. */
async function arrivedBefore({ path, sizeBytes, sha256, signal, onProgress }: Download) {
  const size = await sizeOf(path);
  if (sha256 === undefined || size === 0 || size !== (sizeBytes ?? size)) return undefined;
  if ((await hashOf(path, signal)).digest("hex") !== sha256) return undefined;
  onProgress?.(size, size);
  return { sha256, sizeBytes: size };
}

async function readNote(job: Download): Promise<PartNote | undefined> {
  try {
    const note: PartNote = JSON.parse(await readFile(noteOf(job), "utf8"));
    return note.url === job.url ? note : undefined;
  } catch {
    return undefined;
  }
}

async function throwAway(job: Download): Promise<void> {
  await rm(partOf(job), { force: true });
  await rm(noteOf(job), { force: true });
}

async function invalid(job: Download, why: string, details = {}): Promise<never> {
  await throwAway(job);
  const name = new URL(job.url).pathname.split("/").at(-1);
  const message = `what ${hostOf(job.url)} sent for ${name} is wrong: ${why}`;
  throw new MediaError("model_invalid", message, { details: { url: job.url, ...details } });
}

/** One request, from where the part ends. */
async function once(job: Download, patience: Patience) {
  const note = await readNote(job);
  // Without a word of the server's to compare, only a known hash can tell parts of two files.
  const mayGoOn = note !== undefined && (note.validator !== undefined || job.sha256 !== undefined);
  const have = mayGoOn ? await sizeOf(partOf(job)) : 0;
  const range = have > 0 ? { from: have, validator: note?.validator } : undefined;
  const answer = await request(job, range, patience.silenceMs).catch(asInterrupted);
  try {
    const start = await startOf(job, answer, have, note);
    if (start === "restart") {
      await throwAway(job);
      throw new Interrupted("the file there changed meanwhile");
    }
    if (start === "whole") return await finish(job, await hashOf(partOf(job)), have);
    const hash = start === 0 ? createHash("sha256") : await hashOf(partOf(job));
    const size = await receive(job, answer, hash, start);
    return await finish(job, hash, size);
  } finally {
    answer.close();
  }
}

function asInterrupted(error: unknown): never {
  if (error instanceof MediaError) throw error;
  const { cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  throw new Interrupted(cause?.message || cause?.code || message);
}

/** At which byte the answer begins; `whole` when there is no more, `restart` when it is another file. */
async function startOf(
  job: Download,
  answer: Answer,
  have: number,
  note: PartNote | undefined,
): Promise<number | "whole" | "restart"> {
  const { status, range, validator } = answer;
  if (status === 416 && have > 0)
    return range?.totalBytes === have && (job.sizeBytes ?? have) === have ? "whole" : "restart";
  if (status === 206) {
    if (have === 0) return invalid(job, "a part, where the whole was asked for");
    const isSame =
      range?.from === have &&
      (note?.totalBytes === undefined || range.totalBytes === note.totalBytes) &&
      (note?.validator === undefined || validator === undefined || validator === note.validator);
    return isSame ? have : "restart";
  }
  if (status === 200) return 0;
  if (status === 429 || status === 408 || status >= 500)
    throw new Interrupted(`it answers ${status}`);
  throw new MediaError("download_failed", `${hostOf(job.url)} answers ${status} for ${job.url}`, {
    retryable: false,
    details: { url: job.url, status },
  });
}

/** Appends the body to the part, hashing it; returns the part's size. */
async function receive(job: Download, answer: Answer, hash: Hash, start: number): Promise<number> {
  const totalBytes = await totalOf(job, answer, start);
  if (start === 0) {
    await rm(partOf(job), { force: true });
    const { validator } = answer;
    const note: PartNote = {
      url: job.url,
      ...(validator !== undefined && { validator }),
      ...(totalBytes !== undefined && { totalBytes }),
    };
    await writeFile(noteOf(job), JSON.stringify(note));
  }
  await using part = await open(partOf(job), "a");
  let size = start;
  try {
    for await (const chunk of answer.body) {
      if (size === 0) {
        const other = whatElse(Buffer.from(chunk.subarray(0, 512)));
        if (other !== undefined) await invalid(job, other);
      }
      if (size + chunk.length > (job.sizeBytes ?? Infinity))
        await invalid(job, `more than the ${job.sizeBytes} bytes that it has`);
      await part.appendFile(chunk);
      hash.update(chunk);
      size += chunk.length;
      job.onProgress?.(size, totalBytes);
    }
    await part.sync();
  } catch (error) {
    job.signal.throwIfAborted();
    if (["write", "fsync"].includes((error as NodeJS.ErrnoException).syscall ?? "")) throw error;
    asInterrupted(error);
  }
  if (totalBytes !== undefined && size < totalBytes)
    throw new Interrupted(`it sent ${size} of ${totalBytes} bytes`);
  return size;
}

/** How large the file will be, by what is known and what the server says; they must agree. */
async function totalOf(job: Download, answer: Answer, start: number): Promise<number | undefined> {
  const { lengthBytes, range } = answer;
  const said = range?.totalBytes ?? (lengthBytes === undefined ? undefined : start + lengthBytes);
  if (job.sizeBytes !== undefined && said !== undefined && said !== job.sizeBytes)
    return invalid(job, `it is to have ${job.sizeBytes} bytes, but the server has ${said}`);
  return job.sizeBytes ?? said;
}

async function hashOf(path: string, signal?: AbortSignal): Promise<Hash> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
    signal?.throwIfAborted();
    hash.update(chunk);
  }
  return hash;
}

async function finish(job: Download, hash: Hash, sizeBytes: number) {
  const sha256 = hash.digest("hex");
  if (job.sizeBytes !== undefined && sizeBytes !== job.sizeBytes)
    await invalid(job, `it has ${sizeBytes} bytes instead of ${job.sizeBytes}`);
  if (job.sha256 !== undefined && sha256 !== job.sha256)
    await invalid(job, `its hash is another`, { expected: job.sha256, found: sha256 });
  await rename(partOf(job), job.path);
  await rm(noteOf(job), { force: true });
  return { sha256, sizeBytes };
}
