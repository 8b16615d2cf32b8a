import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend } from "../support/sign.ts";

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
});
afterAll(() => aws.close());

const send = async (method: string, path: string, body = "") => {
  const answer = await signAndSend(aws.endpoint, aws.key, { method, path, body });
  expect(answer.status, `${method} ${path}`).toBe(200);
  return answer.text;
};

/** The files of clients' bytes, by what is in them. */
function fileOf(version: string): string {
  const other = join(aws.dataDir, "objects", "other");
  const found = readdirSync(other, { recursive: true, encoding: "utf8" });
  return join(other, found.find((path) => path.endsWith(version)) ?? "missing");
}

it("finds what was lost or damaged in clients' buckets, parts of uploads included", async () => {
  await send("PUT", "/box");
  for (const name of ["kept", "lost", "changed", "shorter"])
    await send("PUT", `/box/${name}`, name);
  const upload = await send("POST", "/box/large?uploads=");
  const [, id = ""] = /<UploadId>(.+)<\/UploadId>/.exec(upload) ?? [];
  await send("PUT", `/box/large?partNumber=1&uploadId=${id}`, "a part");
  const versionsOf = (key: string) =>
    aws.withLibrary(async ({ buckets }) => {
      const all = await buckets.recordedFrom("", 100);
      return all.filter((one) => one.key === `box/${key}`).map(({ version }) => version);
    });
  const file = async (key: string) => fileOf((await versionsOf(key))[0] ?? "");
  rmSync(await file("lost"));
  rmSync(await file("large"));
  writeFileSync(await file("changed"), "CHANGED");
  writeFileSync(await file("shorter"), "short");
  const look = (verify: boolean) =>
    aws.withLibrary(async (library) => {
      const { lost, lostCount, objects, orphanCount } = await library.reconcile({ verify });
      const found = lost.map(({ key, found: how, repair }) => `${key} ${how} ${repair}`);
      return { found: found.toSorted(), lostCount, objects, orphanCount };
    });
  const gone = [
    "box/large missing source_lost",
    "box/lost missing source_lost",
    "box/shorter damaged source_lost",
  ];
  expect(await look(false)).toEqual({ found: gone, lostCount: 3, objects: 5, orphanCount: 0 });
  expect((await look(true)).found).toEqual(["box/changed damaged source_lost", ...gone]);
  // what a client puts in again is whole again
  await send("PUT", "/box/lost", "lost");
  expect((await look(false)).found).not.toContain("box/lost missing source_lost");
});
