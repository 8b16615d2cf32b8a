import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { MediaError } from "../media/errors.ts";
import type { Config } from "../config/config.ts";

/** How much room the disk of the data directory has, and how much is to be left on it. */
export interface Space {
  readonly freeBytes: number;
  readonly minFreeBytes: number;
  /** False: no job is begun and nothing is taken in until there is more. */
  readonly isEnough: boolean;
}

/** Left free where nothing else is said: what a catalog needs to go on, and other programs not to fail. */
const usualFloorBytes = 1024 ** 3;
/** Of a small disk it is only this part. */
const usualFloorPart = 0.01;

/** Room on the disk of the data directory, or of the nearest folder above while that is not there. */
export async function spaceOf({
  dataDir,
  limits,
}: Pick<Config, "dataDir" | "limits">): Promise<Space> {
  for (let folder = dataDir; ; folder = dirname(folder)) {
    const disk = await statfs(folder).catch(() => undefined);
    if (disk === undefined && folder !== dirname(folder)) continue;
    if (disk === undefined)
      throw new MediaError("storage_failed", `${dataDir} cannot be looked at`);
    const freeBytes = disk.bavail * disk.bsize;
    const usual = Math.min(usualFloorBytes, Math.floor(disk.blocks * disk.bsize * usualFloorPart));
    const minFreeBytes = limits.minFreeBytes ?? usual;
    return { freeBytes, minFreeBytes, isEnough: freeBytes >= minFreeBytes };
  }
}

const megabytes = (bytes: number): string => `${Math.floor(bytes / 1e6)} MB`;

/** @throws MediaError `disk_full` when there is too little room to take anything in, or for `sizeBytes` more */
export async function checkSpace(
  config: Pick<Config, "dataDir" | "limits">,
  sizeBytes = 0,
): Promise<void> {
  const { freeBytes, minFreeBytes } = await spaceOf(config);
  if (freeBytes - sizeBytes >= minFreeBytes) return;
  const wanted = sizeBytes === 0 ? "" : `${megabytes(sizeBytes)} are to come, and `;
  throw new MediaError(
    "disk_full",
    `${megabytes(freeBytes)} are free on the disk of ${config.dataDir}; ${wanted}${megabytes(minFreeBytes)} are to stay free`,
    { details: { freeBytes, minFreeBytes } },
  );
}
