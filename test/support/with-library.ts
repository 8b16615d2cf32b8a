import { readConfig } from "../../src/config/config.ts";
import type { LocalLibrary } from "../../src/local/library.ts";
import { openDailies } from "../../src/runtime/local.ts";

/** Opens a library in this process, uses it, and always closes it. */
export async function withLibrary<T>(
  dataDir: string,
  use: (library: LocalLibrary) => Promise<T>,
): Promise<T> {
  const library = await openDailies(readConfig({ dataDir }));
  try {
    return await use(library);
  } finally {
    await library.close();
  }
}
