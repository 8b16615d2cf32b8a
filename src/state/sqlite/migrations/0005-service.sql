-- What the service asks: an owner's media in each order, an owner's jobs and events.
CREATE INDEX media_by_owner_and_created ON media (owner, created_at, name);
CREATE INDEX media_by_owner_and_updated ON media (owner, updated_at, name);
CREATE INDEX media_by_owner_and_state ON media (owner, state, name);

-- An event outlives its media; whose it was must still be known when it is told.
ALTER TABLE events ADD COLUMN owner TEXT NOT NULL DEFAULT 'local';
UPDATE events SET owner = (SELECT owner FROM media WHERE media.name = events.name)
  WHERE name IN (SELECT name FROM media WHERE owner <> 'local');
CREATE INDEX events_by_owner ON events (owner);

ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT 'local';
UPDATE jobs SET owner = (SELECT owner FROM media WHERE media.version = jobs.version)
  WHERE version IN (SELECT version FROM media WHERE owner <> 'local');
CREATE INDEX jobs_by_owner ON jobs (owner, seq) WHERE current = 1;
