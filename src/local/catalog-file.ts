import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import { storeBuckets } from "../media/media.ts";
import type { ObjectStore } from "../objects/object-store.ts";

/** The catalog's file in a data directory. */
export const catalogFileIn = (dataDir: string): string => join(dataDir, "dailies.db");

async function hasObjects(objects: Pick<ObjectStore, "list">): Promise<boolean> {
  for (const bucket of storeBuckets) for await (const _ of objects.list(bucket)) return true;
  return false;
}

/**
 * Refuses to make a new catalog over objects that are there: they would belong to nothing.
 * @throws MediaError `catalog_lost` when the file is gone or empty and there are objects
 */
export async function checkCatalogFile(
  dataDir: string,
  objects: Pick<ObjectStore, "list">,
): Promise<void> {
  const file = catalogFileIn(dataDir);
  const found = await stat(file).catch(() => undefined);
  if ((found?.size ?? 0) > 0 || !(await hasObjects(objects))) return;
  const how = found === undefined ? "is gone" : "is empty";
  throw new MediaError("catalog_lost", `${file} ${how}, but there are objects in ${dataDir}`);
}

/** Says later what has become of a catalog's file that is open now. */
export async function watchCatalogFile(dataDir: string): Promise<() => Promise<string[]>> {
  const file = catalogFileIn(dataDir);
  const opened = await stat(file);
  return async () => {
    const now = await stat(file).catch(() => undefined);
    if (now === undefined) return ["the catalog's file is gone"];
    if (now.ino !== opened.ino || now.dev !== opened.dev)
      return ["another file lies in the place of the catalog's"];
    return now.size === 0 ? ["the catalog's file is empty"] : [];
  };
}
