import { join } from "node:path";
import { withLock } from "../files/lock.ts";

/**
 * Does work while no other process does any for the same model.
 * @param options.onWait called once, when another process works for it
 * @throws the signal's reason while waiting
 */
export const withModelLock = <T>(
  dir: string,
  id: string,
  options: { readonly signal: AbortSignal; readonly onWait?: (() => void) | undefined },
  work: () => Promise<T>,
): Promise<T> => withLock(join(dir, ".locks", id), options, work);
