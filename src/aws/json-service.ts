import type { Caller, Scope } from "../access/access.ts";
import { openBody, readText } from "./body.ts";
import { awsError } from "./errors.ts";
import type { AwsService } from "./service.ts";

/** What an operation of a JSON or a query service gets. */
export interface ServiceCall<Input> {
  readonly input: Input;
  readonly caller: Caller;
  readonly requestId: string;
}

/** One operation of a service with the protocol JSON 1.1. */
export interface JsonOperation {
  readonly scope: Scope;
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
 * A service that speaks JSON 1.1: `POST /` with `X-Amz-Target: PREFIX.OPERATION`.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export function createJsonService(options: {
  /** As signatures name it. */
  readonly name: string;
  /** `Transcribe`, `RekognitionService` */
  readonly target: string;
  readonly operations: Readonly<Record<string, JsonOperation>>;
}): AwsService {
  const { name, target, operations } = options;
  return {
    name,
    async handle({ request, caller, payload }) {
      const asked = request.headers.get("x-amz-target") ?? "";
      const operation = asked.startsWith(`${target}.`) ? asked.slice(target.length + 1) : "";
      const found = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (request.method !== "POST" || found === undefined)
        throw awsError("UnknownOperationException");
      if (!caller.scopes.includes(found.scope))
        throw awsError("AccessDenied", `the key lacks the scope ${found.scope}`);
      const input = parsedInput(await readText(openBody(request, payload), maxInputBytes));
      const output = await found.run({ input, caller, requestId: request.id });
      return {
        status: 200,
        headers: { "content-type": contentType, "x-amzn-requestid": request.id },
        body: JSON.stringify(output),
      };
    },
    refuse({ code, status, message }, request) {
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
