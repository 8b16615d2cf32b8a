-- What was made of a media that was removed, kept a short while: a rename is a removal and an
-- arrival, and the arrival takes it over. Its bytes lie in the trash as long.
CREATE TABLE tombstones (
  version TEXT PRIMARY KEY,
  name    TEXT NOT NULL,
  owner   TEXT NOT NULL,
  sha256  TEXT NOT NULL,
  until   INTEGER NOT NULL,
  kept    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstones_by_content ON tombstones (sha256, owner);

-- What tells a watched folder from another one in its place: its file system may not be mounted.
CREATE TABLE watched_folders (
  path     TEXT PRIMARY KEY,
  identity TEXT NOT NULL
) STRICT, WITHOUT ROWID;
