import { signal } from "@preact/signals";
import { say } from "./words.ts";

/** A file on its way to the server. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sentBytes: number;
  /** Why it stopped; it goes on from there. */
  readonly trouble?: string;
}

export const uploads = signal<readonly Upload[]>([]);

interface Running {
  start(): void;
  abort(shouldTerminate?: boolean): Promise<void>;
}
const running = new Map<number, Running>();
let last = 0;
/** So many go at once; the others wait. */
const atOnce = 3;
const waiting: (() => void)[] = [];
let under = 0;

const put = (id: number, values: Partial<Upload>): void => {
  uploads.value = uploads.value.map((one) => (one.id === id ? { ...one, ...values } : one));
};

function next(): void {
  under -= 1;
  waiting.shift()?.();
}

function begin(start: () => void): void {
  const turn = (): void => {
    under += 1;
    start();
  };
  if (under < atOnce) turn();
  else waiting.push(turn);
}

/** Sends a file; what breaks off goes on from where it stopped, also after the page was loaded anew. */
export async function upload(file: File, name: string): Promise<void> {
  last += 1;
  const id = last;
  uploads.value = [...uploads.value, { id, name, sizeBytes: file.size, sentBytes: 0 }];
  const { Upload: Tus } = await import("tus-js-client");
  const one = new Tus(file, {
    endpoint: "/v1/uploads",
    chunkSize: 64 * 1024 ** 2,
    retryDelays: [0, 1_000, 3_000, 5_000, 10_000, 20_000],
    removeFingerprintOnSuccess: true,
    metadata: { name, filetype: file.type, replace: "false" },
    onProgress: (sentBytes) => put(id, { sentBytes }),
    onError: (error) => {
      put(id, { trouble: whyOf(error) });
      next();
    },
    onSuccess: () => {
      uploads.value = uploads.value.filter((other) => other.id !== id);
      running.delete(id);
      next();
    },
  });
  running.set(id, one);
  const before = await one.findPreviousUploads();
  const [earlier] = before;
  if (earlier !== undefined) one.resumeFromPreviousUpload(earlier);
  begin(() => one.start());
}

function whyOf(error: Error): string {
  const answer = (error as { originalResponse?: { getBody(): string } | null }).originalResponse;
  try {
    const problem = JSON.parse(answer?.getBody() ?? "") as { detail?: string };
    if (problem.detail !== undefined) return problem.detail;
  } catch {
    // it is no problem document
  }
  return answer == null ? say("notConnected") : error.message;
}

export function resume(id: number): void {
  const { trouble: _trouble, ...rest } = uploads.value.find((one) => one.id === id) ?? {};
  uploads.value = uploads.value.map((one) => (one.id === id ? (rest as Upload) : one));
  begin(() => running.get(id)?.start());
}

export async function cancelUpload(id: number): Promise<void> {
  const one = running.get(id);
  const wasStopped = uploads.value.find((other) => other.id === id)?.trouble !== undefined;
  uploads.value = uploads.value.filter((other) => other.id !== id);
  running.delete(id);
  await one?.abort(true);
  if (!wasStopped) next();
}

addEventListener("beforeunload", (event) => {
  if (uploads.value.some(({ trouble }) => trouble === undefined)) event.preventDefault();
});
