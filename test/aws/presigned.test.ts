import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, describeWithBoto, run } from "../support/aws-clients.ts";

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.close());

/** boto3 presigns with version 2 for endpoints that are not AWS's, unless it is told otherwise. */
describeWithBoto(({ command }) => {
  it.each([
    ["as it does by itself", "", "Signature="],
    ["with version 4", "s3v4", "X-Amz-Signature="],
  ])(
    "URLs that it presigns %s are good for what was signed, until they expire",
    async (_, version, signed) => {
      const program = `
import boto3, json, os
from botocore.config import Config
version = ${JSON.stringify(version)}
config = Config(signature_version=version) if version else Config()
s3 = boto3.client("s3", endpoint_url=os.environ["ENDPOINT"], config=config)
url = lambda call, seconds=60, **more: s3.generate_presigned_url(call, Params={"Bucket": "urls", "Key": "a b+ä", **more}, ExpiresIn=seconds)
s3.create_bucket(Bucket="urls")
print(json.dumps([url("put_object"), url("get_object", ResponseContentType="text/x"), url("head_object"), url("get_object", 1), url("delete_object")]))
`;
      const env = { ...clientEnv(aws), ENDPOINT: aws.endpoint };
      const [put = "", get = "", head = "", brief = "", remove = ""] = JSON.parse(
        await run(command, ["-"], env, program),
      ) as string[];
      expect(get).toContain(signed);
      expect((await fetch(put, { method: "PUT", body: Buffer.from("by url") })).status).toBe(200);
      const got = await fetch(get);
      expect([got.status, got.headers.get("content-type"), await got.text()]).toEqual([
        200,
        "text/x",
        "by url",
      ]);
      expect((await fetch(head, { method: "HEAD" })).headers.get("content-length")).toBe("6");
      for (const wrong of [
        get.replace("text%2Fx", "text%2Fhtml"),
        get.replace("/urls/", "/urls2/"),
        `${get}&attributes`,
      ])
        expect((await fetch(wrong)).status, wrong).toBe(403);
      expect((await fetch(get, { method: "DELETE" })).status).toBe(403);
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      const late = await fetch(brief);
      expect([late.status, await late.text()]).toEqual([403, expect.stringContaining("expired")]);
      expect((await fetch(remove, { method: "DELETE" })).status).toBe(204);
      expect((await fetch(get)).status).toBe(404);
    },
  );
});
