import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Upload } from "tus-js-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createApi } from "../src/api/app.ts";
import type { Scope } from "../src/api/environment.ts";
import { startServer, type ApiServer } from "../src/api/server.ts";
import { createUploads, type Uploads } from "../src/api/uploads.ts";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { openDailies } from "../src/runtime/local.ts";
import { dailiesCommand, start, until, type Running } from "./support/command.ts";
import { lookAt } from "./support/library.ts";
import { passedBytes } from "./support/passed-bytes.ts";

/** Resumable uploads with the published client and the real server. */

const sha256 = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const signal = new AbortController().signal;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-uploads-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Sending {
  readonly client: Upload;
  readonly done: Promise<void>;
}

/** Uploads bytes under a name. `onSent` is called for each part that the server has received. */
function send(
  url: string,
  bytes: Buffer,
  options: {
    name: string;
    uploadUrl?: string;
    chunkSize?: number;
    onSent?: (sent: number) => void;
  },
): Sending {
  const { name, uploadUrl, chunkSize = 256 * 1024, onSent } = options;
  const { promise: done, resolve, reject } = Promise.withResolvers<void>();
  const client = new Upload(bytes, {
    endpoint: `${url}/v1/uploads`,
    metadata: { filename: name, filetype: "video/mp4" },
    chunkSize,
    retryDelays: null,
    ...(uploadUrl === undefined ? {} : { uploadUrl }),
    onSuccess: () => resolve(),
    onError: reject,
    onChunkComplete: (_size, sent) => onSent?.(sent),
  });
  client.start();
  return { client, done };
}

describe("uploads to a server that is killed", () => {
  let library: string;
  let server: Running | undefined;
  let port = 0;
  const serve = async (): Promise<string> => {
    const command = [...dailiesCommand, "serve", "--json", "--port", String(port)];
    server = start([...command, "--data-dir", library]);
    const running = server;
    await until("listening", () => running.said().includes("}"));
    const { url, port: taken } = JSON.parse(running.said()) as { url: string; port: number };
    port = taken;
    return url;
  };
  const stop = async (how: NodeJS.Signals): Promise<void> => {
    server?.child.kill(how);
    await server?.ended;
    server = undefined;
  };
  beforeAll(() => {
    library = join(folder, "killed");
  });
  afterEach(() => stop("SIGKILL"));

  it("resume where they were and arrive complete", async () => {
    const bytes = randomBytes(3_000_000);
    const half = Promise.withResolvers<void>();
    const broken = send(await serve(), bytes, {
      name: "a/killed.mp4",
      onSent: (sent) => void (sent >= 1_000_000 && half.resolve()),
    });
    broken.done.catch(() => {});
    await half.promise;
    await stop("SIGKILL");
    const uploadUrl = broken.client.url ?? "";
    await broken.client.abort();
    const url = await serve();
    const head = await fetch(uploadUrl, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
    expect(Number(head.headers.get("upload-offset"))).toBeGreaterThanOrEqual(1_000_000);
    await send(url, bytes, { name: "a/killed.mp4", uploadUrl }).done;
    const found = (await (await fetch(`${url}/v1/media/a%2Fkilled.mp4`)).json()) as object;
    expect(JSON.stringify(found)).toContain(sha256(bytes));
    await stop("SIGTERM");
    expect(lookAt(library)).toMatchObject({ orphans: [], missing: [], integrity: "ok" });
  });

  it("that were complete but not recorded are taken in by the next start", async () => {
    const bytes = randomBytes(100_000);
    const id = randomBytes(16).toString("hex");
    const info = {
      id,
      size: bytes.byteLength,
      offset: 0,
      metadata: { filename: "late.mp4", owner: "local" },
      creation_date: new Date().toISOString(),
      storage: { type: "file", path: "" },
    };
    writeFileSync(join(library, "incoming", id), bytes);
    writeFileSync(join(library, "incoming", `${id}.json`), JSON.stringify(info));
    const url = await serve();
    let status = 0;
    for (let tries = 0; status !== 200 && tries < 50; tries += 1) {
      await sleep(50);
      status = (await fetch(`${url}/v1/media/late.mp4`)).status;
    }
    expect(status).toBe(200);
    await stop("SIGTERM");
    expect(lookAt(library)).toMatchObject({ orphans: [], missing: [] });
    expect(readdirSync(join(library, "incoming"))).not.toContain(id);
  });
});

describe("uploads", () => {
  let dailies: LocalLibrary;
  let uploads: Uploads;
  let server: ApiServer;
  let url: string;
  let who: { owner: string; scopes: Scope[] } | undefined;
  /** The bytes that must stay free on the disk. */
  let floor = 1;
  const said: string[] = [];
  const log = Object.fromEntries(
    ["debug", "info", "warn", "error"].map((level) => [
      level,
      (_fields: object, message: string) => void said.push(message),
    ]),
  ) as never;

  const open = (expireMs: number): Promise<Uploads> =>
    createUploads({
      dailies,
      log,
      dir: join(folder, "lib", "incoming"),
      maxBytes: 5_000_000,
      expireMs,
    });

  beforeAll(async () => {
    const config = readConfig({ dataDir: join(folder, "lib") });
    const limits = {
      ...config.limits,
      maxUploadBytes: 100_000_000,
      get minFreeBytes() {
        return floor;
      },
    };
    dailies = await openDailies({ ...config, limits });
    uploads = await open(3_600_000);
    const security = [
      async (c: { set: (key: "caller", value: typeof who) => void }, next: () => Promise<void>) => {
        c.set("caller", who);
        await next();
      },
    ] as never;
    const app = createApi({ dailies, log, uploads, security });
    server = await startServer({ app, host: "127.0.0.1", port: 0 });
    url = `http://127.0.0.1:${server.port}`;
  });
  afterAll(async () => {
    await server.close(0, signal);
    await dailies.close();
  });
  const as = (owner: string, ...scopes: Scope[]) => void (who = { owner, scopes });
  const ask = (path: string, method: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, `${url}/v1/uploads/`), {
      method,
      headers: { "tus-resumable": "1.0.0", ...headers },
    });
  const named = (name: string) => `filename ${Buffer.from(name).toString("base64")}`;
  const create = (name: string, length = 10) =>
    ask("../uploads", "POST", { "upload-length": String(length), "upload-metadata": named(name) });

  it("arrive complete when interrupted and resumed, two at once", async () => {
    as("anna", "write");
    const [one, two] = [randomBytes(2_000_000), randomBytes(1_500_000)];
    const half = Promise.withResolvers<void>();
    const first = send(url, one, {
      name: "one.mp4",
      onSent: (sent) => void (sent >= 1_000_000 && half.resolve()),
    });
    first.done.catch(() => {});
    const second = send(url, two, { name: "two.mp4" });
    await half.promise;
    await first.client.abort();
    await second.done;
    const uploadUrl = first.client.url ?? "";
    await send(url, one, { name: "one.mp4", uploadUrl }).done;
    for (const [name, bytes] of [
      ["one.mp4", one],
      ["two.mp4", two],
    ] as const)
      expect((await dailies.show(name)).media).toMatchObject({
        sha256: sha256(bytes),
        owner: "anna",
        sizeBytes: bytes.byteLength,
      });
    // a client that missed the last answer learns that the upload is complete
    const head = await fetch(uploadUrl, { method: "HEAD", headers: { "tus-resumable": "1.0.0" } });
    expect(head.headers.get("upload-offset")).toBe("2000000");
  });

  it.runIf(process.platform === "linux")(
    "become objects at their last byte, and are not read or written again for it",
    async () => {
      as("anna", "write");
      const bytes = randomBytes(4_000_000);
      const created = await create("fast.mp4", bytes.byteLength);
      const address = new URL(created.headers.get("location") ?? "", url);
      const headers = {
        "tus-resumable": "1.0.0",
        "content-type": "application/offset+octet-stream",
      };
      const all = bytes.byteLength - 1;
      const patch = (offset: number, body: Uint8Array) =>
        fetch(address, {
          method: "PATCH",
          headers: { ...headers, "upload-offset": String(offset) },
          body: Buffer.from(body),
        });
      const before = passedBytes();
      expect((await patch(0, bytes.subarray(0, all))).status).toBe(204);
      // what was sent was read and written: the figures would show it if it were again
      expect(passedBytes() - before).toBeGreaterThan(bytes.byteLength);
      const beforeLast = passedBytes();
      const startedAt = performance.now();
      expect((await patch(all, bytes.subarray(all))).status).toBe(204);
      const elapsedMs = performance.now() - startedAt;
      expect(passedBytes() - beforeLast).toBeLessThan(bytes.byteLength / 2);
      console.log(`last byte to object.created: ${elapsedMs.toFixed(1)} ms`);
      const [event] = (await dailies.logs("fast.mp4")).events;
      expect(event?.event.type).toBe("object.created");
    },
  );

  it("can be terminated, and only by their owner", async () => {
    as("anna", "write");
    const location = (await create("gone.mp4")).headers.get("location") ?? "";
    as("berta", "write");
    for (const method of ["HEAD", "DELETE"])
      expect((await ask(location, method)).status, method).toBe(404);
    as("anna", "write");
    expect((await ask(location, "HEAD")).status).toBe(200);
    expect((await ask(location, "DELETE")).status).toBe(204);
    expect((await ask(location, "HEAD")).status).toBe(404);
  });

  it("that are invalid are refused before a byte is sent", async () => {
    as("anna", "write");
    expect((await create("large.mp4", 5_000_001)).status).toBe(413);
    expect((await create("../up.mp4")).status).toBe(400);
    expect((await create("a\0b.mp4")).status).toBe(400);
    const noName = await ask("../uploads", "POST", { "upload-length": "1" });
    expect(noName.status).toBe(400);
    expect(noName.headers.get("content-type")).toBe("application/problem+json");
    expect(await noName.json()).toMatchObject({ code: "invalid_name" });
    as("berta", "write");
    expect(await (await create("one.mp4")).json()).toMatchObject({
      status: 403,
      code: "not_yours",
    });
    as("berta", "read");
    expect((await create("x.mp4")).status).toBe(403);
    who = undefined;
    expect((await create("x.mp4")).status).toBe(401);
    as("berta", "write");
    for (const path of ["..%2f..%2fdailies.db", "%00", "dailies.db", "x".repeat(3_000)])
      expect((await ask(path, "HEAD")).status, path).toBe(404);
    const got = await ask("anything", "GET");
    expect(got.status).toBe(405);
    expect(got.headers.get("access-control-allow-origin")).toBeNull();
  });

  /** Makes a complete upload, as a process leaves it that ends before it records the upload. */
  const leave = (dir: string, name: string, bytes: Buffer): string => {
    const id = randomBytes(16).toString("hex");
    const info = {
      id,
      size: bytes.byteLength,
      offset: 0,
      metadata: { filename: name, owner: "anna" },
      creation_date: new Date().toISOString(),
      storage: { type: "file", path: "" },
    };
    writeFileSync(join(dir, id), bytes);
    writeFileSync(join(dir, `${id}.json`), JSON.stringify(info));
    return id;
  };

  it("are cut off when the disk gets too full, but complete ones are taken in", async () => {
    as("anna", "write");
    const dir = join(folder, "lib", "incoming");
    const created = await create("full.mp4", 200_000);
    const address = new URL(created.headers.get("location") ?? "", url);
    const patch = (offset: number, body: Buffer) =>
      fetch(address, {
        method: "PATCH",
        headers: {
          "tus-resumable": "1.0.0",
          "content-type": "application/offset+octet-stream",
          "upload-offset": String(offset),
        },
        body: new Uint8Array(body),
      });
    expect((await patch(0, randomBytes(100_000))).status).toBe(204);
    floor = Number.MAX_SAFE_INTEGER;
    try {
      const refused = await patch(100_000, randomBytes(100_000));
      expect([refused.status, await refused.json()]).toMatchObject([507, { code: "disk_full" }]);
      expect((await create("more.mp4")).status).toBe(507);
      leave(dir, "whole.mp4", randomBytes(1_000));
      expect(await uploads.tidy(AbortSignal.abort())).toMatchObject({ recorded: 0 });
      expect(await uploads.tidy()).toMatchObject({ recorded: 1 });
      expect((await dailies.show("whole.mp4")).media.sizeBytes).toBe(1_000);
    } finally {
      floor = 1;
    }
    expect((await patch(100_000, randomBytes(100_000))).status).toBe(204);
    expect((await dailies.show("full.mp4")).media.sizeBytes).toBe(200_000);
  });

  it("in one request are also cut off", async () => {
    let sent = 0;
    async function* endless() {
      for (;;) {
        sent += 1;
        if (sent === 20) floor = Number.MAX_SAFE_INTEGER;
        yield new Uint8Array(1_000_000);
      }
    }
    try {
      const putting = dailies.put(endless(), { name: "stream.mp4" });
      await expect(putting).rejects.toMatchObject({ code: "disk_full" });
      expect(sent).toBeLessThan(40);
    } finally {
      floor = 1;
    }
  });

  it("are taken in by the next start when the service ends meanwhile", async () => {
    const dir = join(folder, "lib", "incoming");
    const stop = new AbortController();
    const ending = await createUploads({
      dailies: {
        ...dailies,
        putUpload: (path, given) => {
          stop.abort();
          return dailies.putUpload(path, given);
        },
      },
      log,
      dir,
      maxBytes: 5_000_000,
      signal: stop.signal,
    });
    leave(dir, "ended.mp4", randomBytes(1_000));
    expect(await ending.tidy()).toEqual({ recorded: 0, expired: 0 });
    await ending.idle();
    expect(await uploads.tidy()).toMatchObject({ recorded: 1 });
  });

  it("that are complete but cannot be taken in are removed after a time", async () => {
    const dataDir = join(folder, "broken");
    const broken = await openDailies(readConfig({ dataDir }));
    const dir = join(dataDir, "incoming");
    const options = { dailies: broken, log, dir, maxBytes: 1_000_000 };
    const patient = await createUploads(options);
    const impatient = await createUploads({ ...options, expireMs: 1 });
    writeFileSync(join(dataDir, "objects"), "no folder");
    const id = leave(dir, "x.mp4", randomBytes(1_000));
    await sleep(5);
    expect(await patient.tidy()).toEqual({ recorded: 0, expired: 0 });
    expect(readdirSync(dir)).toContain(id);
    expect(await impatient.tidy()).toEqual({ recorded: 0, expired: 1 });
    expect(readdirSync(dir)).toEqual([]);
    await broken.close();
  });

  it("that are not continued expire", async () => {
    as("anna", "write");
    const location = (await create("slow.mp4")).headers.get("location") ?? "";
    expect((await uploads.tidy()).expired).toBe(0);
    const impatient = await open(1);
    await sleep(5);
    expect((await impatient.tidy()).expired).toBeGreaterThanOrEqual(1);
    expect((await ask(location, "HEAD")).status).toBe(404);
  });
});
