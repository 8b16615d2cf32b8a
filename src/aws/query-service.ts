import type { Scope } from "../access/access.ts";
import type { AwsAnswer } from "./answer.ts";
import { openBody, readText } from "./body.ts";
import { awsError, type AwsErrorCode } from "./errors.ts";
import type { ServiceCall } from "./json-service.ts";
import type { AwsService } from "./service.ts";
import { xmlDocument, type XmlFields } from "./xml.ts";

/** One operation of a service with the query protocol. Input: the form's fields. */
export interface QueryOperation {
  /** Undefined: any key may. */
  readonly scope?: Scope;
  run(call: ServiceCall<ReadonlyMap<string, string>>): Promise<XmlFields>;
}

/** A message of 256 KiB, every byte percent-encoded, and what comes with it. */
const maxInputBytes = 1024 ** 2;

/** The answer of an operation. */
export function queryAnswer({
  action,
  namespace,
  result,
  requestId,
}: {
  readonly action: string;
  readonly namespace: string;
  readonly result: XmlFields;
  readonly requestId: string;
}): AwsAnswer {
  const fields = { [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } };
  return {
    status: 200,
    headers: { "content-type": "text/xml", "x-amzn-requestid": requestId },
    body: xmlDocument(`${action}Response`, fields, namespace),
  };
}

/**
 * A service that speaks the query protocol: a form with `Action` and `Version` in, XML out.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function createQueryService(options: {
  readonly name: string;
  /** Of the answers' XML. */
  readonly namespace: string;
  /** What the service calls errors that all share, where it has names of its own. */
  readonly names?: Partial<Record<AwsErrorCode, string>>;
  readonly operations: Readonly<Record<string, QueryOperation>>;
}): AwsService {
  const { name, namespace, operations } = options;
  const names = { InvalidAccessKeyId: "InvalidClientTokenId", ...options.names };
  return {
    name,
    async handle({ request, caller, region, payload }) {
      const form = await readText(openBody(request, payload), maxInputBytes);
      const input = new Map([...request.query, ...new URLSearchParams(form)]);
      const action = input.get("Action") ?? "";
      const found = Object.hasOwn(operations, action) ? operations[action] : undefined;
      if (found === undefined) throw awsError("InvalidAction");
      if (found.scope !== undefined && !caller.scopes.includes(found.scope))
        throw awsError("AccessDenied", `the key lacks the scope ${found.scope}`);
      const result = await found.run({ input, caller, region, request });
      return queryAnswer({ action, namespace, result, requestId: request.id });
    },
    refuse({ code, status, message }, request) {
      const named = (names as Partial<Record<string, string>>)[code] ?? code;
      const error = { Type: status < 500 ? "Sender" : "Receiver", Code: named, Message: message };
      return {
        status,
        headers: { "content-type": "text/xml", "x-amzn-requestid": request.id },
        body: xmlDocument("ErrorResponse", { Error: error, RequestId: request.id }, namespace),
      };
    },
  };
}
