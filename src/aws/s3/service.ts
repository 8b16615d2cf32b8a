import type { Library } from "../../app/library.ts";
import { accountOf } from "../account.ts";
import type { AwsAnswer } from "../answer.ts";
import { awsError, type WireError } from "../errors.ts";
import { percentDecoded, type AwsRequest } from "../request.ts";
import type { AwsService } from "../service.ts";
import { xmlDocument } from "../xml.ts";
import { operationOf } from "./operations.ts";
import { bucketViews, type BucketViews } from "./views.ts";

/** Bucket and key: in the path, or the bucket before the domain where virtual hosts are on. */
function targetOf({ path, headers }: AwsRequest, domain: string | undefined) {
  const host = (headers.get("host") ?? "").replace(/:\d+$/, "").toLowerCase();
  const isVirtual = domain !== undefined && host.endsWith(`.${domain}`);
  if (isVirtual)
    return { bucketName: host.slice(0, -domain.length - 1), key: percentDecoded(path.slice(1)) };
  const rest = path.slice(1);
  const slash = rest.indexOf("/");
  const [bucket, key] = slash === -1 ? [rest, ""] : [rest.slice(0, slash), rest.slice(slash + 1)];
  return { bucketName: percentDecoded(bucket), key: percentDecoded(key) };
}

/** A client may say whose bucket it means: by the number of the account, or the user's name. */
function checkExpectedOwner({ headers }: AwsRequest, owner: string): void {
  for (const name of ["x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"]) {
    const expected = headers.get(name) ?? owner;
    if (expected !== owner && expected !== accountOf(owner)) throw awsError("AccessDenied");
  }
}

/**
 * S3's REST protocol.
 * @param options.domain of virtual hosts: `BUCKET.DOMAIN` names a bucket. Default: only the path does
 * @param options.views buckets that show the library. Default: `uploads` and `outputs`
 */
export function createS3({
  dailies,
  domain,
  views = bucketViews([]),
}: {
  readonly dailies: Library;
  readonly domain?: string | undefined;
  readonly views?: BucketViews;
}): AwsService {
  return {
    name: "s3",
    async handle({ request, caller, payload }): Promise<AwsAnswer> {
      const target = { request, ...targetOf(request, domain) };
      if (target.bucketName === "" && target.key !== "") throw awsError("InvalidBucketName");
      const operation = operationOf(target);
      if (!caller.scopes.includes(operation.scope))
        throw awsError("AccessDenied", `the key lacks the scope ${operation.scope}`);
      checkExpectedOwner(request, caller.owner);
      return operation.run({ ...target, caller, dailies, views, payload });
    },
    refuse({ code, status, message, fields }: WireError, request: AwsRequest): AwsAnswer {
      if (request.method === "HEAD" || status === 304) return { status };
      return {
        status,
        headers: { "content-type": "application/xml" },
        body: xmlDocument("Error", {
          Code: code,
          Message: message,
          ...fields,
          Resource: request.path,
          RequestId: request.id,
          HostId: "dailies",
        }),
      };
    },
  };
}
