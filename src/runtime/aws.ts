import { localCaller } from "../api/environment.ts";
import { isLoopback } from "../api/security/loopback.ts";
import { refuseForeign } from "../api/security/origin.ts";
import { isSameUser } from "../api/security/peer.ts";
import type { Library } from "../app/library.ts";
import type { AwsRequest } from "../aws/request.ts";
import { createRekognition } from "../aws/rekognition/service.ts";
import { createS3 } from "../aws/s3/service.ts";
import { startAwsServer, type AwsServer } from "../aws/server.ts";
import { createSns } from "../aws/sns/service.ts";
import { createSts } from "../aws/sts.ts";
import { createTranscribe } from "../aws/transcribe/service.ts";
import type { Logger } from "../log/log.ts";
import { MediaError } from "../media/errors.ts";
import type { AwsJobOptions, AwsJobs } from "./aws-jobs.ts";
import type { S3EventOptions } from "../aws/s3/post-events.ts";

/** How AWS's protocols are spoken. */
export interface AwsOptions extends AwsJobOptions, S3EventOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Requests of this user of this machine need no signature. Only on a loopback address. Default: false. */
  readonly anonymous?: boolean;
  /** `BUCKET.DOMAIN` in the Host header names a bucket. Default: only the path does. */
  readonly domain?: string;
  /** Where others reach AWS's protocols, for links in SNS's messages. Default: as their subscribers call it. */
  readonly url?: string;
}

/** Uploads in parts that are not completed within this time end. */
const partsMs = 7 * 24 * 3_600_000;

/** Ends uploads in parts that nobody completes. */
export async function tidyParts(dailies: Library): Promise<void> {
  await dailies.buckets.tidy(Date.now() - partsMs);
}

/** The person at this machine; undefined for others, and for pages of a browser. */
async function personHere({ incoming, method, headers }: AwsRequest) {
  if (!(await isSameUser(incoming.socket))) return undefined;
  refuseForeign(
    { method, header: (name) => headers.get(name), headerNames: [...headers.keys()] },
    [],
  );
  return localCaller;
}

/** @throws MediaError `invalid_config`; `not_safe` where others could ask without a signature */
export async function startAws(
  options: AwsOptions & {
    readonly dailies: Library;
    readonly log: Logger;
    readonly host: string;
    readonly jobs: AwsJobs;
  },
): Promise<AwsServer> {
  const { dailies, log, host, port, anonymous = false, domain, url } = options;
  const { views, limits, transcriptions, labels } = options.jobs;
  if (anonymous && !isLoopback(host))
    throw new MediaError("not_safe", `others can reach ${host}: --anonymous is for 127.0.0.1 only`);
  return startAwsServer({
    host,
    port,
    log,
    access: dailies.access,
    services: [
      createS3({ dailies, domain, views }),
      createSts(),
      createSns(dailies, url),
      createTranscribe({
        dailies,
        views,
        limits,
        wake: transcriptions.wake,
        access: dailies.access,
      }),
      createRekognition({ dailies, views, wake: labels.wake }),
    ],
    ...(anonymous && { anonymous: personHere }),
  });
}
