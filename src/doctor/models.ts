import type { Finding } from "./check.ts";
import type { Config } from "../config/config.ts";
import { openModels } from "../models/models.ts";

/** What models there are here, and whether they are as they were. */
export function checkModels(config: Pick<Config, "modelsDir">): Finding {
  const found = config.modelsDir;
  const all = openModels(config).list();
  const here = all.filter(({ state }) => state === "installed");
  const changed = all.filter(({ state }) => state === "changed").map(({ id }) => id);
  const bytes = here.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);
  const size = `${(bytes / 1e6).toFixed(1)} MB`;
  if (changed.length > 0) {
    const detail = `changed on the disk, and not used: ${changed.join(", ")}`;
    return {
      state: "warning",
      found,
      detail,
      remedy: `dailies models verify ${changed.join(" ")}`,
    };
  }
  const gone = openModels(config).vanished();
  if (gone.length > 0) {
    const detail = `not here any more: ${gone.join(", ")}; what is left does the work`;
    return { state: "warning", found, detail, remedy: `dailies models pull ${gone.join(" ")}` };
  }
  if (here.length > 0)
    return { state: "ok", found, detail: `${here.map(({ id }) => id).join(", ")} (${size})` };
  const detail = "none; `dailies models pull speech labels` brings better transcripts and labels";
  return { state: "ok", found, detail };
}
