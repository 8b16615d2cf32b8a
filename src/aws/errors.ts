import { asMediaError, MediaError, type ErrorCode } from "../media/errors.ts";

/**
 * The errors of AWS's protocols: status and message by code, as the services' documents list them
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). Our own codes stay what they
 * are; the code for the wire travels in the details of a MediaError.
 */
export const awsErrors = {
  AccessDenied: [403, "Access Denied"],
  AuthorizationError: [403, "The caller is not authorized to access this resource."],
  AuthorizationHeaderMalformed: [400, "The authorization header that you provided is not valid."],
  AuthorizationQueryParametersError: [400, "The query parameters of the signature are not valid."],
  BadRequestException: [400, "Your request didn't pass one or more validation tests."],
  BadDigest: [
    400,
    "The Content-MD5 or checksum value that you specified did not match what the server received.",
  ],
  BucketAlreadyExists: [409, "The requested bucket name is not available."],
  BucketAlreadyOwnedByYou: [
    409,
    "Your previous request to create the named bucket succeeded and you already own it.",
  ],
  BucketNotEmpty: [409, "The bucket that you tried to delete is not empty."],
  ConflictException: [409, "A resource already exists with this name."],
  EntityTooLarge: [400, "Your proposed upload exceeds the maximum allowed size."],
  EntityTooSmall: [400, "Your proposed upload is smaller than the minimum allowed size."],
  IdempotentParameterMismatchException: [
    400,
    "A ClientRequestToken input parameter was reused with an operation, but at least one of the other input parameters is different.",
  ],
  ImageTooLargeException: [400, "The image is too large."],
  IncompleteBody: [400, "The request body ended before the number of bytes that its headers name."],
  InternalError: [500, "We encountered an internal error. Please try again."],
  InternalFailure: [500, "The request processing has failed because of an internal error."],
  InvalidAccessKeyId: [
    403,
    "The AWS access key ID that you provided does not exist in our records.",
  ],
  InvalidAction: [400, "The action or operation requested is not valid."],
  InvalidArgument: [400, "Invalid Argument"],
  InvalidBucketName: [400, "The specified bucket is not valid."],
  InvalidDigest: [400, "The Content-MD5 or checksum value that you specified is not valid."],
  InvalidParameter: [400, "A request parameter is not valid."],
  InvalidImageFormatException: [400, "Request has invalid image format"],
  InvalidPaginationTokenException: [400, "The pagination token is not valid."],
  InvalidParameterException: [400, "Request has invalid parameters"],
  InvalidPart: [400, "One or more of the specified parts could not be found."],
  InvalidPartOrder: [400, "The list of parts was not in ascending order."],
  InvalidRange: [416, "The requested range is not satisfiable."],
  InvalidRequest: [400, "The request is not valid."],
  InvalidS3ObjectException: [400, "Unable to get object metadata from S3."],
  InvalidStorageClass: [400, "The storage class that you specified is not valid."],
  InvalidURI: [400, "Couldn't parse the specified URI."],
  KeyTooLongError: [400, "Your key is too long."],
  LimitExceededException: [429, "You've either sent too many requests or your input is too long."],
  MalformedXML: [
    400,
    "The XML that you provided was not well formed or did not validate against our published schema.",
  ],
  MetadataTooLarge: [400, "Your metadata headers exceed the maximum allowed metadata size."],
  MethodNotAllowed: [405, "The specified method is not allowed against this resource."],
  MissingAuthenticationToken: [403, "The request must contain a valid access key ID."],
  MissingContentLength: [411, "You must provide the Content-Length HTTP header."],
  NoSuchBucket: [404, "The specified bucket does not exist."],
  NoSuchKey: [404, "The specified key does not exist."],
  NoSuchUpload: [404, "The specified multipart upload does not exist."],
  NoSuchVersion: [
    404,
    "The version ID specified in the request does not match an existing version.",
  ],
  NotFound: [404, "The requested resource does not exist."],
  NotFoundException: [404, "We can't find the requested resource."],
  NotImplemented: [
    501,
    "A header or operation that you provided implies functionality that is not implemented.",
  ],
  NotModified: [304, "Not Modified"],
  OperationAborted: [
    409,
    "A conflicting conditional operation is currently in progress against this resource.",
  ],
  PreconditionFailed: [412, "At least one of the preconditions that you specified did not hold."],
  RequestTimeTooSkewed: [
    403,
    "The difference between the request time and the server's time is too large.",
  ],
  ResourceNotFoundException: [400, "The requested resource does not exist."],
  SerializationException: [400, "The request body cannot be read."],
  SignatureDoesNotMatch: [
    403,
    "The request signature that we calculated does not match the signature that you provided.",
  ],
  SlowDown: [503, "Please reduce your request rate."],
  Throttled: [429, "The rate at which requests have been submitted is too high."],
  ThrottlingException: [400, "The request was denied, because too many are waiting."],
  UnknownOperationException: [400, "The operation is not known."],
  ValidationException: [400, "The input fails to satisfy the constraints of the service."],
  VideoTooLargeException: [400, "The video is too large."],
  XAmzContentSHA256Mismatch: [
    400,
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  ],
} as const satisfies Record<string, readonly [number, string]>;

export type AwsErrorCode = keyof typeof awsErrors;

/** What our own codes are called on the wire, where the place that threw them did not say. */
const wireCodes: Partial<Record<ErrorCode, AwsErrorCode>> = {
  invalid_argument: "InvalidArgument",
  invalid_name: "InvalidArgument",
  empty_file: "InvalidRequest",
  not_yours: "AccessDenied",
  forbidden: "AccessDenied",
  unauthorized: "AccessDenied",
  not_found: "NoSuchKey",
  name_conflict: "PreconditionFailed",
  too_large: "EntityTooLarge",
  range_not_satisfiable: "InvalidRange",
  rate_limited: "SlowDown",
  disk_full: "SlowDown",
  not_supported: "NotImplemented",
  cancelled: "IncompleteBody",
};

const ownCodes: Partial<Record<AwsErrorCode, ErrorCode>> = {
  AccessDenied: "forbidden",
  SignatureDoesNotMatch: "unauthorized",
  InvalidAccessKeyId: "unauthorized",
  NoSuchKey: "not_found",
  NoSuchBucket: "not_found",
  NoSuchUpload: "not_found",
  InvalidRange: "range_not_satisfiable",
  NotImplemented: "not_supported",
};

/**
 * An error under its code of AWS's.
 * @param message Default: the one that AWS's documents give for the code
 * @param fields more elements or members of the answer, such as `Key`
 */
export function awsError(
  code: AwsErrorCode,
  message: string = awsErrors[code][1],
  fields: Readonly<Record<string, string>> = {},
): MediaError {
  return new MediaError(ownCodes[code] ?? "invalid_argument", message, {
    details: { aws: code, fields },
  });
}

/** An error as an answer on the wire. */
export interface WireError {
  readonly code: AwsErrorCode;
  readonly status: number;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What was thrown. */
  readonly error: MediaError;
}

/** Any thrown value as an answer. What only operators may know stays out of it. */
export function wireError(thrown: unknown): WireError {
  const error = asMediaError(thrown);
  const { aws, fields = {} } = error.details as {
    aws?: AwsErrorCode;
    fields?: Record<string, string>;
  };
  const code = aws ?? wireCodes[error.code] ?? "InternalError";
  const [status, plain] = awsErrors[code];
  return { code, status, message: status === 500 ? plain : error.message, fields, error };
}
