import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { MediaError } from "../media/errors.ts";
import type { Space, SpacePort } from "../app/ports.ts";

/** Where the data lies, and how many bytes of the disk must stay free. Default: 1 GiB, or 1 % of a small disk. */
interface SpaceOptions {
  readonly dataDir: string;
  readonly limits: { readonly minFreeBytes?: number | undefined };
}

/** What a catalog needs to go on, and other programs not to fail. */
const usualFloorBytes = 1024 ** 3;
/** Of a small disk it is only this part. */
const usualFloorPart = 0.01;

/** Room on the disk of the data directory, or of the nearest folder above while that is not there. */
export async function spaceOf({ dataDir, limits }: SpaceOptions): Promise<Space> {
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

export function createSpace(options: SpaceOptions): SpacePort {
  return {
    look: () => spaceOf(options),
    async check(sizeBytes = 0) {
      const { freeBytes, minFreeBytes } = await spaceOf(options);
      if (freeBytes - sizeBytes >= minFreeBytes) return;
      const wanted = sizeBytes === 0 ? "" : `${megabytes(sizeBytes)} are to come, and `;
      throw new MediaError(
        "disk_full",
        `${megabytes(freeBytes)} are free on the disk of ${options.dataDir}; ${wanted}${megabytes(minFreeBytes)} are to stay free`,
        { details: { freeBytes, minFreeBytes } },
      );
    },
  };
}
