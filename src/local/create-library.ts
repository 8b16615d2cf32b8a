import type { Library } from "../app/library.ts";
import type { Ports } from "../app/ports.ts";
import { put } from "../app/put.ts";
import { reconcile } from "../app/reconcile.ts";
import { remove } from "../app/remove.ts";
import type { LocalLibrary } from "./library.ts";
import { processFiles } from "./process.ts";
import { receiveFile, receiveUpload } from "./receive-file.ts";
import { createFolderWatcher } from "./watch.ts";

type LocalMethods = Omit<LocalLibrary, keyof Library | "batch" | "previewBatch" | "backup"> &
  Pick<LocalLibrary, "put">;

/** What a library on this machine can do beside what any can. */
export function createLocalLibrary(
  ports: Ports & { readonly livingSessions: () => ReadonlySet<string> },
): LocalMethods {
  const putAny: LocalLibrary["put"] = (source, options) =>
    typeof source === "string"
      ? receiveFile(ports, { ...options, path: source })
      : put(ports, source, options);
  return {
    put: putAny,
    process: (paths, options) => processFiles(ports, paths, options),
    putUpload: (path, options) => receiveUpload(ports, path, options),
    watch: (dir, { owner = "local", signal, ...options }) =>
      createFolderWatcher({
        ...options,
        dir,
        owner,
        catalog: ports.catalog,
        put: putAny,
        remove: (name, whose) => remove(ports, name, whose),
      }).run(signal),
    space: () => ports.space.look(),
    async reconcile(options) {
      await ports.enter();
      const living = ports.livingSessions();
      const isLive = (session: string) => living.has(session);
      const report = await reconcile({ ...ports, isLive }, options);
      if (report.lostCount > 0) ports.wakeUps.wake();
      return report;
    },
    async recover() {
      await ports.enter();
      return ports.recover();
    },
  };
}
