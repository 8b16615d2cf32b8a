-- A media file of which not all could be decoded is `incomplete`. A CHECK changes only with its table.
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
  state                 TEXT NOT NULL
    CHECK (state IN ('processing', 'ready', 'incomplete', 'failed')),
  created_at            INTEGER NOT NULL,
  updated_at            INTEGER NOT NULL,
  told                  TEXT,
  transcription_options TEXT
) STRICT;
INSERT INTO new_media
  SELECT id, name, version, owner, sha256, size_bytes, origin, type, facts, state, created_at,
    updated_at, told, transcription_options
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
