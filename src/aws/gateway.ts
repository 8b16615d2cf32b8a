import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Caller } from "../access/access.ts";
import type { AwsAnswer } from "./answer.ts";
import { awsError, wireError, type WireError } from "./errors.ts";
import { readRequest, type AwsRequest } from "./request.ts";
import type { AwsService } from "./service.ts";
import type { Signers, Verified } from "./sigv4/verified.ts";
import { verify } from "./sigv4/verify.ts";

/** What the gateway tells of a request that it has answered. */
export interface Answered {
  readonly request?: AwsRequest;
  readonly service?: string;
  readonly caller?: Caller;
  readonly error?: WireError;
}

export interface GatewayOptions {
  readonly access: Signers;
  /** The first one answers where a request names none. */
  readonly services: readonly [AwsService, ...AwsService[]];
  /** Who a request without a signature counts as. Default: nobody, it is refused. */
  readonly anonymous?: (request: AwsRequest) => Promise<Caller | undefined>;
  /** Milliseconds since 1970, UTC. */
  readonly now?: () => number;
}

/** A body that has to be known before its request is: services other than S3 leave its hash unsaid. */
const maxUnsaidBytes = 8 * 1024 ** 2;

/** Reads a short body, hashes it, and puts it back to be read again. */
async function bodyHash(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    length += (chunk as Buffer).byteLength;
    if (length > maxUnsaidBytes) throw awsError("EntityTooLarge");
    chunks.push(chunk as Buffer);
  }
  const bytes = Buffer.concat(chunks);
  Object.assign(incoming, {
    iterator: async function* () {
      yield bytes;
    },
  });
  return createHash("sha256").update(bytes).digest("hex");
}

/** Where a client that names no region is taken to be. */
const usualRegion = "us-east-1";

/** Whether a request says at all who has sent it. */
function isSigned({ headers, query }: AwsRequest): boolean {
  const inQuery = ["X-Amz-Algorithm", "AWSAccessKeyId"];
  return headers.has("authorization") || query.some(([name]) => inQuery.includes(name));
}

/**
 * Finds out who asks and which service is meant, and lets that one answer. Never throws.
 */
export function createGateway(options: GatewayOptions) {
  const { access, services, anonymous, now = Date.now } = options;
  const named = new Map(services.map((service) => [service.name, service]));

  /** The service of a request, before anything is verified: errors have its form. */
  const serviceOf = (request: AwsRequest): AwsService => {
    const authorization = request.headers.get("authorization") ?? "";
    const presigned = request.query.find(([name]) => name === "X-Amz-Credential")?.[1] ?? "";
    const [, inHeader] =
      /Credential=[^/,]*\/[^/,]*\/[^/,]*\/([^/,]*)\/aws4_request/.exec(authorization) ?? [];
    const name = inHeader ?? presigned.split("/")[3] ?? "";
    return named.get(name) ?? services[0];
  };

  /** The service that answers a request without a signature, and its answer. */
  const openly = (request: AwsRequest) => {
    for (const one of services) {
      const answer = one.open?.(request);
      if (answer !== undefined) return { service: one, answer };
    }
    return undefined;
  };

  const callerOf = async (
    request: AwsRequest,
  ): Promise<Omit<Verified, "caller"> & { caller: Caller }> => {
    const hash = () => bodyHash(request.incoming);
    const verified = await verify(request, { access, now: now() }, hash);
    if (verified !== undefined) return verified;
    const caller = await anonymous?.(request);
    if (caller === undefined) throw awsError("AccessDenied", "the request is not signed");
    return { caller, payload: { kind: "unsigned" } };
  };

  return async (incoming: IncomingMessage): Promise<{ answer: AwsAnswer; told: Answered }> => {
    let request: AwsRequest | undefined;
    let service: AwsService = services[0];
    let caller: Caller | undefined;
    try {
      request = readRequest(incoming);
      service = serviceOf(request);
      const opened = isSigned(request) ? undefined : openly(request);
      if (opened !== undefined) {
        service = opened.service;
        const answer = await opened.answer;
        const headers = { "x-amz-request-id": request.id, ...answer.headers };
        return { answer: { ...answer, headers }, told: { request, service: service.name } };
      }
      const verified = await callerOf(request);
      caller = verified.caller;
      if (verified.service !== undefined && verified.service !== service.name)
        throw awsError("NotImplemented", `there is no service ${verified.service} here`);
      const { payload, region = usualRegion } = verified;
      const answer = await service.handle({ request, caller, region, payload });
      const headers = { "x-amz-request-id": request.id, ...answer.headers };
      return { answer: { ...answer, headers }, told: { request, service: service.name, caller } };
    } catch (thrown) {
      const error = wireError(thrown);
      const shown = request ?? {
        id: "",
        method: "GET",
        path: "",
        query: [],
        headers: new Map(),
        incoming,
      };
      const answer = service.refuse(error, shown);
      const headers = { "x-amz-request-id": shown.id, ...answer.headers };
      return {
        answer: { ...answer, headers },
        told: {
          service: service.name,
          error,
          ...(request && { request }),
          ...(caller && { caller }),
        },
      };
    }
  };
}
