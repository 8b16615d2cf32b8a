import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend } from "../support/sign.ts";

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.close());

it("takes 500 small objects at the same time, and gives them back", async () => {
  const send = (method: string, path: string, body = "") =>
    signAndSend(aws.endpoint, aws.key, { method, path, body });
  expect((await send("PUT", "/many")).status).toBe(200);
  const names = Array.from({ length: 500 }, (_, number) => `/many/${number}`);
  const put = await Promise.all(names.map((name) => send("PUT", name, `content of ${name}`)));
  expect(put.filter(({ status }) => status !== 200)).toEqual([]);
  const some = names.filter((_, number) => number % 10 === 0);
  const got = await Promise.all(some.map((name) => send("GET", name)));
  expect(got.map(({ text }) => text)).toEqual(some.map((name) => `content of ${name}`));
}, 60_000);
