import type { Caller, Scope } from "../access/access.ts";
import { openBody, readText } from "./body.ts";
import { awsError, type AwsErrorCode } from "./errors.ts";
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
const contentType = "application/x-amz-json-1.1";

function parsedInput(text: string): Readonly<Record<string, unknown>> {
  try {
    const input: unknown = JSON.parse(text === "" ? "{}" : text);
    if (typeof input === "object" && input !== null && !Array.isArray(input))
      return input as Record<string, unknown>;
  } catch {
    // the same as JSON that is no object
  }
  throw awsError("SerializationException");
}

/**
 * A service that speaks JSON 1.1: `POST /` with `X-Amz-Target: PREFIX.OPERATION`. Every input is checked against
 * the published model before its operation runs.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
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
      const asked = request.headers.get("x-amz-target") ?? "";
      const operation = asked.startsWith(`${target}.`) ? asked.slice(target.length + 1) : "";
      const found = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (request.method !== "POST" || found === undefined)
        throw awsError("UnknownOperationException");
      if (!caller.scopes.includes(found.scope))
        throw awsError("AccessDenied", `the key lacks the scope ${found.scope}`);
      const sent = parsedInput(await readText(openBody(request, payload), maxInputBytes));
      const input = checkedInput(model, operation, sent, invalid);
      const output = await found.run({ input, caller, region, request });
      return {
        status: 200,
        headers: { "content-type": contentType, "x-amzn-requestid": request.id },
        body: JSON.stringify(output),
      };
    },
    refuse(error, request) {
      const { code, message, ...named } = serviceError(error);
      const status = model.errors[code] ?? named.status;
      return {
        status,
        headers: {
          "content-type": contentType,
          "x-amzn-errortype": code,
          "x-amzn-requestid": request.id,
        },
        body: JSON.stringify({ __type: code, Message: message, message }),
      };
    },
  };
}
