import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { ErrorCode } from "../media/errors.ts";
import { slotKinds, steps } from "../media/job.ts";
import type { Library } from "../app/library.ts";
import type { Space } from "../app/ports.ts";
import type { ProcessUpdate } from "../app/processing.ts";

/** The service's metrics, in the format of Prometheus. */
export interface Metrics {
  readonly contentType: string;
  readonly text: () => Promise<string>;
  /** Counts an update of the worker. */
  readonly count: (update: ProcessUpdate) => void;
  readonly bytesIn: (bytes: number) => void;
  readonly bytesOut: (bytes: number) => void;
  readonly answered: (method: string, status: number, seconds: number) => void;
}

/**
 * Codes that a job fails with now and then. A counter is there from the start, so that its first failure is
 * seen as a rise; another code appears when it first occurs.
 */
const failureCodes = [
  "damaged_media",
  "unsupported_media",
  "limit_duration",
  "limit_pixels",
  "limit_memory",
  "limit_time",
  "limit_size",
  "engine_missing",
  "engine_failed",
  "model_missing",
  "output_invalid",
  "worker_died",
  "disk_full",
  "storage_failed",
  "internal",
] as const satisfies readonly ErrorCode[];

/** From a tenth of a second to three hours. */
const jobSeconds = [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];
const answerSeconds = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];

interface Asked extends Pick<Library, "queueCounts"> {
  readonly notices: Pick<Library["notices"], "counts">;
  /** Free space on the disk of the library, if it has one. */
  readonly space?: () => Promise<Space>;
}

/** Depth and age of the queue; asked of the catalog when the metrics are read. */
function addQueue(registers: Registry[], dailies: Asked): () => Promise<void> {
  const labelNames = ["kind", "state"] as const;
  const age = new Gauge({
    name: "dailies_queue_age_seconds",
    help: "Since when the first job of a kind waits (queued) or runs (running)",
    labelNames,
    registers,
  });
  const depth = new Gauge({
    name: "dailies_queue_jobs",
    help: "Jobs that wait (queued) or run (running), by kind of work",
    labelNames,
    registers,
  });
  return async () => {
    const counts = await dailies.queueCounts();
    age.reset();
    depth.reset();
    for (const kind of slotKinds)
      for (const state of ["queued", "running"]) depth.set({ kind, state }, 0);
    for (const { kind, state, jobs, since } of counts) {
      depth.set({ kind, state }, jobs);
      age.set({ kind, state }, Math.max(0, Date.now() - since) / 1_000);
    }
  };
}

const deliveryStates = ["waiting", "sending", "delivered", "dead"] as const;

function addDeliveries(registers: Registry[], { notices }: Asked): () => Promise<void> {
  const deliveries = new Gauge({
    name: "dailies_deliveries",
    help: "Messages on their way to a receiver, by how they stand; dead ones were given up",
    labelNames: ["state"],
    registers,
  });
  return async () => {
    const counts = await notices.counts();
    for (const state of deliveryStates) deliveries.set({ state }, counts[state] ?? 0);
  };
}

function addSpace(registers: Registry[], { space }: Asked): () => Promise<void> {
  if (space === undefined) return async () => {};
  const free = new Gauge({
    name: "dailies_disk_free_bytes",
    help: "Room on the disk of the data directory",
    registers,
  });
  const floor = new Gauge({
    name: "dailies_disk_min_free_bytes",
    help: "With less room than this nothing is received and no job starts",
    registers,
  });
  return async () => {
    const { freeBytes, minFreeBytes } = await space();
    free.set(freeBytes);
    floor.set(minFreeBytes);
  };
}

export function createMetrics({ dailies }: { dailies: Asked }): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const looks = [addQueue, addDeliveries, addSpace].map((add) => add(registers, dailies));
  const seconds = new Histogram({
    name: "dailies_job_duration_seconds",
    help: "How long attempts at jobs took, by step and how they ended",
    labelNames: ["step", "state"],
    buckets: jobSeconds,
    registers,
  });
  const failures = new Counter({
    name: "dailies_job_failures_total",
    help: "Attempts that failed, by step and code; those that are tried again count as well",
    labelNames: ["step", "code"],
    registers,
  });
  for (const step of steps) {
    for (const state of ["succeeded", "failed"]) seconds.zero({ step, state });
    for (const code of failureCodes) failures.inc({ step, code }, 0);
  }
  const media = new Counter({
    name: "dailies_media_finished_total",
    help: "Media of which nothing is left to do, by how they ended",
    labelNames: ["state"],
    registers,
  });
  for (const state of ["ready", "failed"]) media.inc({ state }, 0);
  const bytes = new Counter({
    name: "dailies_bytes_total",
    help: "Bytes of media received and sent over HTTP",
    labelNames: ["direction"],
    registers,
  });
  for (const direction of ["in", "out"]) bytes.inc({ direction }, 0);
  const answers = new Histogram({
    name: "dailies_http_request_duration_seconds",
    help: "How long answers took until their headers were given",
    labelNames: ["method", "status"],
    buckets: answerSeconds,
    registers,
  });
  return {
    contentType: registry.contentType,
    async text() {
      // all are read before any is written, so that all are of the same moment
      await Promise.all(looks.map((look) => look()));
      return registry.metrics();
    },
    count(update) {
      if (update.type === "finished") media.inc({ state: update.result.state });
      if (update.type !== "step") return;
      const { step, state, startedAt, finishedAt, failure } = update.job;
      if (startedAt !== undefined && finishedAt !== undefined)
        seconds.observe({ step, state }, Math.max(0, finishedAt - startedAt) / 1_000);
      if (failure !== undefined) failures.inc({ step, code: failure.code });
    },
    bytesIn: (count) => bytes.inc({ direction: "in" }, count),
    bytesOut: (count) => bytes.inc({ direction: "out" }, count),
    answered: (method, status, took) => answers.observe({ method, status }, took),
  };
}
