import { MediaError } from "../media/errors.ts";

/** A file somewhere on the network. */
export interface Address {
  readonly url: string;
  /** Whether plain http will do: for mirrors that somebody named. */
  readonly mayBePlain: boolean;
  readonly signal: AbortSignal;
}

/** What a server answered, its body still to come. */
export interface Answer {
  readonly status: number;
  readonly lengthBytes?: number;
  /** Of a part: where it begins, and how large the whole is. */
  readonly range?: { readonly from?: number; readonly totalBytes?: number };
  /** A strong ETag, else the date of the last change: what If-Range takes. */
  readonly validator?: string;
  /** Fails when no byte came for too long. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Lets go of the connection. */
  readonly close: () => void;
}

const mostRedirects = 5;
const redirects = new Set([301, 302, 303, 307, 308]);

/**
 * Asks for a file, or from a byte of it on. Redirects are followed as far as each is to https, or
 * to where plain http was allowed from the start.
 * @throws MediaError `download_failed` for addresses that will not do; what fetch throws
 */
export async function request(
  job: Address,
  range: { readonly from: number; readonly validator?: string | undefined } | undefined,
  silenceMs: number,
): Promise<Answer> {
  const silence = createSilence(silenceMs);
  const signal = AbortSignal.any([job.signal, silence.signal]);
  const headers: Record<string, string> = {
    "accept-encoding": "identity",
    "user-agent": "dailies",
    ...(range && { range: `bytes=${range.from}-` }),
    ...(range?.validator !== undefined && { "if-range": range.validator }),
  };
  let url = new URL(job.url);
  try {
    for (let hop = 0; hop <= mostRedirects; hop += 1) {
      requireSafe(url, job);
      const response = await fetch(url, { headers, signal, redirect: "manual" });
      const location = response.headers.get("location");
      if (!redirects.has(response.status) || location === null)
        return answerOf(response, silence, signal);
      await response.body?.cancel();
      url = new URL(location, url);
    }
  } catch (error) {
    silence.end();
    if (silence.signal.aborted && !job.signal.aborted) throw silence.signal.reason;
    throw error;
  }
  silence.end();
  throw refused(`${new URL(job.url).host} sends from one address to the next without end`);
}

function refused(message: string): MediaError {
  return new MediaError("download_failed", message, { retryable: false });
}

/** A plain address is for mirrors only, and such a mirror may not send to anywhere else than itself or https. */
function requireSafe(url: URL, job: Address): void {
  if (url.protocol === "https:") return;
  const isTheMirror = job.mayBePlain && url.host === new URL(job.url).host;
  if (url.protocol === "http:" && isTheMirror) return;
  throw refused(`${url.origin} is not https: what comes from there could be anybody's`);
}

/** A clock that is wound up by every byte. */
function createSilence(silenceMs: number) {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new Error(`not a byte came for ${Math.round(silenceMs / 1000)} s`)),
    silenceMs,
  );
  return {
    signal: controller.signal,
    heard: () => void timer.refresh(),
    end: () => clearTimeout(timer),
  };
}

function answerOf(
  response: Response,
  silence: ReturnType<typeof createSilence>,
  signal: AbortSignal,
): Answer {
  const { status, headers, body } = response;
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw refused(`the server sends it as ${encoding}, unasked`);
  const length = number(headers.get("content-length"));
  const range = rangeOf(headers.get("content-range"));
  const etag = headers.get("etag");
  const validator = etag?.startsWith('"') ? etag : headers.get("last-modified");
  const reader = body?.getReader();
  async function* bytes(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done || value === undefined) return;
        silence.heard();
        yield value;
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }
  return {
    status,
    ...(length !== undefined && { lengthBytes: length }),
    ...(range && { range }),
    ...(validator && { validator }),
    body: bytes(),
    close: () => {
      silence.end();
      void reader?.cancel().catch(() => {});
    },
  };
}

function number(text: string | null | undefined): number | undefined {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `bytes 10-99/100`; with a star for the first part when nothing was left to send. */
function rangeOf(text: string | null): Answer["range"] {
  const found = /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(\d{1,15}|\*)$/.exec(text ?? "");
  if (found === null) return undefined;
  const from = number(found[1]);
  const totalBytes = number(found[2]);
  return {
    ...(from !== undefined && { from }),
    ...(totalBytes !== undefined && { totalBytes }),
  };
}
