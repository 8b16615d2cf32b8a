import { join } from "node:path";
import type { Config } from "../config/config.ts";
import type { Check } from "../doctor/check.ts";
import { checkUp as check, type DoctorOptions } from "../doctor/doctor.ts";
import { pausedSince, sqliteVersion } from "../state/sqlite/look.ts";

/** Looks at all that Dailies needs on this machine; see `checkUp` of doctor/. */
export function checkUp(
  config: Parameters<typeof check>[0] & Pick<Config, "dataDir">,
  options: Pick<DoctorOptions, "searchPath"> = {},
): Promise<Check[]> {
  const file = join(config.dataDir, "dailies.db");
  return check(config, { ...options, sqliteVersion, pausedSince: () => pausedSince(file) });
}
