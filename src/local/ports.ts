import type { Buckets } from "../buckets/buckets.ts";
import type { Ports } from "../app/ports.ts";
import type { Imports, WatchedFolders } from "./imports.ts";

/** What the use cases need that only a library on this machine has. */
export interface LocalPorts extends Ports {
  readonly buckets: Pick<Buckets, "recordedFrom">;
  readonly imports: Imports & WatchedFolders;
  /** The sessions whose processes live. */
  readonly livingSessions: () => ReadonlySet<string>;
}
