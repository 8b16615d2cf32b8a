-- Two processes see each other's process table only if they share a boot and a pid namespace:
-- containers over one data directory do not, whatever they are called.
ALTER TABLE sessions ADD COLUMN pid_namespace TEXT NOT NULL DEFAULT 'unknown';

-- deaths: executions since it was queued that ended with their process. The lease is the
-- session's (seen_at): one process is there or is not, for all of its jobs.
ALTER TABLE jobs ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs DROP COLUMN lease_until;

-- What runs, also for versions that are no more: the slot is free when the work has stopped.
CREATE TABLE held_slots (
  attempt TEXT PRIMARY KEY,
  kind    TEXT NOT NULL,
  version TEXT NOT NULL,
  session TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO held_slots SELECT attempt, kind, version, session FROM jobs WHERE state = 'running';

-- A row says that no job is to be begun, and since when.
CREATE TABLE pauses (since INTEGER NOT NULL) STRICT;

DROP INDEX jobs_running;
DROP INDEX jobs_failed;
DROP INDEX jobs_by_name;
CREATE INDEX jobs_by_attempt ON jobs (attempt) WHERE attempt IS NOT NULL;
CREATE INDEX jobs_by_state ON jobs (state, seq);

-- A page of a filtered list is one look into one index, however few media pass the filter.
CREATE INDEX media_by_owner ON media (owner, name);
CREATE INDEX media_by_owner_and_type ON media (owner, type, name);
ALTER TABLE labels ADD COLUMN type TEXT;
UPDATE labels SET type = (SELECT media.type FROM media WHERE media.version = labels.media_version);
CREATE INDEX labels_by_type ON labels (label, type, name);
