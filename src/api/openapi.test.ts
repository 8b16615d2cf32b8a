import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { operations } from "./operations.ts";
import { startApi, type StartedApi } from "./server.fixture.ts";

interface Described {
  readonly paths: Record<string, Record<string, DescribedOperation>>;
}
interface DescribedOperation {
  readonly operationId: string;
  readonly security?: readonly Record<string, readonly string[]>[];
  readonly responses: Record<string, { readonly content?: Record<string, { schema: object }> }>;
}

let api: StartedApi;
let description: Described;
const poster = Buffer.from("a poster");
beforeAll(async () => {
  api = await startApi();
  description = (await (await fetch(`${api.url}/v1/openapi.json`)).json()) as Described;
  await api.add("a/dog.jpg", { labels: ["Dog"], poster });
  await api.add("a/talk.mp4", { type: "video", labels: ["Person"], spoken: true, poster });
});
afterAll(() => api.close());

const all = (): { path: string; method: string; operation: DescribedOperation }[] =>
  Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

describe("the OpenAPI description", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate({ ...description });
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  // what `redocly lint` and openapi-typescript ask for beyond that; both were run on it by hand
  it("is one that generators take", () => {
    for (const { path, operation } of all()) {
      expect(path, "no slash at the end").not.toMatch(/.\/$/);
      expect(operation.security, `${path} says who may`).toBeDefined();
      expect(Object.keys(operation.responses).some((status) => status.startsWith("4"))).toBe(true);
    }
    const ids = all().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("has every operation of the table, with the scope it needs", () => {
    const described = new Map(all().map(({ operation }) => [operation.operationId, operation]));
    for (const [id, { scope, ...rest }] of Object.entries(operations))
      expect(described.get(id)?.security, id).toEqual(
        scope === "none" ? [] : [{ key: [scope, ...("alsoNeeds" in rest ? ["read"] : [])] }],
      );
  });

  const talk = "/v1/media/a%2Ftalk.mp4";
  it.each([
    ["GET", "/api", "/api/", 200],
    ["GET", "/api", "/api", 200],
    ["GET", "/api/{name}", "/api/a/dog.jpg", 200],
    ["GET", "/api/{name}", "/api/none.jpg", 404],
    ["GET", "/v1/media", "/v1/media?limit=1", 200],
    ["GET", "/v1/media", "/v1/media?limit=x", 400],
    ["GET", "/v1/media/{name}", talk, 200],
    ["GET", "/v1/media/{name}", "/v1/media/none", 404],
    ["GET", "/v1/media/{name}/renditions", `${talk}/renditions`, 200],
    ["GET", "/v1/media/{name}/renditions/{rendition}", `${talk}/renditions/web`, 404],
    ["GET", "/v1/media/{name}/outputs/{kind}", `${talk}/outputs/transcribe`, 200],
    ["GET", "/v1/media/{name}/outputs/{kind}", `${talk}/outputs/none`, 400],
    ["GET", "/v1/outputs/{key}", "/v1/outputs/output/transcribe/a/talk.json", 200],
    ["GET", "/v1/outputs/{key}", "/v1/outputs/output/web/a/talk.mp4", 404],
    ["GET", "/v1/media/{name}/transcript", `${talk}/transcript`, 200],
    ["GET", "/v1/media/{name}/transcript.{format}", `${talk}/transcript.json`, 200],
    ["GET", "/v1/media/{name}/history", `${talk}/history`, 200],
    ["GET", "/v1/users/{user}/media", "/v1/users/local/media", 200],
    ["PUT", "/v1/objects/{key}", "/v1/objects/new.bin", 201],
    ["PUT", "/v1/objects/{key}", "/v1/objects/new.bin", 200],
    ["GET", "/v1/media/{name}/jobs", "/v1/media/new.bin/jobs", 200],
    ["GET", "/v1/jobs", "/v1/jobs?limit=1", 200],
    ["POST", "/v1/media/{name}/retry", `${talk}/retry`, 202],
    ["POST", "/v1/media/{name}/reprocess", `${talk}/reprocess`, 202],
    ["POST", "/v1/media/{name}/cancel", "/v1/media/new.bin/cancel", 200],
    ["GET", "/v1/search", "/v1/search?q=times", 200],
    ["GET", "/v1/metadata/{JsonFile}", "/v1/metadata/output/transcribe/a/talk.json", 200],
    ["GET", "/healthz", "/healthz", 200],
    ["GET", "/readyz", "/readyz", 200],
  ])("%s %s is answered as described: %s, %i", async (method, path, asked, status) => {
    const body = method === "PUT" ? { body: "bytes" } : {};
    const answer = await fetch(api.url + asked, { method, ...body });
    expect(answer.status, await answer.clone().text()).toBe(status);
    const type = (answer.headers.get("content-type") ?? "").split(";")[0] ?? "";
    const operation = description.paths[path]?.[method.toLowerCase()];
    const content = operation?.responses[status]?.content ?? {};
    expect(Object.keys(content)).toContain(type);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(description, "api");
    const pointer = [
      "paths",
      path,
      method.toLowerCase(),
      "responses",
      String(status),
      "content",
      type,
    ]
      .map((part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1")))
      .join("/");
    const validate = ajv.compile({ $ref: `api#/${pointer}/schema` });
    const answered: unknown = await answer.json();
    expect(validate(answered), JSON.stringify(validate.errors)).toBe(true);
  });
});
