-- Who is told of what. owner: whose media it hears of and who may see it; '*' is everybody's.
-- secret: sealed; what webhooks are signed with, or what an e-mail's unsubscribe link is made from.
-- rest_until: a receiver that has just failed is left alone until then.
CREATE TABLE subscriptions (
  id           TEXT PRIMARY KEY,
  topic        TEXT NOT NULL CHECK (topic IN ('completed', 'error')),
  kind         TEXT NOT NULL CHECK (kind IN ('email', 'webhook', 'log')),
  address      TEXT NOT NULL,
  owner        TEXT NOT NULL,
  state        TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'removed')),
  secret       TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  confirmed_at INTEGER,
  removed_at   INTEGER,
  reason       TEXT,
  rest_until   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX subscriptions_there ON subscriptions (topic, kind, address, owner)
  WHERE state <> 'removed';
CREATE INDEX subscriptions_by_owner ON subscriptions (owner);

-- Every sending of a confirmation has a token of its own; only its hash is kept.
CREATE TABLE confirmation_tokens (
  hash         TEXT PRIMARY KEY,
  subscription TEXT NOT NULL,
  expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmation_tokens_by_subscription ON confirmation_tokens (subscription);

-- The outbox: one row a message, written by the transaction that it tells of. run: a hash of the jobs
-- that the outcome came from, so that the same outcome is not told twice. Without a media, the message
-- is about one subscription. content: what is told, as it was then.
CREATE TABLE notifications (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id       TEXT NOT NULL UNIQUE,
  at       INTEGER NOT NULL,
  topic    TEXT NOT NULL CHECK (topic IN ('completed', 'error', 'confirmation', 'test')),
  owner    TEXT NOT NULL,
  name     TEXT,
  version  TEXT,
  run      TEXT,
  content  TEXT NOT NULL
) STRICT;
CREATE INDEX notifications_by_version ON notifications (version, sequence);
CREATE INDEX notifications_by_owner ON notifications (owner, sequence);
CREATE INDEX notifications_by_time ON notifications (at);

-- claim: names one sending; claimed_by: the session that sends.
CREATE TABLE deliveries (
  notification  TEXT NOT NULL,
  subscription  TEXT NOT NULL,
  state         TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'delivered', 'dead')),
  attempts      INTEGER NOT NULL DEFAULT 0,
  next_at       INTEGER NOT NULL,
  claim         TEXT,
  claimed_by    TEXT,
  claimed_until INTEGER,
  last_error    TEXT,
  ended_at      INTEGER,
  PRIMARY KEY (notification, subscription)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_waiting ON deliveries (subscription, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_sending ON deliveries (subscription) WHERE state = 'sending';
CREATE INDEX deliveries_dead ON deliveries (ended_at) WHERE state = 'dead';

-- Removing a media removes what was derived from it: also what its messages say of its contents.
CREATE TRIGGER notifications_forget AFTER DELETE ON media BEGIN
  UPDATE notifications SET content = json_remove(content, '$.transcript', '$.labels', '$.failures')
  WHERE version = old.version;
END;
