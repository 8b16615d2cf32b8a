import { MediaError } from "../media/errors.ts";
import { checkKey } from "../media/keys.ts";
import { wrongField } from "./problems.ts";

/** `Upload-Metadata` of the tus protocol: pairs of a key and a value in base64. */

/** A key that no client can send, because it has a space: what this server notes about an upload. */
const ownKey = "own notes";

/** What this server notes beside the metadata of an upload. */
export interface OwnNotes {
  readonly owner: string;
  /** The header as the client sent it: it is given back so. */
  readonly given: string;
  /** The only version that the upload may replace; null: nothing may have its name. Absent: any. */
  readonly expect?: string | null;
}

export type Metadata = Record<string, string | null>;

/** What an uploader asks for. */
export interface UploadWishes {
  readonly name: string;
  readonly owner: string;
  readonly replace: boolean;
  readonly contentType?: string;
  readonly expect?: string | null;
}

const keyPattern = /^[\x21-\x2b\x2d-\x7e]+$/;
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function wrong(message: string): MediaError {
  return wrongField({ in: "header", field: "Upload-Metadata", message });
}

function valueOf(key: string, encoded: string): string {
  if (!base64.test(encoded)) throw wrong(`the value of ${key} is not base64`);
  try {
    return utf8.decode(Buffer.from(encoded, "base64"));
  } catch {
    // replaced by U+FFFD, two names could become one
    throw wrong(`the value of ${key} is not UTF-8`);
  }
}

/** @throws MediaError `invalid_argument` where the header is not what the protocol says, or not UTF-8 */
export function parseMetadata(header: string): Metadata {
  const metadata = new Map<string, string | null>();
  for (const pair of header.split(",")) {
    const [key = "", encoded, ...more] = pair.split(" ");
    if (!keyPattern.test(key) || more.length > 0)
      throw wrong("must be pairs: `key base64,key base64`");
    if (metadata.has(key)) throw wrong(`has ${key} twice`);
    metadata.set(key, encoded === undefined ? null : valueOf(key, encoded));
  }
  return Object.fromEntries(metadata);
}

export function withNotes(metadata: Metadata, notes: OwnNotes): Metadata {
  return { ...metadata, [ownKey]: JSON.stringify(notes) };
}

/** The notes of an upload. One from before there were notes has only its owner. */
export function notesOf(metadata: Metadata = {}): Pick<OwnNotes, "owner" | "expect"> {
  const noted = metadata[ownKey];
  if (typeof noted !== "string") return { owner: metadata["owner"] ?? "local" };
  return JSON.parse(noted) as OwnNotes;
}

/** The header as the client sent it, from the header with our notes. */
export function givenHeader(header: string): string {
  const noted = header.split(",").find((pair) => pair.startsWith(`${ownKey} `));
  if (noted === undefined) return header;
  const text = Buffer.from(noted.slice(ownKey.length + 1), "base64").toString("utf8");
  return (JSON.parse(text) as OwnNotes).given;
}

/** The uploader's options: `name` (or `filename`), `filetype`, `replace`. @throws MediaError `invalid_name`, `invalid_argument` */
export function wishesOf(metadata: Metadata = {}): UploadWishes {
  const name = metadata["name"] ?? metadata["filename"];
  if (typeof name !== "string")
    throw new MediaError("invalid_name", "Upload-Metadata has neither name nor filename");
  const { replace = "true" } = metadata;
  if (replace !== "true" && replace !== "false") throw wrong("replace must be true or false");
  const type = metadata["filetype"]?.toLowerCase();
  const isType = type !== undefined && /^(?:video|audio|image)\/[\w.+-]{1,100}$/.test(type);
  const { owner, expect } = notesOf(metadata);
  return {
    name: checkKey(name),
    owner,
    replace: replace === "true",
    ...(isType ? { contentType: type } : {}),
    ...(expect !== undefined && { expect }),
  };
}
