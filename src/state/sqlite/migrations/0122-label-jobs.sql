-- Label jobs that clients of Amazon Rekognition's protocol start. asked: JSON. Results are compressed JSON, in a table
-- of their own, because only one at a time is read.
CREATE TABLE label_jobs (
  id         TEXT PRIMARY KEY,
  owner      TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('IN_PROGRESS', 'SUCCEEDED', 'FAILED')),
  token      TEXT,
  created_at INTEGER NOT NULL,
  ended_at   INTEGER,
  asked      TEXT NOT NULL,
  failure    TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX label_jobs_by_token ON label_jobs (owner, token) WHERE token IS NOT NULL;
CREATE INDEX label_jobs_in_progress ON label_jobs (created_at) WHERE state = 'IN_PROGRESS';
CREATE INDEX label_jobs_ended ON label_jobs (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE label_results (
  job    TEXT PRIMARY KEY,
  result BLOB NOT NULL
) STRICT;
CREATE TRIGGER label_results_go AFTER DELETE ON label_jobs BEGIN
  DELETE FROM label_results WHERE job = old.id;
END;
