-- Buckets that clients make beside uploads and outputs, and the objects in them. facts: JSON.
CREATE TABLE buckets (
  name       TEXT PRIMARY KEY,
  owner      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  region     TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX buckets_by_owner ON buckets (owner, name);

CREATE TABLE bucket_objects (
  bucket     TEXT NOT NULL,
  key        TEXT NOT NULL,
  version    TEXT NOT NULL UNIQUE,
  sha256     TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  facts      TEXT NOT NULL,
  PRIMARY KEY (bucket, key)
) STRICT, WITHOUT ROWID;

-- What a client said of an upload that became a media file, and the entity tag that it was given.
CREATE TABLE upload_facts (
  version  TEXT PRIMARY KEY,
  facts    TEXT NOT NULL,
  noted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Uploads in parts.
CREATE TABLE multipart_uploads (
  id         TEXT PRIMARY KEY,
  bucket     TEXT NOT NULL,
  key        TEXT NOT NULL,
  owner      TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  facts      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX multipart_uploads_by_key ON multipart_uploads (bucket, key, id);
CREATE INDEX multipart_uploads_by_age ON multipart_uploads (created_at);

CREATE TABLE multipart_parts (
  upload     TEXT NOT NULL,
  number     INTEGER NOT NULL,
  version    TEXT NOT NULL UNIQUE,
  sha256     TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  facts      TEXT NOT NULL,
  PRIMARY KEY (upload, number)
) STRICT, WITHOUT ROWID;
