import { decode, encode, Tagged } from "cborg";
import { awsError } from "./errors.ts";
import { shapeOf, type ServiceModel } from "./model/model.ts";
import type { RpcProtocol } from "./rpc-protocol.ts";

/** The tag of a time, in seconds since 1970. https://www.rfc-editor.org/rfc/rfc8949.html#name-epoch-based-date-time */
const epochTag = 1;

/** An output whose times are marked, as its shape says. */
function withTimes(model: ServiceModel, name: string, value: unknown): unknown {
  const shape = shapeOf(model, name);
  if (shape.type === "timestamp") return new Tagged(epochTag, value);
  if (shape.type === "list")
    return (value as readonly unknown[]).map((one) => withTimes(model, shape.member, one));
  if (shape.type !== "structure") return value;
  const fields = Object.entries(value as object).flatMap(([member, one]) => {
    const inner = shape.members[member];
    if (one === undefined) return [];
    return [[member, inner === undefined ? one : withTimes(model, inner, one)] as const];
  });
  return Object.fromEntries(fields);
}

/** Absent members of an error or an output are left out. */
const present = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));

/**
 * RPC v2 with CBOR: `POST /service/PREFIX/operation/OPERATION` with `smithy-protocol: rpc-v2-cbor`.
 * https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
export const cborProtocol: RpcProtocol = {
  headers: { "content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor" },
  operationOf({ path, headers }, target) {
    const [, service, operation] = /^\/service\/(\w+)\/operation\/(\w+)$/.exec(path) ?? [];
    const isOurs = service === target && headers.get("smithy-protocol") === "rpc-v2-cbor";
    return isOurs ? operation : undefined;
  },
  read(body) {
    try {
      const input: unknown =
        body.byteLength === 0 ? {} : decode(body, { rejectDuplicateMapKeys: true });
      if (typeof input === "object" && input !== null && !Array.isArray(input))
        return input as Record<string, unknown>;
    } catch {
      // the same as CBOR that is no map
    }
    throw awsError("SerializationException");
  },
  write(output, model, shape) {
    return encode(shape === undefined ? present(output) : withTimes(model, shape, output));
  },
};
