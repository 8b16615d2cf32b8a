import type { WatchEvent } from "../local/watch.ts";
import type { Media } from "../media/media.ts";

/** What the calls by which media come and go are told, and what they answer. */

/**
 * Of `put` and `putUpload`. They throw MediaError `invalid_name`, `empty_file`, `name_conflict` (other
 * bytes, without `replace`), `not_yours` (another owner's name), `too_large` (a stream), `file_changing`,
 * `disk_full`, `storage_failed`, `cancelled`.
 */
export interface PutOptions {
  readonly name: string;
  /** Whose it is to be. Default: `local`. */
  readonly owner?: string;
  /** As the uploader says; what it is, is found out from its bytes. Default: by the name's ending. */
  readonly contentType?: string;
  /** Other bytes under an existing name take its place. Default: `name_conflict`. */
  readonly replace?: boolean;
  /** A folder, all links resolved, that a file to be read must lie in. Default: it may lie anywhere. */
  readonly within?: string;
  /** Whether it is remembered what the file looked like, so that it need not be read again. Default: true. */
  readonly remember?: boolean;
  readonly signal?: AbortSignal;
}

/** Of `putUpload`: where the file lies on the library's disk, its bytes are not copied. */
export interface UploadOptions extends PutOptions {
  /** Of its bytes, where it is known: they are not read again. */
  readonly sha256?: string;
}

export interface PutResult {
  readonly media: Media;
  /** `unchanged`: the same bytes were there under this name; `shared`: under another name of the same owner, and it has what was made of them. */
  readonly change: "created" | "replaced" | "shared" | "unchanged";
}

/** Of `watch`: what is in the folder comes in, what changes comes in again, what goes is removed. */
export interface WatchFolderOptions {
  /** What the names begin with, before the path below the folder. Default: nothing. */
  readonly prefix?: string;
  /** Default: `local`. */
  readonly owner?: string;
  /** Whether a file that goes takes its media with it. Default: true. */
  readonly removals?: boolean;
  /** How long a file must have been still before it counts as written whole. Default: 2 s. */
  readonly quietMs?: number;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent) => void;
}

export interface RemoveOptions {
  /** Whose it must be; another's is not found. Default: anybody's. */
  readonly owner?: string;
  /** How long what was made is kept for the same bytes under another name: a rename. Default: 10 s. */
  readonly keepMs?: number;
}
