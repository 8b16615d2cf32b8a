import { errorCodes, type ErrorCode } from "./error-codes.ts";

export { errorCodes, type ErrorCode };

/**
 * The one error type of Dailies.
 * `message` is a short line for people. What a decoder or an engine printed goes to `details`.
 * `retryable` says whether the same call may succeed later. Default: as the code says.
 * `remedy` replaces the code's remedy where the caller knows a better one.
 */
export class MediaError extends Error {
  override readonly name = "MediaError";
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;
  /** What the reader can do, in one sentence. */
  readonly remedy: string;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      cause?: unknown;
      details?: Record<string, unknown>;
      retryable?: boolean;
      remedy?: string;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? errorCodes[code].retryable;
    this.details = options.details ?? {};
    this.remedy = options.remedy ?? errorCodes[code].remedy;
  }
}

const systemCodes: Record<string, ErrorCode> = {
  ENOSPC: "disk_full",
  EDQUOT: "disk_full",
  EACCES: "storage_failed",
  EPERM: "storage_failed",
  EROFS: "storage_failed",
  EIO: "storage_failed",
  EMFILE: "storage_failed",
  ENFILE: "storage_failed",
  ENOTDIR: "storage_failed",
  EISDIR: "storage_failed",
  ELOOP: "storage_failed",
  ENAMETOOLONG: "storage_failed",
};

/**
 * SQLite's result codes that name a condition of the machine and not a defect, by their low byte:
 * https://sqlite.org/rescode.html
 */
const databaseCodes: Record<number, ErrorCode> = {
  5: "storage_failed", // BUSY: another process has it locked, for longer than we wait
  6: "storage_failed", // LOCKED
  8: "storage_failed", // READONLY
  10: "storage_failed", // IOERR
  11: "storage_failed", // CORRUPT
  13: "disk_full", // FULL
  14: "storage_failed", // CANTOPEN
  26: "storage_failed", // NOTADB
};

/** IOERR_SHMSIZE: the disk has no space for the index of the write-ahead log. */
const noSpaceForIndex = 4874;

/** A database error as a MediaError; undefined for another error, or for a defect of ours. */
function databaseError(thrown: Error & { errcode?: unknown }): MediaError | undefined {
  const { errcode } = thrown;
  if (typeof errcode !== "number") return undefined;
  const code = errcode === noSpaceForIndex ? "disk_full" : databaseCodes[errcode & 0xff];
  if (code === undefined) return undefined;
  const message =
    code === "disk_full"
      ? "no space is left for the catalog"
      : `the catalog cannot be used: ${thrown.message}`;
  return new MediaError(code, message, { cause: thrown, details: { sqlite: errcode } });
}

/** Any thrown value as a MediaError: itself, a known system error under its code, else `internal`. */
export function asMediaError(thrown: unknown): MediaError {
  if (thrown instanceof MediaError) return thrown;
  if (!(thrown instanceof Error)) return new MediaError("internal", String(thrown));
  if (thrown.name === "AbortError")
    return new MediaError("cancelled", "cancelled", { cause: thrown });
  const inDatabase = databaseError(thrown);
  if (inDatabase !== undefined) return inDatabase;
  const code = systemCodes[(thrown as NodeJS.ErrnoException).code ?? ""] ?? "internal";
  const details = thrown.stack === undefined ? {} : { stack: thrown.stack };
  return new MediaError(code, thrown.message, { cause: thrown, details });
}

/**
 * The error for a path that could not be opened: nothing is there, or why it cannot be read.
 * @param path as it was given
 * @param what should be there: `folder`
 */
export function unreachable(path: string, thrown: unknown, what = "file or folder"): MediaError {
  const { code } = thrown as NodeJS.ErrnoException;
  // U+FFFD stands for bytes of the name that are not UTF-8.
  if (code === "ENOENT" && path.includes("\ufffd"))
    return new MediaError("invalid_name", `the name of ${path} is not UTF-8`, {
      cause: thrown,
      remedy: "Rename it, then run the same command again.",
    });
  if (code === "ENOENT" || code === "ENOTDIR")
    return new MediaError("not_found", `there is no ${what} ${path}`, {
      cause: thrown,
      remedy: "See that the path is right, then run the same command again.",
    });
  const error = asMediaError(thrown);
  return new MediaError(error.code, `${path} cannot be read: ${error.message}`, {
    cause: thrown,
    remedy: "Let this user read it, then run the same command again.",
  });
}
