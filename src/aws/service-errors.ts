import { awsErrors, type AwsErrorCode, type WireError } from "./errors.ts";

/**
 * What the services other than S3 call the errors that all share. They answer them with 400.
 * https://docs.aws.amazon.com/transcribe/latest/APIReference/CommonErrors.html
 */
const commonErrors: Partial<Record<AwsErrorCode, readonly [code: string, message?: string]>> = {
  AccessDenied: ["AccessDeniedException"],
  AuthorizationHeaderMalformed: ["IncompleteSignatureException"],
  AuthorizationQueryParametersError: ["IncompleteSignatureException"],
  InvalidAccessKeyId: [
    "UnrecognizedClientException",
    "The security token included in the request is invalid.",
  ],
  MissingAuthenticationToken: ["MissingAuthenticationTokenException"],
  RequestTimeTooSkewed: ["InvalidSignatureException", "Signature expired: the clocks differ."],
  SignatureDoesNotMatch: [
    "InvalidSignatureException",
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret " +
      "Access Key and signing method. Consult the service documentation for details.",
  ],
  XAmzContentSHA256Mismatch: ["InvalidSignatureException"],
  SlowDown: ["ThrottlingException"],
  InternalError: ["InternalFailure"],
};

/** An error as the services with JSON, CBOR and queries name it. */
export function serviceError(error: Pick<WireError, "code" | "status" | "message">): {
  readonly code: string;
  readonly status: number;
  readonly message: string;
} {
  const common = commonErrors[error.code];
  if (common === undefined) return error;
  const [code, words] = common;
  const isPlain = error.message === awsErrors[error.code][1];
  const message = isPlain ? (words ?? error.message) : error.message;
  return { code, status: error.status >= 500 ? error.status : 400, message };
}
