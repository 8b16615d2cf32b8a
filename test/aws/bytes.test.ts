import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readConfig } from "../../src/config/config.ts";
import { createIdSource, newSession } from "../../src/media/ids.ts";
import { sha256Hex } from "../../src/aws/sigv4/canonical.ts";
import { restoreLibrary } from "../../src/runtime/backup.ts";
import { openDailies } from "../../src/runtime/local.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend } from "../support/sign.ts";

let aws: TestAws;
beforeAll(async () => {
  aws = await startAws();
  await send("PUT", "/box");
});
afterAll(() => aws.close());

const send = (method: string, path: string, body = "") =>
  signAndSend(aws.endpoint, aws.key, { method, path, body });

/** How many files hold bytes of a bucket of the store: `other` has what is in clients' buckets, and parts. */
function files(dataDir = aws.dataDir, bucket = "other"): number {
  const folder = join(dataDir, "objects", bucket);
  if (!existsSync(folder)) return 0;
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
    .length;
}

async function begin(key: string): Promise<string> {
  const { text } = await send("POST", `/box/${key}?uploads=`);
  return /<UploadId>(\w+)</.exec(text)?.[1] ?? "";
}

it("bytes go when their object is replaced or deleted, when an upload ends, and when a put is refused", async () => {
  await send("PUT", "/box/a", "first");
  await send("PUT", "/box/a", "second");
  await send("PUT", "/box/b", "other");
  const id = await begin("c");
  for (const body of ["part", "part again"])
    await send("PUT", `/box/c?partNumber=1&uploadId=${id}`, body);
  const headers = { "content-md5": "AAAAAAAAAAAAAAAAAAAAAA==" };
  const raw = { method: "PUT", path: "/box/a", body: "refused", headers };
  expect((await signAndSend(aws.endpoint, aws.key, raw)).code).toBe("BadDigest");
  await aws.withLibrary((library) => library.recover());
  expect(files()).toBe(3); // a, b and the part
  await send("DELETE", "/box/b");
  await send("DELETE", `/box/c?uploadId=${id}`);
  await aws.withLibrary((library) => library.recover());
  expect(files()).toBe(1);
  expect((await send("GET", "/box/a")).text).toBe("second");
});

it("a body that is not the one that was signed leaves no bytes, and what was there stays", async () => {
  await send("PUT", "/box/signed", "right");
  await send("PUT", "/uploads/signed.mp4", "right");
  const id = await begin("parts");
  const part = `/box/parts?partNumber=1&uploadId=${id}`;
  await send("PUT", part, "right");
  await aws.withLibrary((library) => library.recover());
  const stored = (bucket: string) => files(aws.dataDir, bucket);
  const before = [stored("other"), stored("uploads")];

  for (const path of ["/box/signed", "/box/new", "/uploads/signed.mp4", "/uploads/new.mp4", part]) {
    const raw = { method: "PUT", path, body: "wrong", payload: sha256Hex("right") };
    const { code, status } = await signAndSend(aws.endpoint, aws.key, raw);
    expect([status, code]).toEqual([400, "XAmzContentSHA256Mismatch"]);
  }
  expect([stored("other"), stored("uploads")]).toEqual(before);
  expect((await send("GET", "/box/signed")).text).toBe("right");
  expect((await send("GET", "/uploads/signed.mp4")).text).toBe("right");
  const md5 = createHash("md5").update("right").digest("hex");
  expect((await send("GET", `/box/parts?uploadId=${id}`)).text).toContain(md5);
  for (const path of ["/box/new", "/uploads/new.mp4"])
    expect((await send("GET", path)).code).toBe("NoSuchKey");
  await send("DELETE", "/uploads/signed.mp4");
  await send("DELETE", `/box/parts?uploadId=${id}`);
  await aws.withLibrary((library) => library.recover());
});

it("a part whose checksum is of another kind than was announced leaves no bytes", async () => {
  const headers = { "x-amz-checksum-algorithm": "CRC32" };
  const raw = { method: "POST", path: "/box/sums?uploads=", headers };
  const { text } = await signAndSend(aws.endpoint, aws.key, raw);
  const id = /<UploadId>(\w+)</.exec(text)?.[1] ?? "";
  const before = files();
  const sum = createHash("sha256").update("part").digest("base64");
  const part = { method: "PUT", path: `/box/sums?partNumber=1&uploadId=${id}`, body: "part" };
  const wrong = { ...part, headers: { "x-amz-checksum-sha256": sum } };
  expect((await signAndSend(aws.endpoint, aws.key, wrong)).code).toBe("InvalidRequest");
  expect(files()).toBe(before);
});

it("a backup has them, and a restored library gives them", async () => {
  await send("PUT", "/box/kept", "kept");
  const id = await begin("begun");
  await send("PUT", `/box/begun?partNumber=1&uploadId=${id}`, "part");
  const [backup, restored] = [`${aws.dataDir}-backup`, `${aws.dataDir}-restored`];
  await aws.withLibrary((library) => library.backup(backup));
  await restoreLibrary(readConfig({ dataDir: restored }, {}), backup);
  const library = await openDailies(readConfig({ dataDir: restored }, {}));
  const object = await library.buckets.getObject("box", "kept");
  expect(object).toMatchObject({ sizeBytes: 4 });
  const ref = { bucket: "other", key: "box/kept", version: object?.version ?? "" } as const;
  let text = "";
  for await (const chunk of await library.chunks(ref, { start: 0, end: 4 }))
    text += Buffer.from(chunk).toString();
  expect(text).toBe("kept");
  expect(await library.buckets.listParts(id)).toHaveLength(1);
  await library.close();
  expect(files(restored)).toBe(files());
  for (const dir of [backup, restored]) rmSync(dir, { recursive: true });
});

it("a user who owns a bucket is not removed", async () => {
  const key = await aws.keyOf("ada");
  const make = { method: "PUT", path: "/adas-box" };
  expect((await signAndSend(aws.endpoint, key, make)).status).toBe(200);
  const remove = () => aws.withLibrary(({ access }) => access.removeUser("ada"));
  await expect(remove()).rejects.toMatchObject({ code: "invalid_argument" });
  await signAndSend(aws.endpoint, key, { ...make, method: "DELETE" });
  await remove();
});

it("bytes that no record knows are reported, and removed on request, and nothing else", async () => {
  await send("PUT", "/box/known", "known");
  const id = await begin("coming");
  await send("PUT", `/box/coming?partNumber=1&uploadId=${id}`, "part");
  await aws.withLibrary((library) => library.recover());
  const before = files();
  const version = createIdSource(newSession(), () => 0)();
  const shard = createHash("sha256").update(version).digest("hex").slice(0, 2);
  const path = join(aws.dataDir, "objects/other", shard, version);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, "without a record");

  const orphan = { bucket: "other", version, sizeBytes: 16 };
  const reconcile = (remove: boolean) => aws.withLibrary((one) => one.reconcile({ remove }));
  expect((await reconcile(false)).orphans).toEqual([{ ...orphan, removed: false }]);
  expect(files()).toBe(before + 1);
  expect((await reconcile(true)).orphans).toEqual([{ ...orphan, removed: true }]);
  expect((await reconcile(true)).orphans).toEqual([]);
  expect(files()).toBe(before);
  expect((await send("GET", "/box/known")).text).toBe("known");
});
