import { join } from "node:path";
import { createLoginCode } from "../access/login-code.ts";
import { createApi } from "../api/app.ts";
import { createMetrics } from "../api/metrics.ts";
import { startServer } from "../api/server.ts";
import { createUploads, type Uploads } from "../api/uploads.ts";
import { asMediaError } from "../media/errors.ts";
import { every, keepRunning, type BackgroundPart } from "../process/background.ts";
import type { Config } from "../config/config.ts";
import { startAws, tidyParts, type AwsOptions } from "./aws.ts";
import { openDailies } from "./local.ts";
import { s3EventParts } from "../aws/s3/post-events.ts";
import { isLoopback } from "../api/security/loopback.ts";
import { awsJobs, type AwsJobs } from "./aws-jobs.ts";
import { guardServer } from "../api/security/guard.ts";
import { workerPart } from "./worker-part.ts";
import type { LocalLibrary } from "../local/library.ts";
import { logWatch } from "../local/log-watch.ts";
import { watchCatalogFile } from "../local/catalog-file.ts";
import type { Logger } from "../log/log.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { WatchedFolder } from "../local/watched-folders.ts";

export interface ServeOptions {
  /** Default: 127.0.0.1. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where AWS's protocols are spoken. Default: nowhere. */
  readonly aws?: AwsOptions;
  /** A sandbox that leaves decoders the network is enough, though others can connect. */
  readonly acceptSandbox?: "kernel" | "limits";
  /** Folders whose files come into the library. */
  readonly watch: readonly WatchedFolder[];
  /** A folder that has every output as a file under its key. Default: none. */
  readonly results?: string;
  /** How long a stop waits for what is under way, in milliseconds. */
  readonly graceMs: number;
}

/** A service that runs. */
export interface Service {
  readonly host: string;
  readonly port: number;
  /** Where AWS's protocols are spoken. */
  readonly awsPort?: number;
  /** The path of the link that lets one browser in. Absent: people sign in with a key. */
  readonly loginPath?: string;
  /**
   * Stops: no more is taken on, what is under way is finished within the grace period, else handed
   * back. Called again it hands back at once. Resolves when nothing runs any more.
   */
  stop(): Promise<void>;
}

/** Work left by processes that are gone, on this machine or in other containers, is looked for so often. */
const recoverMs = 5_000;
/** Unfinished uploads are looked through so often. */
const tidyMs = 60_000;

function resultsPart(dailies: LocalLibrary, dir: string, log: Logger): BackgroundPart {
  return {
    name: `results ${dir}`,
    run: (signal) =>
      dailies.keepResults(dir, {
        signal,
        onRefused: ({ name, error }) =>
          log.warn({ media: name, code: error.code, remedy: error.remedy }, error.message),
      }),
  };
}

/** What the service does beside answering, each part until its signal; `end` cuts it off. */
function backgroundParts(
  dailies: LocalLibrary,
  options: ServeOptions,
  uploads: Uploads,
  log: Logger,
  end: AbortSignal,
): BackgroundPart[] {
  return [
    ...options.watch.map(({ dir, ...names }): BackgroundPart => ({
      name: `watch ${dir}`,
      run: (signal) => dailies.watch(dir, { ...names, signal, onEvent: logWatch(log) }),
    })),
    ...(options.results === undefined ? [] : [resultsPart(dailies, options.results, log)]),
    {
      name: "notifications",
      run: (signal) =>
        dailies.notices.deliver(
          signal,
          (error) => log.warn({ err: error }, `messages wait: ${asMediaError(error).message}`),
          end,
        ),
    },
    every("recovery", recoverMs, () => dailies.recover()),
    every("uploads", tidyMs, (signal) => uploads.tidy(signal)),
    every("uploads in parts", tidyMs, () => tidyParts(dailies)),
  ];
}

interface ServerParts {
  readonly config: Config;
  readonly options: ServeOptions;
  readonly dailies: LocalLibrary;
  readonly log: Logger;
  /** Where AWS's protocols are spoken. */
  readonly jobs: AwsJobs | undefined;
}

/** Listens for the REST interface, and for AWS's protocols where they are asked for. */
async function startServers(
  app: ReturnType<typeof createApi>,
  { config, options, dailies, log, jobs }: ServerParts,
) {
  const { host, port } = options;
  const server = await startServer({
    app,
    host,
    port,
    looksUpUsers: !config.security.requireKeys && !config.security.trustLocalUsers,
    connections: { perAddress: config.connectionsPerAddress },
  });
  const aws =
    options.aws &&
    jobs &&
    (await startAws({ dailies, log, host, jobs, ...options.aws }).catch(async (error: unknown) => {
      await server.close(0, AbortSignal.abort());
      throw error;
    }));
  const all = aws === undefined ? [server] : [server, aws];
  return {
    at: { host: server.host, port: server.port, ...(aws && { awsPort: aws.port }) },
    close: (graceMs: number, signal: AbortSignal) =>
      Promise.all(all.map((one) => one.close(graceMs, signal))),
  };
}

/**
 * The service of one machine in one process: HTTP, the worker, and the background parts.
 * @throws MediaError `invalid_config` when the address is not available; every error of `openDailies`
 */
export async function serve(config: Config, options: ServeOptions, log: Logger): Promise<Service> {
  const { graceMs } = options;
  const tell = (text: string) => log.info(text);
  const dailies = await openDailies(config, { readers: true, tell });
  const catalogTrouble = await watchCatalogFile(config.dataDir);
  const { host, acceptSandbox } = options;
  const { access } = dailies;
  const guard = { ...config.security, access, host, acceptSandbox, sandbox: createSandbox };
  const giveUp = async (error: unknown): Promise<never> => {
    await dailies.close();
    throw error;
  };
  const security = await guardServer(guard).catch(giveUp);
  const jobs = await awsJobs({ dailies, log, aws: options.aws }).catch(giveUp);
  const s3Events = await s3EventParts(dailies, options.aws, config.dataDir, log).catch(giveUp);
  const metrics = createMetrics({ dailies });
  const login = isLoopback(host) && !config.security.requireKeys ? createLoginCode() : undefined;
  const drain = new AbortController(); // no new job begins
  const end = new AbortController(); // running jobs return to the queue
  const uploads = await createUploads({
    dailies,
    log,
    dir: join(config.dataDir, "incoming"),
    maxBytes: config.limits.maxUploadBytes,
    signal: end.signal,
  });
  // uploads that were complete when the last run ended become objects now
  const tidying = uploads
    .tidy(drain.signal)
    .catch((error: unknown) => log.warn({ err: error }, "uploads could not be tidied"));
  let working = false;
  const api = createApi({
    dailies,
    log,
    metrics,
    security,
    uploads,
    signal: drain.signal,
    ...(login && { login }),
    unready: async () => [
      ...(working ? [] : ["the worker has not started"]),
      ...(await catalogTrouble()),
    ],
  });
  const servers = await startServers(api, { config, options, dailies, log, jobs }).catch(giveUp);
  const worker = workerPart(dailies, metrics, log, {
    drain: drain.signal,
    signal: end.signal,
    onWorking: (is) => void (working = is),
  });
  const parts = [
    worker,
    ...backgroundParts(dailies, options, uploads, log, end.signal),
    ...s3Events,
    ...(jobs === undefined ? [] : [jobs.transcriptions, jobs.labels]),
  ];
  const running = Promise.all(parts.map((part) => keepRunning(part, drain.signal, log)));

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({ graceMs }, "stopping: running jobs may finish");
    drain.abort();
    const timer = setTimeout(() => end.abort(), graceMs);
    await Promise.all([servers.close(graceMs, end.signal), running, tidying]);
    await uploads.idle(); // also those whose client has gone
    clearTimeout(timer);
    await dailies.close();
    log.info({}, "stopped");
  };
  return {
    ...servers.at,
    ...(login && { loginPath: `/login?code=${login.code}` }),
    stop() {
      if (stopping !== undefined) end.abort();
      return (stopping ??= stop());
    },
  };
}
