import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { signedHeaders } from "../test/support/sign.ts";
import {
  atLeast,
  atMost,
  ratios,
  spreadOf,
  type Bench,
  type Findings,
  type Row,
} from "./figure.ts";
import { dailies } from "./measure.ts";
import { memoryOf, startServing, type Serving } from "./serving.ts";

const mega = 1_000_000;
const mebi = 1024 ** 2;
const smallBytes = mebi;
const partBytes = 16 * mebi;
/** So many requests are under way at a time. */
const together = 8;

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly body?: Uint8Array | string;
}
type Ask = (asked: Asked) => Promise<{ sizeBytes: number; text: string; etag: string }>;

/** Sends requests over a few connections. @param headersOf what a request is signed with */
function createAsk(
  port: number,
  headersOf: (asked: Asked) => Record<string, string>,
  connections = together,
) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const ask: Ask = (asked) =>
    new Promise((resolve, reject) => {
      const { method, path, body = "" } = asked;
      const length = { "content-length": String(Buffer.byteLength(body)) };
      const headers = { ...length, ...headersOf(asked) };
      const outgoing = request(
        { agent, host: "127.0.0.1", port, method, path, headers },
        (incoming) => {
          let [sizeBytes, text] = [0, ""];
          incoming.on("data", (piece: Buffer) => {
            sizeBytes += piece.length;
            if (sizeBytes < 10_000) text += piece.toString("latin1");
          });
          incoming.on("error", reject);
          incoming.on("end", () => {
            if ((incoming.statusCode ?? 500) < 300)
              resolve({ sizeBytes, text, etag: incoming.headers.etag ?? "" });
            else reject(new Error(`${method} ${path}: ${incoming.statusCode} ${text}`));
          });
        },
      );
      outgoing.on("error", reject);
      outgoing.end(body);
    });
  return { ask, close: () => agent.destroy() };
}

/** Does `count` things, some at a time. Returns the seconds that they took. */
async function timed(
  count: number,
  atOnce: number,
  one: (index: number) => Promise<unknown>,
): Promise<number> {
  const startedAt = performance.now();
  let next = 0;
  const go = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await one(index);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, go));
  return (performance.now() - startedAt) / 1_000;
}

/** A minimal Node server: a PUT goes into a file, a GET comes out of one; it hashes and checks nothing. */
async function bareServer(folder: string, durable: boolean) {
  const fileOf = (url: string) => join(folder, `bare-${encodeURIComponent(url)}`);
  const server = createServer(async (incoming, outgoing) => {
    const file = fileOf(incoming.url ?? "");
    if (incoming.method === "PUT") {
      await pipeline(incoming, createWriteStream(file, { flush: durable }));
      outgoing.end();
    } else if (incoming.method === "DELETE") {
      await rm(file, { force: true });
      outgoing.end();
    } else await pipeline(createReadStream(file), outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { ...createAsk(port, () => ({})), server };
}

/** Small objects: megabytes a second, put and got. */
async function small(ask: Ask, count: number) {
  const body = randomBytes(smallBytes);
  const total = (count * smallBytes) / mega;
  const put = await timed(count, together, (index) => {
    body.writeUInt32LE(index, 0);
    return ask({ method: "PUT", path: `/bench/${index}`, body: Buffer.from(body) });
  });
  const get = await timed(count, together, async (index) => {
    const { sizeBytes } = await ask({ method: "GET", path: `/bench/${index}` });
    if (sizeBytes !== smallBytes) throw new Error("an object is not whole");
  });
  await timed(count, together, (index) => ask({ method: "DELETE", path: `/bench/${index}` }));
  return { put: total / put, get: total / get };
}

/** One large object in parts: megabytes a second from the first part to the answer that it is whole, and back. */
async function large(ask: Ask, sizeBytes: number) {
  const body = randomBytes(partBytes);
  const startedAt = performance.now();
  const begun = await ask({ method: "POST", path: "/bench/large?uploads=" });
  const [, id = ""] = /<UploadId>(.*?)<\/UploadId>/.exec(begun.text) ?? [];
  const count = sizeBytes / partBytes;
  const etags: string[] = [];
  await timed(count, 4, async (index) => {
    const path = `/bench/large?partNumber=${index + 1}&uploadId=${id}`;
    etags[index] = (await ask({ method: "PUT", path, body })).etag;
  });
  const parts = etags.map(
    (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  );
  const document = `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
  await ask({ method: "POST", path: `/bench/large?uploadId=${id}`, body: document });
  const put = (performance.now() - startedAt) / 1_000;
  const get = await timed(1, 1, async () => {
    const found = await ask({ method: "GET", path: "/bench/large" });
    if (found.sizeBytes !== sizeBytes) throw new Error("the object is not whole");
  });
  await ask({ method: "DELETE", path: "/bench/large" });
  return { put: sizeBytes / mega / put, get: sizeBytes / mega / get };
}

/** A service with a key, and requests that are signed with it. */
async function startWire(bench: Bench) {
  const dataDir = join(bench.folder, "library");
  const args = ["keys", "create", "bench", "--json", "--data-dir", dataDir];
  const key = JSON.parse(execFileSync(dailies, args, { encoding: "utf8" })) as {
    accessKeyId: string;
    secretAccessKey: string;
  };
  const serving: Serving = await startServing(dataDir, ["--aws-port", "0"]);
  const port = serving.awsPort ?? 0;
  const sign = (asked: Asked) =>
    signedHeaders(`http://127.0.0.1:${port}`, key, { ...asked, payload: "UNSIGNED-PAYLOAD" });
  return { serving, port, sign };
}

export async function wireFigure(bench: Bench): Promise<Findings> {
  const { serving, port, sign } = await startWire(bench);
  const count = bench.quick ? 40 : 500;
  const largeBytes = (bench.quick ? 2 : bench.full ? 320 : 64) * partBytes;
  const ours = createAsk(port, sign);
  const bare = await bareServer(bench.folder, false);
  const durable = await bareServer(bench.folder, true);
  const speeds = { ours: [], bare: [], durable: [], large: [] } as Record<
    string,
    { put: number; get: number }[]
  >;
  await ours.ask({ method: "PUT", path: "/bench" });
  for (let round = 0; round < Math.min(bench.rounds, 3); round += 1) {
    bench.note(
      `${count} objects of a mebibyte, then one of ${largeBytes / mebi}, round ${round + 1}`,
    );
    speeds["bare"]?.push(await small(bare.ask, count));
    speeds["durable"]?.push(await small(durable.ask, count));
    speeds["ours"]?.push(await small(ours.ask, count));
    speeds["large"]?.push(await large(ours.ask, largeBytes));
  }
  const crowd = createAsk(port, sign, 500);
  const crowdSeconds = await timed(500, 500, (index) =>
    crowd.ask({ method: "PUT", path: `/bench/crowd/${index}`, body: `object ${index}` }),
  );
  const peak = memoryOf(serving.pid, "VmHWM") / mega;
  for (const one of [ours, crowd, bare, durable]) one.close();
  for (const { server } of [bare, durable]) server.close();
  await serving.stop();
  const of = (name: string, way: "put" | "get") => (speeds[name] ?? []).map((one) => one[way]);
  const speed = (what: string, name: string, way: "put" | "get"): Row => ({
    what: `${what}, megabytes`,
    unit: "/s",
    measured: spreadOf(of(name, way)),
  });
  const share = (what: string, way: "put" | "get", name: string): Row => ({
    what,
    unit: "×",
    measured: ratios(of("ours", way), of(name, way)),
    target: atLeast(0.7),
  });
  return {
    rows: [
      speed("put", "ours", "put"),
      share("put, share of a bare node server that waits for the disk", "put", "durable"),
      share("put, share of a bare node server", "put", "bare"),
      speed("get", "ours", "get"),
      share("get, share of a bare node server", "get", "bare"),
      speed(`put of ${largeBytes / mebi} MiB in parts`, "large", "put"),
      speed(`get of ${largeBytes / mebi} MiB`, "large", "get"),
      {
        what: "500 small puts at once, all answered",
        unit: "s",
        measured: spreadOf([crowdSeconds]),
      },
      {
        what: "peak memory of the server",
        unit: "MB",
        measured: spreadOf([peak]),
        target: atMost(200),
      },
    ],
    remarks: [
      `${count} objects of 1 MiB are put, got and deleted by ${together} requests at a time, signed with Signature ` +
        "Version 4 and UNSIGNED-PAYLOAD. Each put is hashed (MD5 and SHA-256), durable and recorded when it is " +
        "answered. The large object has parts of 16 MiB, four at a time; joining them is part of the time.",
      "The bare node server, in the client's process, pipes the request to a file of its own and a file to the " +
        "answer. It neither signs, hashes nor records.",
    ],
  };
}
