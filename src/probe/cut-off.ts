import { open } from "node:fs/promises";
import { endOf } from "./last-unit.ts";
import { statedSizes } from "./stated-size.ts";

/** What the bytes of a file show of its end. */
export interface CutOff {
  /** How many bytes are missing at the end, at least; 0: none that are known of. */
  readonly missingBytes: number;
  /** It may have been cut off between two pages: it does not say that it ends, as others of its kind do. */
  readonly isOpen: boolean;
}

/**
 * Whether a file ends before it should, by the sizes that it states, or because it ends within a frame, packet
 * or page. What is cut off between two frames of a stream that states no length cannot be seen.
 * @param container see `MediaFacts.container`
 */
export async function cutOffOf(
  path: string,
  sizeBytes: number,
  container: string,
): Promise<CutOff> {
  const file = await open(path);
  try {
    const statedBytes = (await statedSizes[container]?.(file, sizeBytes)) ?? 0;
    const { missing, isEnded = true } = await endOf(file, sizeBytes, container);
    const missingBytes = Math.max(0, statedBytes - sizeBytes, missing);
    return { missingBytes, isOpen: missingBytes === 0 && !isEnded };
  } finally {
    await file.close();
  }
}
