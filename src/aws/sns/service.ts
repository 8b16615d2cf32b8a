import type { Library } from "../../app/library.ts";
import { asMediaError, type ErrorCode, type MediaError } from "../../media/errors.ts";
import type { AwsAnswer } from "../answer.ts";
import { awsError, type AwsErrorCode } from "../errors.ts";
import { createQueryService, queryAnswer } from "../query-service.ts";
import { checkedInput } from "../model/check.ts";
import { serviceModels } from "../model/model.ts";
import { queryInput } from "../model/query-input.ts";
import type { AwsRequest } from "../request.ts";
import type { AwsService } from "../service.ts";
import type { XmlFields } from "../xml.ts";
import type { SnsInput } from "./input.ts";
import type { SnsOperation, SnsParts } from "./operation.ts";
import { confirmed, subscriptionOperations, unsubscribed } from "./subscriptions.ts";
import { topicOperations } from "./topics.ts";

/** SNS's operations, by name. */
export const snsOperations: Readonly<Record<string, SnsOperation>> = {
  ...topicOperations,
  ...subscriptionOperations,
};

const model = serviceModels.sns;
const { namespace = "" } = model;

/** A form's fields as SNS's model has them. @throws MediaError (InvalidParameter, SerializationException) */
const inputOf = (operation: string, form: ReadonlyMap<string, string>): SnsInput =>
  checkedInput<SnsInput>(model, operation, queryInput(model, operation, form), "InvalidParameter");

/** The end of a `SigningCertURL`. */
const certificatePath = /^\/SimpleNotificationService-([0-9a-f]{32})\.pem$/;

/** What our own errors are called by SNS. */
const codes: Partial<Record<ErrorCode, AwsErrorCode>> = {
  invalid_argument: "InvalidParameter",
  unsafe_address: "InvalidParameter",
  invalid_config: "InvalidParameter",
  invalid_token: "InvalidParameter",
  not_found: "NotFound",
  rate_limited: "Throttled",
  unauthorized: "AuthorizationError",
};

function snsError(thrown: unknown): MediaError {
  const error = asMediaError(thrown);
  const code = codes[error.code];
  if (code === undefined || "aws" in error.details) return error;
  const message =
    code === "InvalidParameter" ? `Invalid parameter: ${error.message}` : error.message;
  return awsError(code, message);
}

async function translated<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    throw snsError(thrown);
  }
}

/**
 * SNS on the library's own notifications: topics, subscriptions by e-mail and HTTP, and messages.
 * @param url where others reach AWS's protocols. Default: the address that the subscribing client has used.
 */
export function createSns({ notices }: Library, url?: string): AwsService {
  const endpointOf = ({ headers }: AwsRequest) => url ?? `http://${headers.get("host") ?? ""}`;
  const parts: SnsParts = { notices, endpointOf };
  const service = createQueryService({
    name: "sns",
    namespace,
    names: { AccessDenied: "AuthorizationError" },
    operations: Object.fromEntries(
      Object.entries(snsOperations).map(([name, operation]) => [
        name,
        {
          scope: operation.scope,
          run: (call) =>
            translated(operation.run(parts, { ...call, input: inputOf(name, call.input) })),
        },
      ]),
    ),
  });

  const certificate = async (id: string): Promise<AwsAnswer> => {
    const body = await notices.certificate(id);
    if (body === undefined) throw awsError("NotFound");
    return { status: 200, headers: { "content-type": "application/x-pem-file" }, body };
  };

  const byLink = async (
    action: "ConfirmSubscription" | "Unsubscribe",
    form: ReadonlyMap<string, string>,
    requestId: string,
  ): Promise<AwsAnswer> => {
    const work = action === "Unsubscribe" ? unsubscribed : confirmed;
    const result = await translated<XmlFields>(work(parts, inputOf(action, form)));
    return queryAnswer({ action, namespace, result, requestId });
  };

  return {
    ...service,
    open({ method, path, query, id }) {
      if (method !== "GET") return undefined;
      const [, wanted] = certificatePath.exec(path) ?? [];
      if (wanted !== undefined) return certificate(wanted);
      const form = new Map(query);
      const action = form.get("Action");
      if (path !== "/") return undefined;
      if (action !== "ConfirmSubscription" && action !== "Unsubscribe") return undefined;
      return byLink(action, form, id);
    },
  };
}
