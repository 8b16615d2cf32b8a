-- People: the owners of media. What was there before anybody was named is `local`'s.
CREATE TABLE users (
  id         TEXT PRIMARY KEY,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO users VALUES ('local', 0);
INSERT OR IGNORE INTO users SELECT owner, min(created_at) FROM media GROUP BY owner;

-- token_hash: SHA-256 of a token's secret half, which has 256 random bits and needs no slow hash.
-- sealed_secret: what requests are signed with, sealed with the master key, for it has to be known again.
-- made_with: the key that made it; revoking that one revokes this one.
CREATE TABLE access_keys (
  access_key_id TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  user          TEXT NOT NULL REFERENCES users (id),
  scopes        TEXT NOT NULL,
  token_hash    BLOB NOT NULL,
  sealed_secret TEXT NOT NULL,
  made_with     TEXT,
  created_at    INTEGER NOT NULL,
  expires_at    INTEGER,
  revoked_at    INTEGER,
  last_used_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX access_keys_by_user ON access_keys (user);
CREATE INDEX access_keys_by_maker ON access_keys (made_with) WHERE made_with IS NOT NULL;
