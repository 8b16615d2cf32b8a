-- told: topic and run of the last message about this version. transcription_options: what people last
-- asked for. No owner is assumed anywhere: a table is made anew where a column had one by default.
CREATE TABLE new_media (
  id                    INTEGER PRIMARY KEY,
  name                  TEXT NOT NULL UNIQUE,
  version               TEXT NOT NULL UNIQUE,
  owner                 TEXT NOT NULL,
  sha256                TEXT NOT NULL,
  size_bytes            INTEGER NOT NULL,
  origin                TEXT,
  type                  TEXT CHECK (type IN ('video', 'audio', 'image')),
  facts                 TEXT,
  state                 TEXT NOT NULL CHECK (state IN ('processing', 'ready', 'failed')),
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL,
  told                  TEXT,
  transcription_options TEXT
) STRICT;
INSERT INTO new_media
  SELECT id, name, version, owner, sha256, size_bytes, origin, type, facts, state, created_at,
    updated_at, NULL, NULL
  FROM media ORDER BY id;
DROP TABLE media;
ALTER TABLE new_media RENAME TO media;
CREATE INDEX media_by_type ON media (type, name);
CREATE INDEX media_by_content ON media (sha256);
CREATE INDEX media_by_owner ON media (owner, name);
CREATE INDEX media_by_owner_and_type ON media (owner, type, name);
CREATE INDEX media_by_owner_and_created ON media (owner, created_at, name);
CREATE INDEX media_by_owner_and_updated ON media (owner, updated_at, name);
CREATE INDEX media_by_owner_and_state ON media (owner, state, name);
CREATE TRIGGER notifications_forget AFTER DELETE ON media BEGIN
  UPDATE notifications SET content = json_remove(content, '$.transcript', '$.labels', '$.failures')
  WHERE version = old.version;
END;

UPDATE media SET told = (
  SELECT json_object('topic', topic, 'run', run) FROM notifications
  WHERE notifications.version = media.version AND run IS NOT NULL ORDER BY sequence DESC LIMIT 1)
WHERE version IN (SELECT version FROM notifications WHERE run IS NOT NULL);

-- The event `speech.asked` is called `transcription.requested`.
CREATE TABLE new_events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  at       INTEGER NOT NULL,
  name     TEXT NOT NULL,
  version  TEXT NOT NULL,
  event    TEXT NOT NULL,
  owner    TEXT NOT NULL
) STRICT;
INSERT INTO new_events
  SELECT sequence, at, name, version,
    CASE WHEN instr(event, '"speech.asked"') > 0 AND event ->> '$.type' = 'speech.asked'
      THEN json_set(event, '$.type', 'transcription.requested') ELSE event END,
    owner
  FROM events ORDER BY sequence;
-- numbers of events that are gone are not given again
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'events')
  WHERE name = 'new_events' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'events');
DROP TABLE events;
ALTER TABLE new_events RENAME TO events;
CREATE INDEX events_by_name ON events (name);
CREATE INDEX events_by_owner ON events (owner);

UPDATE media SET transcription_options = (
  SELECT event ->> '$.speech' FROM events
  WHERE events.name = media.name AND events.version = media.version
    AND event ->> '$.type' = 'transcription.requested' ORDER BY sequence DESC LIMIT 1)
WHERE version IN (SELECT version FROM events WHERE instr(event, '"transcription.requested"') > 0);

-- A job that another has replaced is kept only while it runs.
-- external_id: what a provider calls the work that it has accepted.
CREATE TABLE new_jobs (
  seq              INTEGER PRIMARY KEY AUTOINCREMENT,
  id               TEXT NOT NULL UNIQUE,
  name             TEXT NOT NULL,
  version          TEXT NOT NULL,
  owner            TEXT NOT NULL,
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
  deaths           INTEGER NOT NULL DEFAULT 0,
  run_after        INTEGER,
  attempt          TEXT,
  session          TEXT,
  external_id      TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  progress         TEXT,
  reason           TEXT,
  failure          TEXT,
  enqueued_at      INTEGER NOT NULL,
  started_at       INTEGER,
  finished_at      INTEGER
) STRICT;
-- jobs of a media file that shares its twin's results belong to its owner, too
INSERT INTO new_jobs
  SELECT seq, id, name, version,
    coalesce((SELECT media.owner FROM media WHERE media.version = jobs.version), owner),
    step, part, settings, kind, priority, state, current, requested_by, only_steps, attempts, deaths,
    run_after, attempt, session, NULL, cancel_requested, progress, reason, failure, enqueued_at,
    started_at, finished_at
  FROM jobs WHERE current = 1 OR state = 'running' ORDER BY seq;
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'jobs')
  WHERE name = 'new_jobs' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'jobs');
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX jobs_waiting ON jobs (kind, priority, seq)
  WHERE state = 'queued' AND run_after IS NULL;
CREATE INDEX jobs_waiting_by_request ON jobs (requested_by, kind, priority, seq)
  WHERE state = 'queued' AND run_after IS NULL;
CREATE INDEX jobs_delayed ON jobs (run_after) WHERE state = 'queued' AND run_after IS NOT NULL;
CREATE INDEX jobs_by_version ON jobs (version, part);
CREATE INDEX jobs_by_attempt ON jobs (attempt) WHERE attempt IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, seq);
CREATE INDEX jobs_by_owner ON jobs (owner, seq) WHERE current = 1;

-- Work that a provider has accepted keeps its slot, whichever process began it, and also when its
-- media file is gone: the provider has to hear of that.
ALTER TABLE held_slots ADD COLUMN name TEXT;
ALTER TABLE held_slots ADD COLUMN step TEXT;
ALTER TABLE held_slots ADD COLUMN engine TEXT;
ALTER TABLE held_slots ADD COLUMN external_id TEXT;
ALTER TABLE held_slots ADD COLUMN accepted_at INTEGER;

-- What is kept for a rename is kept for ten seconds, and its form has changed.
DELETE FROM tombstones;
