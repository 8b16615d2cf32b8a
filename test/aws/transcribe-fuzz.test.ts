import { encode } from "cborg";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { serviceModels } from "../../src/aws/model/model.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend } from "../support/sign.ts";

/** `npm run fuzz:aws` tries more. */
const cases = Math.min(Number(process.env["AWS_FUZZ_CASES"] ?? 2_000) / 20, 5_000);

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
  await signAndSend(aws.endpoint, aws.key, { method: "PUT", path: "/talks" });
  await signAndSend(aws.endpoint, aws.key, { method: "PUT", path: "/talks/a.wav", body: "sound" });
});
afterAll(() => aws.close());

const { operations, shapes } = serviceModels.transcribe;
const names = Object.keys(operations);
const members = Object.values(shapes).flatMap((shape) =>
  shape.type === "structure" ? Object.keys(shape.members) : [],
);

/** Something that a member may have: what is right for some, and what is right for none. */
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    fc.constantFrom("en-US", "s3://talks/a.wav", "talks", "a", "", 1, 2, true, false, null),
    fc.jsonValue({ maxDepth: 2 }),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...members), tie("value"), { maxKeys: 4 }),
  ),
})).value;
const valid = {
  TranscriptionJobName: "a",
  VocabularyName: "a",
  LanguageCode: "en-US",
  Media: { MediaFileUri: "s3://talks/a.wav" },
  Phrases: ["b"],
};
const input = fc
  .dictionary(fc.constantFrom(...members), value, { maxKeys: 4 })
  .map((broken) => ({ ...valid, ...broken }));
const bytes = fc.uint8Array({ maxLength: 60 });

it("fails at no request, in JSON or CBOR", { timeout: 300_000 }, async () => {
  const arbitrary = fc.tuple(fc.constantFrom(...names), input, bytes, fc.boolean(), fc.nat(9));
  for (const [operation, fields, junk, isCbor, kind] of fc.sample(arbitrary, {
    numRuns: cases,
    seed: 17,
  })) {
    const whole = isCbor ? encode(fields) : Buffer.from(JSON.stringify(fields));
    const body = kind === 0 ? junk : kind === 1 ? whole.subarray(0, whole.length / 2) : whole;
    const answer = await signAndSend(aws.endpoint, aws.key, {
      method: "POST",
      service: "transcribe",
      path: isCbor ? `/service/Transcribe/operation/${operation}` : "/",
      headers: isCbor
        ? { "smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor" }
        : { "x-amz-target": `Transcribe.${operation}` },
      body,
    });
    const seen = `${operation} ${JSON.stringify(fields)}: ${answer.text}`;
    expect(answer.status, seen).toBeLessThan(500);
    if (answer.status !== 200) expect(answer.headers["x-amzn-errortype"], seen).toBeDefined();
  }
  expect(aws.logged()).not.toContain('"level":"error"');
});
