-- The profile that was asked for a media file's renditions, as JSON, with the steps that were asked for.
ALTER TABLE jobs ADD COLUMN profile TEXT;
