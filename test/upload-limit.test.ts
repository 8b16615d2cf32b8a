import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { filesBelow, withCatalog } from "./support/library.ts";
import { makeLibrary, startService, type TestService } from "./support/service.ts";

let dataDir: string;
let service: TestService;
beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "dailies-limit-"));
  writeFileSync(
    join(dataDir, "config.json"),
    JSON.stringify({ limits: { maxUploadBytes: 100_000 } }),
  );
  await makeLibrary(dataDir, []);
  service = await startService(dataDir);
});
afterAll(async () => {
  await service.stop();
  rmSync(dataDir, { recursive: true });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield Buffer.alloc(10_000, 1);
}

it("refuses an upload over the limit, with or without a stated length, and keeps no part of it", async () => {
  const url = `${service.url}/v1/objects/large.mp4`;
  const said = await fetch(url, { method: "PUT", body: Buffer.alloc(100_001, 1) });
  expect(said.status).toBe(413);
  expect(await said.json()).toMatchObject({ code: "too_large" });
  const answer = await fetch(url, { method: "PUT", body: endless(), duplex: "half" }).catch(
    () => undefined, // the connection may be cut before the answer is read
  );
  expect([undefined, 413]).toContain(answer?.status);
  const exact = await fetch(url, { method: "PUT", body: Buffer.alloc(100_000, 1) });
  expect(exact.status).toBe(201);
  expect(withCatalog(dataDir, (all) => all("SELECT size_bytes FROM media"))).toEqual(["100000"]);
  expect(filesBelow(join(dataDir, "objects"))).toHaveLength(1);
});
