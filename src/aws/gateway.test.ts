import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signAndSend, type RawRequest } from "../../test/support/sign.ts";
import { createJsonService } from "./json-service.ts";
import { startAwsServer, type AwsServer } from "./server.ts";
import { createSts } from "./sts.ts";

const key = { accessKeyId: "DLSTEST", secretAccessKey: "secret" };
const scopes = ["read"] as const;
const caller = { owner: "anna", scopes, accessKeyId: key.accessKeyId };

let server: AwsServer;
beforeAll(async () => {
  const quiet = { debug() {}, info() {}, error() {} };
  const greeter = createJsonService({
    name: "greeter",
    model: {
      target: "Greeter",
      operations: {
        Greet: { input: "GreetRequest", errors: [] },
        Change: { input: "Nothing", errors: [] },
      },
      errors: {},
      shapes: {
        GreetRequest: { type: "structure", required: ["Word"], members: { Word: "Word" } },
        Word: { type: "string", max: 10 },
        Nothing: { type: "structure", members: {} },
      },
    },
    invalid: "ValidationException",
    operations: {
      Greet: {
        scope: "read",
        run: async ({ input, caller: { owner } }) => ({
          Text: `${String(input["Word"])}, ${owner}`,
        }),
      },
      Change: { scope: "write", run: async () => ({}) },
    },
  });
  server = await startAwsServer({
    host: "127.0.0.1",
    port: 0,
    log: quiet,
    access: {
      signer: async (id) =>
        id === key.accessKeyId ? { caller, secretAccessKey: key.secretAccessKey } : undefined,
    },
    services: [greeter, createSts()],
  });
});
afterAll(() => server.close(100, AbortSignal.timeout(100)));

const send = (raw: Partial<RawRequest> = {}) =>
  signAndSend(`http://127.0.0.1:${server.port}`, key, {
    method: "POST",
    path: "/",
    service: "greeter",
    headers: { "x-amz-target": "Greeter.Greet" },
    body: '{"Word":"Hello"}',
    ...raw,
  });

describe("a service with the protocol JSON 1.1", () => {
  it("answers its operations", async () => {
    const { status, headers, text } = await send();
    expect([status, headers["content-type"]]).toEqual([200, "application/x-amz-json-1.1"]);
    expect(JSON.parse(text)).toEqual({ Text: "Hello, anna" });
  });

  it.each([
    [
      "an operation that it has not",
      { headers: { "x-amz-target": "Greeter.Sing" } },
      400,
      "UnknownOperationException",
    ],
    [
      "one that objects have",
      { headers: { "x-amz-target": "Greeter.toString" } },
      400,
      "UnknownOperationException",
    ],
    [
      "another service's",
      { headers: { "x-amz-target": "Other.Greet" } },
      400,
      "UnknownOperationException",
    ],
    [
      "what the key may not",
      { headers: { "x-amz-target": "Greeter.Change" } },
      400,
      "AccessDeniedException",
    ],
    ["a word that is too long", { body: '{"Word":"Good morning"}' }, 400, "ValidationException"],
    ["a word of another type", { body: '{"Word":1}' }, 400, "SerializationException"],
    ["no JSON", { body: "{" }, 400, "SerializationException"],
    ["JSON that is no object", { body: "[]" }, 400, "SerializationException"],
    ["another body than was signed", { payload: "0".repeat(64) }, 400, "InvalidSignatureException"],
  ] as const)("refuses %s in its own form", async (_, raw, status, code) => {
    const answer = await send(raw);
    expect([answer.status, answer.headers["x-amzn-errortype"]]).toEqual([status, code]);
    expect(JSON.parse(answer.text)).toMatchObject({ __type: code });
  });
});

it.each([
  [{ ...key, secretAccessKey: "wrong" }, "InvalidSignatureException"],
  [{ ...key, accessKeyId: "DLSNOBODY" }, "UnrecognizedClientException"],
])("a service with JSON names a signature's faults as its clients know them", async (by, code) => {
  const raw = { method: "POST", path: "/", service: "greeter", body: "{}" };
  const answer = await signAndSend(`http://127.0.0.1:${server.port}`, by, raw);
  expect([answer.status, answer.headers["x-amzn-errortype"]]).toEqual([400, code]);
});

describe("a service with the query protocol", () => {
  it("answers and refuses in XML", async () => {
    const ask = (body: string) => send({ service: "sts", headers: {}, body });
    const who = await ask("Action=GetCallerIdentity&Version=2011-06-15");
    expect([who.status, who.text]).toEqual([200, expect.stringContaining(":user/anna</Arn>")]);
    const unknown = await ask("Action=AssumeRole");
    expect([unknown.status, unknown.code]).toEqual([400, "InvalidAction"]);
  });
});

it("a service that is not there is NotImplemented", async () => {
  const answer = await send({ service: "ec2" });
  expect(answer.status).toBe(501);
});
