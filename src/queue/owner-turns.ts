/** What is known of an owner who waits for something that many share. */
export interface WaitingOwner<Owner> {
  readonly owner: Owner;
  /** How much is being done for this owner now. */
  readonly running: number;
  /** When something was last begun for this owner; absent when nothing was, as far as is known. */
  readonly lastServedAt?: number;
}

/**
 * Whose turn it is: the owner for whom least is being done, among those the one who has not been served for
 * longest, among those the one who comes first in the list. So what one owner asks for, however much it is,
 * delays another's by one piece of work at the most.
 */
export function nextOwner<Owner>(waiting: readonly WaitingOwner<Owner>[]): Owner | undefined {
  const servedAt = ({ lastServedAt }: WaitingOwner<Owner>): number => lastServedAt ?? -Infinity;
  return waiting.toSorted((a, b) => {
    const [before, after] = [servedAt(a), servedAt(b)];
    if (a.running !== b.running) return a.running - b.running;
    return before === after ? 0 : before - after;
  })[0]?.owner;
}
