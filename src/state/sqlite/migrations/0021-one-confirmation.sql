-- One token may confirm several subscriptions: one address to several topics is asked once.
ALTER TABLE confirmation_tokens RENAME TO old_tokens;
CREATE TABLE confirmation_tokens (
  hash         TEXT NOT NULL,
  subscription TEXT NOT NULL,
  expires_at   INTEGER NOT NULL,
  PRIMARY KEY (hash, subscription)
) STRICT, WITHOUT ROWID;
INSERT INTO confirmation_tokens SELECT hash, subscription, expires_at FROM old_tokens;
DROP TABLE old_tokens;
CREATE INDEX confirmation_tokens_by_subscription ON confirmation_tokens (subscription);
