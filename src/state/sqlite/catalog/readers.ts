import { Worker } from "node:worker_threads";
import { MediaError, type ErrorCode } from "../../../media/errors.ts";
import { createReaderLine, isSearch, type Asked } from "./reader-line.ts";
import { searchDeadlineMs } from "./search.ts";
import type { SlowReads } from "./slow-reads.ts";

/** What it says. */
export type Answer =
  | { readonly result: unknown }
  | {
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly remedy: string;
      };
    };

/** Slow reads on threads of their own: there a search delays no look-up of the main thread. */
export interface Readers extends SlowReads {
  close(): Promise<void>;
}

/** A search ends itself at its deadline, between two rows. A thread that does not is given up after this. */
const graceMs = 2_000;

const entry = new URL(
  import.meta.url.endsWith(".ts") ? "./reader.ts" : "./reader.js",
  import.meta.url,
);

const wasClosed = () => new MediaError("cancelled", "the catalog was closed");
const tookTooLong = () =>
  new MediaError("request_timeout", "the search took too long", {
    remedy: "Search for fewer words, or for rarer ones.",
  });

type Ask = <M extends keyof SlowReads>(
  method: M,
) => (argument: Parameters<SlowReads[M]>[0]) => Promise<Awaited<ReturnType<SlowReads[M]>>>;

const readsThrough = (ask: Ask): SlowReads => ({
  listMedia: ask("listMedia"),
  listJobs: ask("listJobs"),
  search: ask("search"),
  listBriefs: ask("listBriefs"),
  pageMedia: ask("pageMedia"),
  pageJobs: ask("pageJobs"),
  pageAllJobs: ask("pageAllJobs"),
  countQueue: async () => ask("countQueue")(undefined),
});

function conclude(asked: Asked, answer: Answer): void {
  if ("result" in answer) return asked.resolve(answer.result);
  const { code, message, remedy } = answer.error;
  asked.reject(new MediaError(code, message, { remedy }));
}

export interface ReaderOptions {
  /** A database file that is open in this process (not `:memory:`). */
  readonly path: string;
  /**
   * At most so many, of which one is kept free of searches; more than there are processor cores is no use.
   * Default: 2
   */
  readonly threads?: number;
  /** After so long a thread that searches is replaced. Default: 2 s after it should have ended itself */
  readonly giveUpMs?: number;
}

/** Reader threads. Each starts when there is something to do for it for the first time, in some 50 ms. */
export function createReaders(options: ReaderOptions): Readers {
  const { path, threads = 2, giveUpMs = searchDeadlineMs + graceMs } = options;
  const line = createReaderLine(threads);
  const idle: Worker[] = [];
  const busy = new Map<Worker, Asked>();
  const timers = new Map<Worker, NodeJS.Timeout>();
  let closed = false;

  const start = (): Worker => {
    const worker = new Worker(entry, { workerData: { path } });
    worker.on("message", (answer: Answer) => {
      const asked = busy.get(worker);
      if (asked === undefined) return; // it was given up
      forget(worker);
      worker.unref(); // an idle thread keeps no process from ending
      idle.push(worker);
      conclude(asked, answer);
      next();
    });
    worker.on("error", (cause) => {
      busy.get(worker)?.reject(new MediaError("internal", "a reader thread broke", { cause }));
    });
    worker.on("exit", () => {
      busy.get(worker)?.reject(wasClosed());
      forget(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      if (!closed) next();
    });
    return worker;
  };
  const forget = (worker: Worker): void => {
    busy.delete(worker);
    clearTimeout(timers.get(worker));
    timers.delete(worker);
  };
  /** Gives up a thread that does not come back; another one takes its place. */
  const giveUp = (worker: Worker): void => {
    const asked = busy.get(worker);
    forget(worker);
    worker.unref();
    void worker.terminate();
    asked?.reject(tookTooLong());
    next();
  };
  const next = (): void => {
    while (idle.length > 0 || busy.size < threads) {
      const asked = line.take([...busy.values()]);
      if (asked === undefined) return;
      const worker = idle.pop() ?? start();
      busy.set(worker, asked);
      if (isSearch(asked)) {
        timers.set(worker, setTimeout(() => giveUp(worker), giveUpMs).unref());
      }
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
      worker.postMessage(asked.question);
    }
  };
  const ask =
    <M extends keyof SlowReads>(method: M) =>
    (argument: Parameters<SlowReads[M]>[0]) =>
      new Promise<Awaited<ReturnType<SlowReads[M]>>>((resolve, reject) => {
        if (closed) return reject(wasClosed());
        line.push({
          question: { method, argument },
          resolve: resolve as (result: unknown) => void,
          reject,
        });
        next();
      });
  return {
    ...readsThrough(ask),
    async close() {
      closed = true;
      for (const { reject } of line.drain()) reject(wasClosed());
      await Promise.all([...idle, ...busy.keys()].map((worker) => worker.terminate()));
    },
  };
}
