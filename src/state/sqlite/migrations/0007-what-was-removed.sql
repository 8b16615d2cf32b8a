-- 1: the media was removed by hand while its file lies in a watched folder. The file is passed over as
-- long as it is what it was.
ALTER TABLE imports ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX imports_by_name ON imports (name);

-- An id is given once: what a user has left (messages, events) is nobody's who comes later.
ALTER TABLE users ADD COLUMN removed_at INTEGER;

-- SHA-256 of what an e-mail's unsubscribe link carries: it is known again without the master key.
ALTER TABLE subscriptions ADD COLUMN leave_hash TEXT;
