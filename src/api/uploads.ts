import type { MiddlewareHandler } from "hono";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { ApiApp, ApiContext, ApiEnv, Log, UploadHandler } from "./environment.ts";
import { rawPath } from "./names.ts";
import { headerOf } from "./route.ts";
import { wishesOf } from "./upload-metadata.ts";
import {
  checkUploadRequest,
  metadataOf,
  tusVersion,
  uploadMethod,
  uploadRequest,
} from "./upload-request.ts";
import {
  asProblem,
  createTusServer,
  mismatchResponse,
  ownAnswer,
  uploadsPath,
  type Asked,
} from "./upload-server.ts";
import { createUploadStore, type UploadStore } from "./upload-store.ts";

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

/** Resumable uploads, by the tus protocol 1.0: creation (with data, with a length to follow), checksums, termination, expiry. */
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

/** The caller, if it may upload. @throws MediaError `unauthorized`, `forbidden` */
function ownerOf(c: ApiContext): string {
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
      const options = wishesOf((await store.tus.getUpload(id)).metadata);
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
  const asked = new WeakMap<object, Asked>();
  const server = createTusServer(options, store, asked, record);

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
      const method = uploadMethod(c);
      const owner = ownerOf(c);
      checkUploadRequest(c, method);
      const metadata = metadataOf(c, method);
      let mismatch: MediaError | undefined;
      const request = uploadRequest(c, method, (error) => (mismatch = error));
      asked.set(request, { owner, header: headerOf(c), metadata });
      const answer = await server.handleWeb(request);
      if (mismatch !== undefined) return mismatchResponse(c, mismatch);
      return answer.status >= 400 ? asProblem(answer, c.req.method) : ownAnswer(answer, method);
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

/** Every answer below `/v1/uploads` says which version of the protocol it speaks, errors too. */
export const tusAnswers: MiddlewareHandler<ApiEnv> = async (c, next) => {
  await next();
  const path = rawPath(c);
  if (path === uploadsPath || path.startsWith(`${uploadsPath}/`))
    c.res.headers.set("tus-resumable", tusVersion);
};

/** Serves uploads in the API. */
export function addUploads(app: ApiApp, uploads: UploadHandler): void {
  for (const path of [uploadsPath, `${uploadsPath}/:id`])
    app.all(path, async (c) => uploads.handle(c));
}
