import { awsError } from "./errors.ts";
import type { RpcProtocol } from "./rpc-protocol.ts";

/**
 * JSON 1.1: `POST /` with `X-Amz-Target: PREFIX.OPERATION`.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
 */
export const jsonProtocol: RpcProtocol = {
  headers: { "content-type": "application/x-amz-json-1.1" },
  operationOf({ headers }, target) {
    const asked = headers.get("x-amz-target") ?? "";
    return asked.startsWith(`${target}.`) ? asked.slice(target.length + 1) : undefined;
  },
  read(body) {
    try {
      const input: unknown = body.byteLength === 0 ? {} : JSON.parse(Buffer.from(body).toString());
      if (typeof input === "object" && input !== null && !Array.isArray(input))
        return input as Record<string, unknown>;
    } catch {
      // the same as JSON that is no object
    }
    throw awsError("SerializationException");
  },
  write: (output) => JSON.stringify(output),
};
