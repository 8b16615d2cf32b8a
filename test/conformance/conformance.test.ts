import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApi, type StartedApi } from "../../src/api/server.fixture.ts";
import { httpRules } from "./http.table.ts";
import { tusRules } from "./tus.table.ts";

/** Every row of the tables in docs/http.md and docs/tus.md. */

let api: StartedApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

describe.each([
  ["RFC 9110 and its relatives", httpRules],
  ["tus 1.0.0", tusRules],
])("%s", (_name, rules) => {
  it.each(rules.map((rule) => [rule.section, rule.says, rule] as const))(
    "%s: %s",
    async (_section, _says, rule) => {
      await expect(rule.check(api)).resolves.toBeUndefined();
    },
  );
});

it("the example of docs/api.md uploads as it stands, also under a long name", async () => {
  const text = readFileSync(new URL("../../docs/api.md", import.meta.url), "utf8");
  const [, creating = "", sending = ""] =
    /```\n(curl -i -X POST[^`]*?)\n(curl -i -X PATCH[^`]*?)\n```/.exec(text) ?? [];
  const name = `${"a long folder/".repeat(10)}${"é".repeat(100)} long name.mp4`;
  const sh = async (script: string): Promise<string> => {
    const here = script.replaceAll("127.0.0.1:4700", `127.0.0.1:${api.port}`);
    return (await promisify(execFile)("sh", ["-c", here], { cwd: api.folder })).stdout;
  };
  const created = await sh(creating.replace("a/talk.mp4", name));
  const [, id = ""] = /location: \/v1\/uploads\/(\w+)/i.exec(created) ?? [];
  expect(created).toContain("201 Created");
  writeFileSync(join(api.folder, "part"), "12345");
  expect(await sh(sending.replace("/ID", `/${id}`))).toContain("204 No Content");
  expect((await api.dailies.show(name)).media.sizeBytes).toBe(5);
});
