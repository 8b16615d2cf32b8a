import { accountOf } from "./account.ts";
import { createQueryService } from "./query-service.ts";
import type { AwsService } from "./service.ts";

/** STS, as far as clients ask it who they are. */
export function createSts(): AwsService {
  return createQueryService({
    name: "sts",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    operations: {
      GetCallerIdentity: {
        run: async ({ caller: { owner, accessKeyId = "anonymous" } }) => ({
          Arn: `arn:aws:iam::${accountOf(owner)}:user/${owner}`,
          UserId: accessKeyId,
          Account: accountOf(owner),
        }),
      },
    },
  });
}
