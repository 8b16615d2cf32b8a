-- The time of a film that was asked for its poster, with the steps that were asked for.
ALTER TABLE jobs ADD COLUMN poster_at_ms INTEGER;
