import type { Scope } from "../../access/access.ts";
import type { Library } from "../../app/library.ts";
import type { ServiceCall } from "../json-service.ts";
import type { AwsRequest } from "../request.ts";
import type { XmlFields } from "../xml.ts";
import type { SnsInput } from "./input.ts";

/** What the operations work with. */
export interface SnsParts {
  readonly notices: Library["notices"];
  /** Where receivers reach this service, by what the client that subscribes them calls it. */
  readonly endpointOf: (request: AwsRequest) => string;
}

export interface SnsOperation {
  readonly scope: Scope;
  run(parts: SnsParts, call: ServiceCall<SnsInput>): Promise<XmlFields>;
}
