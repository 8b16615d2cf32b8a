-- Topics that clients make and publish to by Amazon SNS's protocol. A subscription or a message is of one of ours
-- ('completed', 'error') or of one of these, by its ARN, so the two tables lose their list of topics.
-- signature_version: how messages of its form are signed, '1' (SHA-1) or '2' (SHA-256).
CREATE TABLE topics (
  arn               TEXT PRIMARY KEY,
  owner             TEXT NOT NULL,
  display_name      TEXT NOT NULL,
  signature_version TEXT NOT NULL CHECK (signature_version IN ('1', '2')),
  created_at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX topics_by_owner ON topics (owner, arn);

-- What signs the messages of such topics. sealed: the private key. The newest one signs; certificates of older
-- ones stay, for messages that are still to be verified.
CREATE TABLE signing_keys (
  id          TEXT PRIMARY KEY,
  certificate TEXT NOT NULL,
  sealed      TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- endpoint: where the receiver reaches AWS's protocols; for kind 'sns'.
CREATE TABLE new_subscriptions (
  id           TEXT PRIMARY KEY,
  topic        TEXT NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('email', 'webhook', 'log', 'sns')),
  address      TEXT NOT NULL,
  owner        TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'removed')),
  secret       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  confirmed_at INTEGER,
  removed_at   INTEGER,
  reason       TEXT,
  rest_until   INTEGER NOT NULL DEFAULT 0,
  leave_hash   TEXT,
  made_with    TEXT,
  endpoint     TEXT
) STRICT;
INSERT INTO new_subscriptions SELECT id, topic, kind, address, owner, state, secret, created_at, confirmed_at,
  removed_at, reason, rest_until, leave_hash, made_with, NULL FROM subscriptions;
DROP TABLE subscriptions;
ALTER TABLE new_subscriptions RENAME TO subscriptions;
CREATE UNIQUE INDEX subscriptions_there ON subscriptions (topic, kind, address, owner)
  WHERE state <> 'removed';
CREATE INDEX subscriptions_by_owner ON subscriptions (owner);
CREATE INDEX subscriptions_by_key ON subscriptions (made_with)
  WHERE made_with IS NOT NULL AND state <> 'removed';

DROP TRIGGER notifications_forget;
CREATE TABLE new_notifications (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id       TEXT NOT NULL UNIQUE,
  at       INTEGER NOT NULL,
  topic    TEXT NOT NULL,
  owner    TEXT NOT NULL,
  name     TEXT,
  version  TEXT,
  run      TEXT,
  content  TEXT NOT NULL
) STRICT;
INSERT INTO new_notifications SELECT sequence, id, at, topic, owner, name, version, run, content
  FROM notifications ORDER BY sequence;
UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'notifications')
  WHERE name = 'new_notifications' AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'notifications');
DROP TABLE notifications;
ALTER TABLE new_notifications RENAME TO notifications;
CREATE INDEX notifications_by_version ON notifications (version, sequence);
CREATE INDEX notifications_by_owner ON notifications (owner, sequence);
CREATE INDEX notifications_by_time ON notifications (at);
CREATE TRIGGER notifications_forget AFTER DELETE ON media BEGIN
  UPDATE notifications SET content = json_remove(content, '$.transcript', '$.labels', '$.failures')
  WHERE version = old.version;
END;
