-- The queue goes from owner to owner, and takes each one's first job.
CREATE INDEX jobs_waiting_by_owner ON jobs (kind, owner, priority, seq)
  WHERE state = 'queued' AND run_after IS NULL;
