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
  no_such_track: {
    retryable: false,
    remedy: "Give --video-track or --audio-track one of the tracks that the message lists.",
  },
  no_library: {
    retryable: false,
    remedy: "`dailies process FILE` makes one; --data-dir names another.",
  },
  catalog_lost: { retryable: false, remedy: "Put dailies.db back, or restore a backup." },
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
  precondition_failed: {
    retryable: false,
    remedy: "Look at what is there now, then send the request again with its ETag.",
  },
  digest_mismatch: {
    retryable: true,
    remedy: "Send the same bytes again; they were changed on the way, or the digest is another's.",
  },
  unsupported_content: {
    retryable: false,
    remedy: "Send the bytes as they are; the message names the header that stands against it.",
  },
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
  encrypted_media: {
    retryable: false,
    remedy: "Export it without copy protection, or ask the person who has the key.",
  },
  damaged_media: {
    retryable: false,
    remedy: "Export or download the file again; part of it is missing or broken.",
  },
  limit_duration: { retryable: false, remedy: "Cut it, or raise limits.maxDurationMs." },
  limit_pixels: {
    retryable: false,
    remedy: "Scale it down, or raise limits.maxPixels (a film) or limits.maxPicturePixels.",
  },
  limit_memory: { retryable: false, remedy: "Raise limits.memoryBytes if you trust the file." },
  limit_time: { retryable: false, remedy: "Raise limits.timeFactor if you trust the file." },
  limit_size: { retryable: false, remedy: "Raise limits.outputBytes if you trust the file." },
  limit_work: { retryable: false, remedy: "Convert it first, or raise limits.maxPixelsPerByte." },
  limit_rate: { retryable: false, remedy: "Convert its sound to 48,000 Hz with another program." },
  limit_channels: { retryable: false, remedy: "Mix its sound down to stereo first." },
  limit_streams: { retryable: false, remedy: "Save it again with the tracks that matter." },
  transcript_pending: {
    retryable: true,
    remedy: "Wait until its own transcript is made, or `dailies cancel NAME`; then import again.",
  },
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
