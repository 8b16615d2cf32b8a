import { readConfig } from "../../src/config/config.ts";
import type { Dailies } from "../../src/app/dailies.ts";
import { openDailies } from "../../src/runtime/local.ts";

/** Uses a library in this process, and closes it whatever happens. */
export async function withLibrary<T>(
  dataDir: string,
  use: (library: Dailies) => Promise<T>,
): Promise<T> {
  const library = await openDailies(readConfig({ dataDir }));
  try {
    return await use(library);
  } finally {
    await library.close();
  }
}
