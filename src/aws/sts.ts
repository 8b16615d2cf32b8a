import { createHash } from "node:crypto";
import { createQueryService } from "./query-service.ts";
import type { AwsService } from "./service.ts";

/** Twelve digits for an owner, always the same, as AWS numbers its accounts. */
export function accountOf(owner: string): string {
  const number = createHash("sha256").update(`dailies account ${owner}`).digest().readUIntBE(0, 6);
  return String(number % 10 ** 12).padStart(12, "0");
}

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
