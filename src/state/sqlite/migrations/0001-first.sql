-- Times are milliseconds since 1970, UTC. Confidence is 0-1. JSON columns hold what only people and steps read.

-- Processes that hold work. A row whose process is gone says that its jobs may be taken over.
CREATE TABLE sessions (
  session     TEXT PRIMARY KEY,
  host        TEXT NOT NULL,
  boot_id     TEXT NOT NULL,
  pid         INTEGER NOT NULL,
  start_ticks TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  seen_at     INTEGER NOT NULL
) STRICT;

CREATE TABLE media (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL UNIQUE,
  version     TEXT NOT NULL UNIQUE,
  owner       TEXT NOT NULL DEFAULT 'local',
  sha256      TEXT NOT NULL,
  size_bytes  INTEGER NOT NULL,
  origin      TEXT,
  type        TEXT CHECK (type IN ('video', 'audio', 'image')),
  facts       TEXT,
  state       TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
  created_at  INTEGER NOT NULL,
  updated_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX media_by_type ON media (type, name);
CREATE INDEX media_by_content ON media (sha256);

-- The key index: which bytes a key stands for, and the media version they belong to.
CREATE TABLE objects (
  bucket        TEXT NOT NULL,
  key           TEXT NOT NULL,
  version       TEXT NOT NULL,
  sha256        TEXT NOT NULL,
  size_bytes    INTEGER NOT NULL,
  content_type  TEXT NOT NULL,
  media_version TEXT NOT NULL,
  created_at    INTEGER NOT NULL,
  PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX objects_by_version ON objects (bucket, version);
CREATE INDEX objects_by_media ON objects (media_version);

-- Bytes that no key stands for any more, to be removed when their time has come.
CREATE TABLE trash (
  bucket  TEXT NOT NULL,
  version TEXT NOT NULL,
  after   INTEGER NOT NULL,
  PRIMARY KEY (bucket, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE renditions (
  media_version TEXT NOT NULL,
  rendition     TEXT NOT NULL,
  key           TEXT NOT NULL,
  width         INTEGER,
  height        INTEGER,
  duration_ms   INTEGER,
  engine        TEXT NOT NULL,
  copied        INTEGER NOT NULL,
  PRIMARY KEY (media_version, rendition)
) STRICT, WITHOUT ROWID;

CREATE TABLE labels (
  label         TEXT NOT NULL COLLATE NOCASE,
  name          TEXT NOT NULL,
  media_version TEXT NOT NULL,
  confidence    REAL NOT NULL,
  parents       TEXT NOT NULL,
  PRIMARY KEY (label, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX labels_by_media ON labels (media_version);

-- timings: start and end of each word of the searchable text, 32-bit little-endian milliseconds.
CREATE TABLE transcripts (
  media_version TEXT PRIMARY KEY,
  text          TEXT NOT NULL,
  timings       BLOB NOT NULL,
  language_code TEXT NOT NULL,
  draft         INTEGER NOT NULL,
  json_file     TEXT NOT NULL
) STRICT;

CREATE TABLE metadata (
  table_name    TEXT NOT NULL,
  json_file     TEXT NOT NULL,
  media_version TEXT NOT NULL,
  record        TEXT NOT NULL,
  PRIMARY KEY (table_name, json_file)
) STRICT, WITHOUT ROWID;
CREATE INDEX metadata_by_media ON metadata (media_version);

-- One row per media; rowid is media.id. The words of the transcript stand in the order of their timings.
CREATE VIRTUAL TABLE search USING fts5 (
  name, labels, transcript,
  tokenize = "unicode61 remove_diacritics 2"
);

-- part: what a job makes; of the jobs of one version and part, one is current.
CREATE TABLE jobs (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  id               TEXT NOT NULL UNIQUE,
  name             TEXT NOT NULL,
  version          TEXT NOT NULL,
  step             TEXT NOT NULL,
  part             TEXT NOT NULL,
  settings         TEXT NOT NULL,
  kind             TEXT NOT NULL,
  priority         INTEGER NOT NULL,
  state            TEXT NOT NULL
    CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'skipped')),
  current          INTEGER NOT NULL DEFAULT 1,
  requested_by     TEXT,
  only_steps       TEXT,
  attempts         INTEGER NOT NULL DEFAULT 0,
  run_after        INTEGER,
  attempt          TEXT,
  session          TEXT,
  lease_until      INTEGER,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  progress         TEXT,
  reason           TEXT,
  failure          TEXT,
  enqueued_at      INTEGER NOT NULL,
  started_at       INTEGER,
  finished_at      INTEGER
) STRICT;
CREATE INDEX jobs_waiting ON jobs (kind, priority, seq)
  WHERE state = 'queued' AND run_after IS NULL;
CREATE INDEX jobs_waiting_by_request ON jobs (requested_by, kind, priority, seq)
  WHERE state = 'queued' AND run_after IS NULL;
CREATE INDEX jobs_delayed ON jobs (run_after) WHERE state = 'queued' AND run_after IS NOT NULL;
CREATE INDEX jobs_running ON jobs (kind, version) WHERE state = 'running';
CREATE INDEX jobs_by_version ON jobs (version, part);
CREATE INDEX jobs_by_name ON jobs (name);
CREATE INDEX jobs_failed ON jobs (finished_at) WHERE state = 'failed';

CREATE TABLE attempts (
  id          TEXT PRIMARY KEY,
  job_id      TEXT NOT NULL,
  version     TEXT NOT NULL,
  step        TEXT NOT NULL,
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  outcome     TEXT,
  failure     TEXT,
  details     TEXT,
  notes       TEXT NOT NULL DEFAULT '[]'
) STRICT;
CREATE INDEX attempts_by_version ON attempts (version);

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  name     TEXT NOT NULL,
  version  TEXT NOT NULL,
  event    TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_name ON events (name);

-- What a file on this machine looked like when it was imported: spares reading it again.
CREATE TABLE imports (
  path        TEXT PRIMARY KEY,
  size_bytes  INTEGER NOT NULL,
  modified_ns TEXT NOT NULL,
  inode       TEXT NOT NULL,
  name        TEXT NOT NULL,
  version     TEXT NOT NULL
) STRICT;
