/** Every error, by its stable code. docs/errors.md explains the same codes; a test compares the two. */
export const errorCodes = {
  // what was asked
  invalid_argument: { retryable: false, remedy: "See `dailies --help` for what is accepted." },
  invalid_config: { retryable: false, remedy: "Correct the named setting." },
  invalid_name: { retryable: false, remedy: "Give the media file another name with --name." },
  name_conflict: {
    retryable: false,
    remedy: "Give it another name with --name, or take the old one's place with --replace.",
  },
  not_yours: { retryable: false, remedy: "Choose another name: this one is another owner's." },
  not_found: { retryable: false, remedy: "`dailies ls` lists what is there." },
  no_library: {
    retryable: false,
    remedy: "`dailies process FILE` makes one; --data-dir names another.",
  },
  batch_running: {
    retryable: true,
    remedy: "Wait until it is done, or give this one folders and a --bucket of its own.",
  },
  // who asks
  unauthorized: {
    retryable: false,
    remedy: "Send `Authorization: Bearer TOKEN`; `dailies keys create NAME` makes a token.",
  },
  forbidden: {
    retryable: false,
    remedy: "Use a key with the scope that is named; `dailies keys ls` lists what there is.",
  },
  rate_limited: { retryable: true, remedy: "Wait as long as Retry-After says, then ask again." },
  too_large: { retryable: false, remedy: "Send less at once; files go to /v1/uploads in parts." },
  not_allowed: { retryable: false, remedy: "Use one of the methods that `Allow` lists." },
  not_acceptable: { retryable: false, remedy: "Ask for one of the types that the message names." },
  range_not_satisfiable: {
    retryable: false,
    remedy: "Ask for bytes that are there: Content-Range says how many.",
  },
  request_timeout: { retryable: true, remedy: "Ask again later, or for less at once." },
  master_key_unusable: {
    retryable: false,
    remedy: "Put back the key file that belongs to this library, readable by its owner alone.",
  },
  backup_damaged: {
    retryable: false,
    remedy: "Run `dailies backup` there again, or restore another backup.",
  },
  not_safe: {
    retryable: false,
    remedy: "docs/security.md says what is asked before others may connect.",
  },
  not_supported: {
    retryable: false,
    remedy: "Do this in a library that keeps its files on this machine.",
  },
  // who is told
  invalid_token: { retryable: false, remedy: "Subscribe again: that sends a new one." },
  unsafe_address: {
    retryable: false,
    remedy: "Use a public address, or allow this one with webhooks.allow in config.json.",
  },
  // what came in
  file_changing: {
    retryable: false,
    remedy: "Wait until it is written whole, then run the same command again.",
  },
  empty_file: { retryable: false, remedy: "Upload the file again; this one has no bytes." },
  unsupported_media: {
    retryable: false,
    remedy: "Convert it to a usual video, audio or picture format first.",
  },
  damaged_media: {
    retryable: false,
    remedy: "Export or download the file again; part of it is missing or broken.",
  },
  limit_duration: { retryable: false, remedy: "Cut it, or raise limits.maxDurationMs." },
  limit_pixels: { retryable: false, remedy: "Scale it down, or raise limits.maxPixels." },
  limit_memory: { retryable: false, remedy: "Raise limits.memoryBytes if you trust the file." },
  limit_time: { retryable: false, remedy: "Raise limits.timeFactor if you trust the file." },
  limit_size: { retryable: false, remedy: "Raise limits.outputBytes if you trust the file." },
  limit_work: { retryable: false, remedy: "Convert it first, or raise limits.maxPixelsPerByte." },
  limit_rate: { retryable: false, remedy: "Convert its sound to 48,000 Hz with another program." },
  limit_channels: { retryable: false, remedy: "Mix its sound down to stereo first." },
  limit_streams: { retryable: false, remedy: "Save it again with the tracks that matter." },
  // what does the work
  engine_missing: { retryable: false, remedy: "`dailies doctor` says what to install." },
  engine_failed: { retryable: true, remedy: "`dailies logs NAME` has the engine's last words." },
  model_missing: {
    retryable: false,
    remedy: "`dailies doctor` says which model and how to get it.",
  },
  model_invalid: {
    retryable: false,
    remedy:
      "Fetch it again; on a closed network, fetch it elsewhere and `dailies models import` it.",
  },
  download_failed: {
    retryable: true,
    remedy: "Run the same command again: it goes on where it stopped.",
  },
  unsupported_language: {
    retryable: false,
    remedy: "Choose a language that the engine knows; `dailies doctor` lists them.",
  },
  worker_died: {
    retryable: false,
    remedy:
      "See in the system's log what ended it (often: no memory left), then `dailies retry NAME`.",
  },
  output_invalid: { retryable: true, remedy: "`dailies retry NAME` tries that step again." },
  throttled: {
    retryable: true,
    remedy:
      "Wait: it is tried again until the engine takes the work; ask its provider for a larger quota.",
  },
  engine_silent: {
    retryable: false,
    remedy: "See at the engine's provider what became of the work, then `dailies retry NAME`.",
  },
  // where it happens
  disk_full: {
    retryable: true,
    remedy: "Free some space, then run the same command again, or `dailies retry` what has failed.",
  },
  storage_failed: { retryable: true, remedy: "Check the data directory with `dailies doctor`." },
  catalog_newer: { retryable: false, remedy: "Upgrade dailies, or use another --data-dir." },
  unsupported_node: { retryable: false, remedy: "Install Node.js 24 or newer." },
  cancelled: { retryable: true, remedy: "Run the same command again to go on." },
  internal: {
    retryable: true,
    remedy: "This is a defect in dailies: please report it with `dailies logs NAME`.",
  },
} as const satisfies Record<string, { retryable: boolean; remedy: string }>;

export type ErrorCode = keyof typeof errorCodes;

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
