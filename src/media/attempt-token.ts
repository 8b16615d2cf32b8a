/**
 * What names one attempt at a job to a provider: the job's id and the attempt's, joined by a hyphen.
 * It fits the narrowest alphabet of the providers (letters, digits, hyphen; 64 characters), and both
 * parts can be read back from an event that carries it.
 */
export function attemptToken({ jobId, attempt }: AttemptName): string {
  return `${jobId}-${attempt}`;
}

export interface AttemptName {
  /** 32 hexadecimal digits. */
  readonly jobId: string;
  /** The attempt's id (`createIdSource`): never given twice. */
  readonly attempt: string;
}

/** The attempt that a token names; undefined for a text that is no token of ours. */
export function attemptOfToken(token: string): AttemptName | undefined {
  const [, jobId, attempt] = /^([0-9a-f]{32})-([0-9a-z]{22})$/.exec(token) ?? [];
  return jobId === undefined || attempt === undefined ? undefined : { jobId, attempt };
}
