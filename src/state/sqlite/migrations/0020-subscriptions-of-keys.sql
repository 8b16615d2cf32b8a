-- The access key that made a subscription, which ends with it. NULL: it was made on the command line, or
-- before keys were noted here; it ends with its user.
ALTER TABLE subscriptions ADD COLUMN made_with TEXT;
CREATE INDEX subscriptions_by_key ON subscriptions (made_with)
  WHERE made_with IS NOT NULL AND state <> 'removed';
