import type { Caller, Scope } from "../access/access.ts";
import { openBody, readBytes } from "./body.ts";
import { cborProtocol } from "./cbor-protocol.ts";
import { awsError, type AwsErrorCode } from "./errors.ts";
import { jsonProtocol } from "./json-protocol.ts";
import { checkedInput } from "./model/check.ts";
import type { ServiceModel } from "./model/model.ts";
import type { AwsRequest } from "./request.ts";
import { serviceError } from "./service-errors.ts";
import type { AwsService } from "./service.ts";

/** What an operation of a JSON or a query service gets. */
export interface ServiceCall<Input> {
  readonly input: Input;
  readonly caller: Caller;
  /** As of `AwsCall`. */
  readonly region: string;
  readonly request: AwsRequest;
}

/** One operation of a service with the protocol JSON 1.1. */
export interface JsonOperation {
  readonly scope: Scope;
  /** Its input holds by the service's model. */
  run(call: ServiceCall<Readonly<Record<string, unknown>>>): Promise<object>;
}

/** The largest input: Rekognition takes a picture of 5 MB within it, in base 64. */
const maxInputBytes = 8 * 1024 ** 2;

const protocolOf = ({ headers }: AwsRequest) =>
  headers.has("smithy-protocol") ? cborProtocol : jsonProtocol;

/**
 * A service that speaks JSON 1.1, and CBOR as newer SDKs do. Every input is checked against the published model
 * before its operation runs.
 */
export function createJsonService(options: {
  /** As signatures name it. */
  readonly name: string;
  readonly model: ServiceModel;
  /** What an input is refused with that breaks a constraint of the model. */
  readonly invalid: AwsErrorCode;
  readonly operations: Readonly<Record<string, JsonOperation>>;
}): AwsService {
  const { name, model, invalid, operations } = options;
  const { target = "" } = model;
  return {
    name,
    async handle({ request, caller, region, payload }) {
      const protocol = protocolOf(request);
      const operation = protocol.operationOf(request, target) ?? "";
      const found = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (request.method !== "POST" || found === undefined)
        throw awsError("UnknownOperationException");
      if (!caller.scopes.includes(found.scope))
        throw awsError("AccessDenied", `the key lacks the scope ${found.scope}`);
      const sent = protocol.read(await readBytes(openBody(request, payload), maxInputBytes));
      const input = checkedInput(model, operation, sent, invalid);
      const output = await found.run({ input, caller, region, request });
      return {
        status: 200,
        headers: { ...protocol.headers, "x-amzn-requestid": request.id },
        body: protocol.write(output, model, model.operations[operation]?.output),
      };
    },
    refuse(error, request) {
      const { code, message, ...named } = serviceError(error);
      const protocol = protocolOf(request);
      return {
        status: model.errors[code] ?? named.status,
        headers: {
          ...protocol.headers,
          "x-amzn-errortype": code,
          "x-amzn-requestid": request.id,
        },
        body: protocol.write({ __type: code, Message: message, message }, model, undefined),
      };
    },
  };
}
