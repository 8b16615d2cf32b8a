import type { Library } from "../app/library.ts";
import { bind } from "../app/bind.ts";
import { put, type PutResult } from "../app/put.ts";
import { reconcile } from "../app/reconcile.ts";
import { remove } from "../app/remove.ts";
import { getOutputs } from "./get.ts";
import type { LocalPorts } from "./ports.ts";
import type { LocalLibrary } from "./library.ts";
import { processFiles } from "./process.ts";
import { receiveFile, receiveUpload, type PutFileOptions } from "./receive-file.ts";
import { keepResults } from "./results-folder.ts";
import { createFolderWatcher } from "./watch.ts";

/** @throws as `PutOptions` says; `file_changing` */
const putAny = (
  ports: LocalPorts,
  source: string | AsyncIterable<Uint8Array>,
  { profile, ...given }: PutFileOptions,
): Promise<PutResult> => {
  const { session } = ports;
  const options = profile === undefined ? given : { ...given, request: { session, profile } };
  return typeof source === "string"
    ? receiveFile(ports, { ...options, path: source })
    : put(ports, source, options);
};

type LocalMethods = Omit<LocalLibrary, keyof Library | "batch" | "previewBatch" | "backup"> &
  Pick<LocalLibrary, "put">;

/** What a library on this machine can do beside what any can. */
export function createLocalLibrary(ports: LocalPorts): LocalMethods {
  return {
    ...bind(ports, {
      put: putAny,
      process: processFiles,
      get: getOutputs,
      keepResults,
      putUpload: receiveUpload,
    }),
    watch: (dir, { owner = "local", signal, ...options }) =>
      createFolderWatcher({
        ...options,
        dir,
        owner,
        catalog: ports.catalog,
        imports: ports.imports,
        put: (path, how) => receiveFile(ports, { ...how, path }),
        remove: (name, whose) => remove(ports, name, whose),
      }).run(signal),
    isInUse: () => ports.livingSessions().size > 0,
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
