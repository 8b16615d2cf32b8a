-- Transcription jobs that clients of AWS's protocol start, and their vocabularies. asked, made, entry: JSON.
-- It was 0110 for some minutes: a library that was opened then has the tables already.
CREATE TABLE IF NOT EXISTS transcription_jobs (
  id           TEXT PRIMARY KEY,
  owner        TEXT NOT NULL,
  name         TEXT NOT NULL,
  state        TEXT NOT NULL,
  was_queued   INTEGER NOT NULL,
  created_at   INTEGER NOT NULL,
  started_at   INTEGER,
  ended_at     INTEGER,
  asked        TEXT NOT NULL,
  made         TEXT,
  failure      TEXT,
  UNIQUE (owner, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS transcription_jobs_by_age ON transcription_jobs (owner, created_at, id);
CREATE INDEX IF NOT EXISTS transcription_jobs_by_state ON transcription_jobs (state, created_at, id);

CREATE TABLE IF NOT EXISTS vocabularies (
  owner TEXT NOT NULL,
  name  TEXT NOT NULL,
  entry TEXT NOT NULL,
  PRIMARY KEY (owner, name)
) STRICT, WITHOUT ROWID;
