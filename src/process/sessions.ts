/**
 * How processes that share a library know of each other. A session is one process at one library; the
 * ids that it makes name it, so that the bytes of a session that died can be told from others.
 */
export interface Sessions {
  /** Shows this session to the others. */
  enter(): Promise<void>;
  /** Renews its lease until the returned function is called. */
  keep(): () => void;
  leave(): Promise<void>;
  /**
   * Counts this session as dead from now on, though its process may live: the others take over what it
   * holds, and remove what it stored and could not record.
   */
  disown(): void;
  /** Shows sessions that nobody knows (any more) as dead ones. Returns those that it entered. */
  enterAsDead(sessions: readonly string[]): Promise<readonly string[]>;
  /** Sessions whose process lives, as far as can be known from here. */
  living(): ReadonlySet<string>;
}
