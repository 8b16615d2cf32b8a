import { STATUS_CODES } from "node:http";
import { Server } from "@tus/server";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { LocalLibrary } from "../local/library.ts";
import { isConditional, representationOf, requireConditions, type Header } from "./conditions.ts";
import { checksumAlgorithms } from "./digests.ts";
import type { ApiContext, Log } from "./environment.ts";
import { problemResponse, problemText } from "./problems.ts";
import { uploadId } from "./upload-infos.ts";
import {
  givenHeader,
  notesOf,
  wishesOf,
  withNotes,
  type Metadata,
  type OwnNotes,
} from "./upload-metadata.ts";
import type { UploadStore } from "./upload-store.ts";

/** Where clients create uploads; each one's own address is below it. */
export const uploadsPath = "/v1/uploads";

interface ServerOptions {
  readonly dailies: Pick<LocalLibrary, "find" | "checkPut">;
  readonly log: Log;
  /** Largest upload. */
  readonly maxBytes: number;
}

/** What the hooks of the tus server, which get only the request, must know about it. */
export interface Asked {
  readonly owner: string;
  readonly header: Header;
  /** The header's pairs, of a creation that has some. */
  readonly metadata: Metadata | undefined;
}

/** The version that a creation's conditions were compared with. @throws MediaError `precondition_failed` */
async function expectedVersion(
  { dailies }: Pick<ServerOptions, "dailies">,
  name: string,
  { owner, header }: Asked,
): Promise<Pick<OwnNotes, "expect">> {
  if (!isConditional(header)) return {};
  const media = await dailies.find(name, owner).catch((error: unknown) => {
    if (asMediaError(error).code !== "not_found") throw error;
    return undefined;
  });
  requireConditions(header, media && representationOf(media.sha256, [media.version]));
  return { expect: media?.version ?? null };
}

/** The tus server with our access rules. */
export function createTusServer(
  { dailies, log, maxBytes }: ServerOptions,
  { tus }: UploadStore,
  asked: WeakMap<object, Asked>,
  record: (id: string) => Promise<void>,
): Server {
  const checkOwner = async (request: object, id: string): Promise<void> => {
    const upload = uploadId.test(id)
      ? await tus.getUpload(id).catch((thrown: unknown) => {
          if (thrown instanceof Error) throw thrown; // the tus server says "not there" as data
        })
      : undefined;
    const owner = asked.get(request)?.owner;
    if (upload !== undefined && notesOf(upload.metadata).owner === owner) return;
    throw new MediaError("not_found", "there is no such upload");
  };
  return new Server({
    path: uploadsPath,
    datastore: tus,
    relativeLocation: true,
    maxSize: maxBytes,
    allowedOrigins: () => false,
    onIncomingRequest: async (request, id) => {
      if (request.method === "POST") return;
      await checkOwner(request, id);
      // an upload is there, and has no entity tag
      if (request.method !== "HEAD")
        requireConditions((name) => request.headers.get(name) ?? undefined, {});
    },
    onUploadCreate: async (request, { size }) => {
      const about = asked.get(request);
      if (about === undefined) throw new Error("a request came by another way");
      const { owner, metadata = {}, header } = about;
      const { name } = wishesOf(metadata);
      if (size === 0) throw new MediaError("empty_file", `${JSON.stringify(name)} has no bytes`);
      await dailies.checkPut({ name, owner, ...(size !== undefined && { sizeBytes: size }) });
      const expect = await expectedVersion({ dailies }, name, about);
      const given = header("upload-metadata") ?? "";
      return { metadata: withNotes(metadata, { owner, given, ...expect }) };
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

/** A problem document with the tus server's own message. */
function plainProblem(status: number, said: string): string {
  const title = STATUS_CODES[status];
  const detail = said.trim();
  return JSON.stringify({ type: "about:blank", title, status, detail, code: "invalid_argument" });
}

/** Turns an error of the tus server, which is plain text, into a problem document. */
export async function asProblem(answer: Response, method: string): Promise<Response> {
  const status = answer.status === 501 ? 400 : answer.status;
  const text = method === "HEAD" ? "" : await answer.text();
  const isJson = text === "" || text.startsWith("{");
  const headers = new Headers(answer.headers);
  headers.set("content-type", "application/problem+json");
  headers.delete("content-length");
  const body = answer.status !== 501 && isJson ? text : plainProblem(status, words(text));
  return new Response(method === "HEAD" ? null : body, { status, headers });
}

/** Bytes that are not what was said: 460 is tus's own status for its own header. */
export function mismatchResponse(c: ApiContext, error: MediaError): Response {
  if (c.req.header("upload-checksum") === undefined) throw error;
  const answer = problemResponse(error);
  return new Response(answer.body, { status: 460, headers: answer.headers });
}

/** An answer of the tus server without its allowances for other origins and without our notes. */
export function ownAnswer(answer: Response, method: string): Response {
  const names = Array.from(answer.headers.keys()); // a copy, because the loop removes headers
  for (const name of names) if (name.startsWith("access-control-")) answer.headers.delete(name);
  const metadata = answer.headers.get("upload-metadata");
  if (metadata !== null) answer.headers.set("upload-metadata", givenHeader(metadata));
  if (method === "OPTIONS") answer.headers.set("tus-checksum-algorithm", checksumAlgorithms);
  return answer;
}

const words = (text: string): string =>
  text.startsWith("{") ? (JSON.parse(text) as { detail: string }).detail : text;
