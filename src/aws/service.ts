import type { Caller } from "../access/access.ts";
import type { AwsAnswer } from "./answer.ts";
import type { WireError } from "./errors.ts";
import type { AwsRequest } from "./request.ts";
import type { Payload } from "./sigv4/verified.ts";

/** A request whose signature holds. */
export interface AwsCall {
  readonly request: AwsRequest;
  readonly caller: Caller;
  /** The region that the client means; `us-east-1` where it names none. */
  readonly region: string;
  /** How the body is to be checked while it is read. */
  readonly payload: Payload;
}

/** One of AWS's services. The gateway has found out who asks; what the caller may do, the service checks. */
export interface AwsService {
  /** As signatures name it: `s3`, `transcribe` … */
  readonly name: string;
  handle(call: AwsCall): Promise<AwsAnswer>;
  /**
   * Answers what needs no signature, because a secret in the request stands for one or it is public; undefined
   * for everything else. Default: nothing.
   */
  open?(request: AwsRequest): Promise<AwsAnswer> | undefined;
  /** An error in the form of the service's protocol. */
  refuse(error: WireError, request: AwsRequest): AwsAnswer;
}
