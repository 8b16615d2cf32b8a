import { constants } from "node:os";
import { MediaError } from "../media/errors.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { withProfile, type ProfileOption } from "./profile.ts";

export interface ServeCommand extends ProfileOption {
  readonly host: string;
  readonly port: number;
  /** Each `DIR` or `NAME=DIR`. */
  readonly watch?: readonly string[];
  readonly awsPort?: number;
  readonly awsDomain?: string;
  readonly awsUrl?: string;
  readonly anonymous?: boolean;
  readonly transcribeSlots?: number;
  readonly s3Events?: string;
  /** A folder that has every output as a file under its key. */
  readonly results?: string;
  readonly input?: readonly { readonly bucket: string; readonly outputs?: string }[];
  readonly acceptSandbox?: "kernel" | "limits";
  /** Seconds. */
  readonly grace: number;
}

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** An address as a URL writes it. */
function urlOf(host: string, port: number): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** @throws MediaError `invalid_config` for options that are of no use without --aws-port */
function awsOptions(command: ServeCommand) {
  const { awsPort: port, awsDomain: domain, awsUrl: url, anonymous, input: inputs } = command;
  const { transcribeSlots, s3Events } = command;
  const more = {
    ...(url !== undefined && { url }),
    ...(anonymous && { anonymous }),
    ...(domain !== undefined && { domain }),
    ...(inputs && { inputs }),
    ...(s3Events !== undefined && { s3Events }),
    ...(transcribeSlots !== undefined && { transcribeSlots }),
  };
  if (port !== undefined) return { aws: { port, ...more } };
  if (Object.keys(more).length === 0) return {};
  throw new MediaError(
    "invalid_config",
    "--aws-domain, --aws-url, --anonymous, --input, --s3-events and --transcribe-slots need --aws-port",
  );
}

/**
 * `dailies serve`: runs until it is stopped. The first signal lets running jobs finish within the grace
 * period, the second returns them to the queue at once, the third ends the process.
 */
export async function serve(context: Context, options: ServeCommand): Promise<number> {
  const { output } = context;
  const config = withProfile(context.config, options);
  const { createLog } = await import("../log/log.ts");
  const { serve: start } = await import("../runtime/serve.ts");
  const { watchedFolders } = await import("../local/watched-folders.ts");
  const watched = watchedFolders(options.watch ?? []);
  const { results } = options;
  if (results !== undefined) await (await import("../local/outputs.ts")).checkFolder(results);
  const log = createLog(process.stderr);
  // The starting process may read the address and close the pipe; the service goes on.
  process.stdout.on("error", () => {});
  // The process ends, because its state is unknown; the log says where it failed.
  process.prependListener("uncaughtException", (error) =>
    log.fatal({ err: error }, `a defect ends the service: ${error.message}`),
  );
  const { host, port, grace, acceptSandbox } = options;
  const aws = awsOptions(options);
  const accepted = acceptSandbox === undefined ? {} : { acceptSandbox };
  const service = await start(
    config,
    {
      host,
      port,
      watch: watched,
      graceMs: grace * 1_000,
      ...accepted,
      ...aws,
      ...(results !== undefined && { results }),
    },
    log,
  );
  const url = urlOf(service.host, service.port);
  const awsUrl =
    service.awsPort === undefined ? {} : { awsUrl: urlOf(service.host, service.awsPort) };
  const lines = [`Dailies listens on ${url}`];
  const { loginPath } = service;
  if (loginPath !== undefined) lines.push(`Its page, for one browser: ${url}${loginPath}`);
  if (awsUrl.awsUrl) lines.push(`It speaks AWS's protocols on ${awsUrl.awsUrl}`);
  if (output.mode === "human") output.lines(lines);
  else
    output.document({
      url,
      ...(loginPath !== undefined && { pageUrl: url + loginPath }),
      ...awsUrl,
      host: service.host,
      port: service.port,
      dataDir: config.dataDir,
    });
  log.info({ url, ...awsUrl, dataDir: config.dataDir }, "listening");
  const stopped = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = (signal: (typeof stopSignals)[number]): void => {
    signals += 1;
    if (signals > 2) process.exit(128 + constants.signals[signal]);
    service.stop().then(stopped.resolve, stopped.reject);
  };
  for (const signal of stopSignals) process.on(signal, onSignal);
  await stopped.promise;
  for (const signal of stopSignals) process.off(signal, onSignal);
  return exitCodes.done;
}
