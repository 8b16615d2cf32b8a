import { STATUS_CODES } from "node:http";
import { Server, type Upload } from "@tus/server";
import { asMediaError, MediaError } from "../media/errors.ts";
import { checkKey } from "../media/keys.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { PutOptions } from "../app/put.ts";
import type { ApiApp, ApiContext, Log, UploadHandler } from "./environment.ts";
import { problemText } from "./problems.ts";
import { uploadId } from "./upload-infos.ts";
import { createUploadStore, type UploadStore } from "./upload-store.ts";

/** Where clients create uploads; each one's own address is below it. */
export const uploadsPath = "/v1/uploads";

export interface UploadOptions {
  readonly dailies: LocalLibrary;
  readonly log: Log;
  /** The folder of unfinished uploads, on the file system of the objects. */
  readonly dir: string;
  /** Largest upload. `too_large` */
  readonly maxBytes: number;
  /** An upload that is not complete by then, or could not be recorded for so long, is removed. Default: 24 hours. */
  readonly expireMs?: number;
  /** Ends recordings under way: the next `tidy` does them. */
  readonly signal?: AbortSignal;
}

/** Resumable uploads, by the tus protocol 1.0: creation (with data, with a length to follow), termination, expiry. */
export interface Uploads extends UploadHandler {
  /**
   * Receives uploads that are complete and were not recorded, because the process ended in between, and
   * removes those that have expired. Call it at the start and now and then. After the signal it starts
   * nothing more.
   */
  tidy(signal?: AbortSignal): Promise<{ readonly recorded: number; readonly expired: number }>;
  /** Resolves when no upload is being recorded. */
  idle(): Promise<void>;
}

const dayMs = 24 * 3_600_000;
const never = new AbortController().signal;

/** The uploader's options in tus metadata: `name` (or `filename`), `filetype`, `replace`. */
function requestOptions({
  metadata = {},
}: Pick<Upload, "metadata">): PutOptions & { owner: string } {
  const name = metadata["name"] ?? metadata["filename"];
  if (typeof name !== "string")
    throw new MediaError("invalid_name", "Upload-Metadata has neither name nor filename");
  const type = metadata["filetype"]?.toLowerCase();
  const isType = type !== undefined && /^(?:video|audio|image)\/[\w.+-]{1,100}$/.test(type);
  return {
    name: checkKey(name),
    owner: metadata["owner"] ?? "local",
    replace: metadata["replace"] !== "false",
    ...(isType ? { contentType: type } : {}),
  };
}

/** A problem document with the tus server's own message. */
function plainProblem(status: number, said: string): string {
  const title = STATUS_CODES[status];
  const detail = said.trim();
  return JSON.stringify({ type: "about:blank", title, status, detail, code: "invalid_argument" });
}

/** Turns an error of the tus server, which is plain text, into a problem document. */
async function asProblem(answer: Response, method: string): Promise<Response> {
  const status = answer.status === 501 ? 400 : answer.status;
  const text = method === "HEAD" ? "" : await answer.text();
  const isJson = text === "" || text.startsWith("{");
  const headers = new Headers(answer.headers);
  headers.set("content-type", "application/problem+json");
  headers.delete("content-length");
  const body = answer.status !== 501 && isJson ? text : plainProblem(status, words(text));
  return new Response(method === "HEAD" ? null : body, { status, headers });
}

const words = (text: string): string =>
  text.startsWith("{") ? (JSON.parse(text) as { detail: string }).detail : text;

const methods = new Set(["OPTIONS", "POST", "HEAD", "PATCH", "DELETE"]);

/** The caller, if it may upload. @throws MediaError `unauthorized`, `forbidden`, `not_allowed` */
function ownerOf(c: ApiContext): string {
  const { method } = c.req;
  if (!methods.has(method)) {
    const headers = { allow: [...methods].join(", ") };
    throw new MediaError("not_allowed", `uploads take no ${method}`, { details: { headers } });
  }
  const caller = c.get("caller");
  if (caller === undefined) throw new MediaError("unauthorized", "who uploads must say who asks");
  if (!caller.scopes.includes("write"))
    throw new MediaError("forbidden", "the scope is missing: write");
  return caller.owner;
}

/** Records complete uploads, each once. */
function createRecorder({ dailies, signal = never }: UploadOptions, store: UploadStore) {
  const recording = new Map<string, Promise<void>>();
  const record = async (id: string): Promise<void> => {
    if (await store.isFinished(id)) return;
    const sha256 = store.sha256Of(id);
    try {
      const options = requestOptions(await store.tus.getUpload(id));
      const known = sha256 && { sha256 };
      await dailies.putUpload(store.pathOf(id), { ...options, ...known, signal });
    } catch (thrown) {
      // A final error ends the upload; after other errors `tidy` tries again.
      if (!asMediaError(thrown).retryable) await store.remove(id);
      throw thrown;
    }
    await store.finish(id);
  };
  return {
    record(id: string): Promise<void> {
      const known = recording.get(id);
      if (known !== undefined) return known;
      const started = record(id).finally(() => recording.delete(id));
      recording.set(id, started);
      return started;
    },
    idle: async (): Promise<void> => void (await Promise.allSettled(recording.values())),
  };
}

/** The tus server with our access rules. */
function createTusServer(
  { dailies, log, maxBytes }: UploadOptions,
  { tus }: UploadStore,
  /** Callers by request, because the server's hooks get only the request. */
  owners: WeakMap<object, string>,
  record: (id: string) => Promise<void>,
): Server {
  const checkOwner = async (request: object, id: string): Promise<void> => {
    const upload = uploadId.test(id)
      ? await tus.getUpload(id).catch((thrown: unknown) => {
          if (thrown instanceof Error) throw thrown; // the tus server says "not there" as data
        })
      : undefined;
    if (upload !== undefined && upload.metadata?.["owner"] === owners.get(request)) return;
    throw new MediaError("not_found", "there is no such upload");
  };
  return new Server({
    path: uploadsPath,
    datastore: tus,
    relativeLocation: true,
    maxSize: maxBytes,
    allowedOrigins: () => false,
    onIncomingRequest: async (request, id) => {
      if (request.method !== "POST") await checkOwner(request, id);
    },
    onUploadCreate: async (request, { metadata: given, size }) => {
      const metadata = { ...given, owner: owners.get(request) ?? "local" };
      const { name, owner } = requestOptions({ metadata });
      await dailies.checkPut({ name, owner, ...(size !== undefined && { sizeBytes: size }) });
      return { metadata };
    },
    onUploadFinish: async (_request, { id }) => {
      await record(id);
      return {};
    },
    onResponseError: (_request, thrown) => {
      if (!(thrown instanceof Error)) {
        const { status_code, body } = thrown;
        return { status_code, body: plainProblem(status_code, body) };
      }
      const error = asMediaError(thrown);
      const { status, body } = problemText(error);
      if (status >= 500) log.error({ err: error, code: error.code }, error.message);
      return { status_code: status, body };
    },
  });
}

/** Opens the uploads of a data directory. */
export async function createUploads(options: UploadOptions): Promise<Uploads> {
  const { dailies, log, expireMs = dayMs, signal = never } = options;
  const checkRoom = async (): Promise<void> => {
    const { isEnough, freeBytes, minFreeBytes } = await dailies.space();
    if (isEnough) return;
    const details = { freeBytes, minFreeBytes };
    throw new MediaError("disk_full", "the disk of uploads is too full for more", { details });
  };
  const store = await createUploadStore({ dir: options.dir, expireMs, checkRoom });
  const recorder = createRecorder(options, store);
  const record = (id: string): Promise<void> => recorder.record(id);
  const owners = new WeakMap<object, string>();
  const server = createTusServer(options, store, owners, record);

  /** Records a complete upload. If that fails for too long, the upload is removed, because its client is gone. */
  const recordLate = async (id: string, count: { recorded: number; expired: number }) => {
    try {
      await record(id);
      count.recorded += 1;
    } catch (thrown) {
      const completeAt = await store.lastByteAt(id);
      const age = completeAt === undefined ? 0 : Date.now() - completeAt;
      const isOver = age > expireMs && !signal.aborted;
      const what = isOver ? "removed, for it could not be recorded" : "not recorded";
      log.warn({ err: asMediaError(thrown), upload: id }, `a complete upload was ${what}`);
      if (!isOver) return;
      await store.remove(id);
      count.expired += 1;
    }
  };

  return {
    async handle(c) {
      const request = c.req.raw;
      owners.set(request, ownerOf(c));
      const answer = await server.handleWeb(request);
      const names = Array.from(answer.headers.keys()); // a copy of the names, because the loop removes headers
      for (const name of names) if (name.startsWith("access-control-")) answer.headers.delete(name);
      return answer.status >= 400 ? asProblem(answer, request.method) : answer;
    },
    async tidy(until = never) {
      const count = { recorded: 0, expired: 0 };
      for (const { id, size, offset, creation_date } of await store.list()) {
        if (until.aborted || signal.aborted) return count;
        const isComplete = size === offset && !(await store.isFinished(id));
        if (isComplete) await recordLate(id, count);
        else if (Date.now() - Date.parse(creation_date ?? "") > expireMs) {
          await store.remove(id);
          count.expired += 1;
        }
      }
      count.expired += await store.sweep();
      return count;
    },
    idle: () => recorder.idle(),
  };
}

/** Serves uploads in the API. */
export function addUploads(app: ApiApp, uploads: UploadHandler): void {
  for (const path of [uploadsPath, `${uploadsPath}/:id`])
    app.all(path, async (c) => uploads.handle(c));
}
