import { awsError } from "../errors.ts";
import { queryValue, type AwsRequest } from "../request.ts";
import type { Scope } from "./canonical.ts";

/** What a request says of who signed it, and how. Nothing of it is checked against a key yet. */
export interface Claim {
  readonly accessKeyId: string;
  readonly scope: Scope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** As it was sent: `20261201T123000Z`. */
  readonly amzDate: string;
  /** Seconds for which it is good; absent where the headers are signed. */
  readonly expiresIn?: number;
}

const malformed = (why: string) => awsError("AuthorizationHeaderMalformed", why);
const wrongQuery = (why: string) => awsError("AuthorizationQueryParametersError", why);

type Refuse = typeof malformed;

function credentialOf(text: string, refuse: Refuse): Pick<Claim, "accessKeyId" | "scope"> {
  const parts = text.split("/");
  const [accessKeyId = "", date = "", region = "", service = "", end] = parts;
  if (parts.length !== 5 || end !== "aws4_request" || !/^\d{8}$/.test(date))
    throw refuse("the credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request");
  if (!/^[\w-]{1,64}$/.test(region) || !/^[\w-]{1,64}$/.test(service))
    throw refuse("the credential names no region or no service");
  return { accessKeyId, scope: { date, region, service } };
}

function signedHeadersOf(text: string, refuse: Refuse): readonly string[] {
  const names = text.split(";");
  const isSorted = names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name);
  if (!isSorted || !names.every((name) => /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)))
    throw refuse("the signed headers must be names in small letters, in order");
  if (!names.includes("host")) throw refuse("the header host must be signed");
  return names;
}

function signatureOf(text: string, refuse: Refuse): string {
  if (!/^[0-9a-f]{64}$/.test(text)) throw refuse("the signature must be 64 hexadecimal digits");
  return text;
}

/** Milliseconds since 1970 of `20261201T123000Z`; undefined where it is none. */
export function timeOfAmzDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** The time of a request that signs its headers: `x-amz-date`, else `date`. */
function amzDateOf({ headers }: AwsRequest): string {
  const given = headers.get("x-amz-date");
  if (given !== undefined) return given;
  const time = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(time)) throw awsError("AccessDenied", "the request must have x-amz-date");
  return new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
}

/** `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…` */
export function claimOfHeader(request: AwsRequest, authorization: string): Claim {
  const [, rest] = /^AWS4-HMAC-SHA256\s+(.+)$/s.exec(authorization) ?? [];
  if (rest === undefined)
    throw awsError(
      "InvalidRequest",
      "the authorization mechanism is not supported: please use AWS4-HMAC-SHA256",
    );
  const fields = new Map(
    rest.split(",").map((field) => {
      const equals = field.indexOf("=");
      return [field.slice(0, equals).trim(), field.slice(equals + 1).trim()] as const;
    }),
  );
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw malformed(`the authorization header has no ${name}`);
    return value;
  };
  return {
    ...credentialOf(field("Credential"), malformed),
    signedHeaders: signedHeadersOf(field("SignedHeaders"), malformed),
    signature: signatureOf(field("Signature"), malformed),
    amzDate: amzDateOf(request),
  };
}

/** The most that a presigned URL can be good for. */
const longestSeconds = 7 * 24 * 3_600;

/** `?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=…&X-Amz-Date=…&X-Amz-Expires=…&X-Amz-SignedHeaders=…&X-Amz-Signature=…` */
export function claimOfQuery(request: AwsRequest): Claim {
  const value = (name: string): string => {
    const given = queryValue(request, name);
    if (given === undefined || given === "") throw wrongQuery(`${name} is missing`);
    return given;
  };
  if (value("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256")
    throw wrongQuery("X-Amz-Algorithm only supports AWS4-HMAC-SHA256");
  const expires = value("X-Amz-Expires");
  const expiresIn = /^\d{1,9}$/.test(expires) ? Number(expires) : Infinity;
  if (expiresIn < 1 || expiresIn > longestSeconds)
    throw wrongQuery(`X-Amz-Expires must be from 1 to ${longestSeconds} seconds`);
  return {
    ...credentialOf(value("X-Amz-Credential"), wrongQuery),
    signedHeaders: signedHeadersOf(value("X-Amz-SignedHeaders"), wrongQuery),
    signature: signatureOf(value("X-Amz-Signature"), wrongQuery),
    amzDate: value("X-Amz-Date"),
    expiresIn,
  };
}
