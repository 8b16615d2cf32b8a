import { Worker } from "node:worker_threads";
import { MediaError, type ErrorCode } from "../../../media/errors.ts";
import type { SlowReads } from "./slow-reads.ts";

/** What a reader thread is asked. */
export interface Question {
  readonly method: keyof SlowReads;
  readonly argument: unknown;
}

/** What it says. */
export type Answer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: ErrorCode; readonly message: string } };

/** Slow reads on threads of their own: a search delays nobody's look-up, as it would on the main thread. */
export interface Readers extends SlowReads {
  close(): Promise<void>;
}

interface Asked {
  readonly question: Question;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: MediaError) => void;
}

const isSearch = ({ question }: Asked): boolean => question.method === "search";

const entry = new URL(
  import.meta.url.endsWith(".ts") ? "./reader.ts" : "./reader.js",
  import.meta.url,
);

/**
 * Reader threads for a database file that is open here (not `:memory:`); each starts when there is
 * the first time something for it to do, in some 50 ms.
 * @param options.threads at most so many, of which one is kept free of searches. Default: 2; more
 * than there are processor cores is no use.
 */
export function createReaders({ path, threads = 2 }: { path: string; threads?: number }): Readers {
  const line: Asked[] = [];
  const idle: Worker[] = [];
  const busy = new Map<Worker, Asked>();
  let closed = false;

  const start = (): Worker => {
    const worker = new Worker(entry, { workerData: { path } });
    worker.on("message", (answer: Answer) => {
      const asked = busy.get(worker);
      busy.delete(worker);
      worker.unref(); // an idle thread keeps no process from ending
      idle.push(worker);
      if ("result" in answer) asked?.resolve(answer.result);
      else asked?.reject(new MediaError(answer.error.code, answer.error.message));
      next();
    });
    worker.on("error", (cause) => {
      busy.get(worker)?.reject(new MediaError("internal", "a reader thread broke", { cause }));
    });
    worker.on("exit", () => {
      busy.get(worker)?.reject(new MediaError("cancelled", "the catalog was closed"));
      busy.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      if (!closed) next();
    });
    return worker;
  };
  /** The first in line, but no search where all other threads search: lists do not wait for searches. */
  const nextInLine = (): Asked | undefined => {
    const searching = [...busy.values()].filter(isSearch).length;
    const full = searching >= Math.max(1, threads - 1);
    const place = full ? line.findIndex((asked) => !isSearch(asked)) : 0;
    return place < 0 ? undefined : line.splice(place, 1)[0];
  };
  const next = (): void => {
    while (idle.length > 0 || busy.size < threads) {
      const asked = nextInLine();
      if (asked === undefined) return;
      const worker = idle.pop() ?? start();
      busy.set(worker, asked);
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      worker.postMessage(asked.question);
    }
  };
  const ask =
    <M extends keyof SlowReads>(method: M) =>
    (argument: Parameters<SlowReads[M]>[0]) =>
      new Promise<Awaited<ReturnType<SlowReads[M]>>>((resolve, reject) => {
        if (closed) return reject(new MediaError("cancelled", "the catalog was closed"));
        line.push({
          question: { method, argument },
          resolve: resolve as (result: unknown) => void,
          reject,
        });
        next();
      });
  return {
    listMedia: ask("listMedia"),
    listJobs: ask("listJobs"),
    search: ask("search"),
    listBriefs: ask("listBriefs"),
    pageMedia: ask("pageMedia"),
    pageJobs: ask("pageJobs"),
    pageAllJobs: ask("pageAllJobs"),
    countQueue: async () => ask("countQueue")(undefined),
    async close() {
      closed = true;
      for (const { reject } of line.splice(0))
        reject(new MediaError("cancelled", "the catalog was closed"));
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}
