import type { ServiceModel } from "./model/model.ts";
import type { AwsRequest } from "./request.ts";

/** How operations are asked for and answered. */
export interface RpcProtocol {
  /** Of every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** The operation that a request names; undefined when it names none of the service. */
  operationOf(request: AwsRequest, target: string): string | undefined;
  /** @throws MediaError (SerializationException) */
  read(body: Uint8Array): Readonly<Record<string, unknown>>;
  /** @param shape of the output, among the model's */
  write(output: object, model: ServiceModel, shape: string | undefined): string | Uint8Array;
}
