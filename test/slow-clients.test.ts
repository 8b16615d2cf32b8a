import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startServing, stopServing, type Serving } from "./support/serving.ts";

/**
 * Clients that try to hold connections or memory, or to use another user's rights. `npm run slow-clients` has more of
 * them.
 */
const isWhole = process.env["SLOW_CLIENTS"] === "whole";
const slowOnes = isWhole ? 700 : 300;
const stalledOnes = isWhole ? 200 : 40;

let folder: string;
let serving: Serving;
const sockets: Socket[] = [];
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "dailies-slow-"));
  mkdirSync(join(folder, "data"));
  const limits = { maxUploadBytes: 200 * 1024 * 1024 };
  writeFileSync(join(folder, "data/config.json"), JSON.stringify({ limits }));
  // started through the launcher, which sets the memory options
  const launcher = fileURLToPath(new URL("../bin/dailies", import.meta.url));
  serving = await startServing(join(folder, "data"), [], [launcher]);
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await pause(200);
});
afterAll(async () => {
  await stopServing(serving);
  rmSync(folder, { recursive: true, maxRetries: 5 });
});

function open(): Socket {
  const socket = connect({ port: serving.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

/** The text that a connection receives until it is closed. */
function answerOf(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (data) => (text += data.toString()));
  return new Promise((resolve) => {
    socket.once("end", () => resolve(text));
    socket.once("close", () => resolve(text));
  });
}

const residentMb = (): number => {
  const status = readFileSync(`/proc/${serving.child.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
};

const put = (name: string, length: number): string =>
  `PUT /v1/objects/${name} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ${length}\r\n\r\n`;

describe(`${slowOnes} clients that send very slowly`, () => {
  it.each([
    ["headers", (index: number) => `GET /healthz?${index} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Drip: `],
    ["a body", (index: number) => put(`drip-${index}.mp4`, 1_000_000)],
  ])("%s leave others an answer within a second", async (what, begin) => {
    const drip = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write("x");
    }, 1_000);
    try {
      for (let index = 0; index < slowOnes; index += 1) {
        open().write(begin(index));
        if (index % 50 === 49) await pause(20);
      }
      await pause(isWhole ? 3_000 : 1_000); // all clients are connected and send slowly
      for (let round = 0; round < (isWhole ? 5 : 2); round += 1) {
        await pause(1_000);
        const startedAt = performance.now();
        const answer = await fetch(`${serving.url}/healthz`, { headers: { connection: "close" } });
        expect(answer.status).toBe(200);
        const elapsedMs = performance.now() - startedAt;
        console.info(
          `${slowOnes} clients drip ${what}: /healthz answered in ${Math.round(elapsedMs)} ms`,
        );
        expect(elapsedMs).toBeLessThan(1_000);
      }
    } finally {
      clearInterval(drip);
    }
  });
});

it("a refused client that keeps its side of the connection open is disconnected", async () => {
  const socket = open();
  const said = answerOf(socket);
  socket.write("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n");
  expect(await said).toMatch(/^HTTP\/1\.1 400 /);
  const closed = new Promise<true>((resolve) => socket.once("close", () => resolve(true)));
  const writing = setInterval(() => socket.write("more"), 50);
  expect(await Promise.race([closed, pause(5_000)])).toBe(true);
  clearInterval(writing);
});

it(`the memory of ${stalledOnes} stalled PUTs is returned`, async () => {
  const piece = Buffer.alloc(1024 * 1024, "stalled!");
  const stall = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      const socket = open();
      socket.write(put(`stalled-${index}.mp4`, 100 * piece.length));
      for (let sent = 0; sent < 4; sent += 1) socket.write(piece);
    }
    await pause(isWhole ? 3_000 : 1_000);
    for (const socket of sockets.splice(0)) socket.destroy();
  };
  await stall(20); // the first ones allocate memory that stays for all
  await pause(3_000);
  const before = residentMb();
  await stall(stalledOnes);
  const during = residentMb();
  await expect.poll(residentMb, { timeout: 45_000, interval: 500 }).toBeLessThan(before + 30);
  const [first, most, last] = [before, during, residentMb()].map(Math.round);
  console.info(
    `resident size: ${first} MB before, ${most} MB with ${stalledOnes} stalled, ${last} MB after`,
  );
  expect((await fetch(`${serving.url}/healthz`)).status).toBe(200);
});

describe("every answer", () => {
  const headers = ["content-security-policy", "x-content-type-options", "x-frame-options"];
  it.each([
    ["what is not HTTP", "\u0016\u0003\u0001nonsense\r\n\r\n", 400],
    ["no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400],
    ["two Hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["two equal Hosts", "GET /healthz HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400],
    ["too long headers", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["a path with dots", "GET /v1/../healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["nothing there", "GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404],
    ["all well", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 200],
  ])("has the security headers: %s", async (_what, request, status) => {
    const socket = open();
    const said = answerOf(socket);
    socket.write(request);
    const answer = await said;
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    for (const name of headers) expect(answer.toLowerCase()).toContain(`\r\n${name}: `);
  });

  it("to a PUT that is refused midway reaches its client before the connection ends", async () => {
    const socket = open();
    const said = answerOf(socket);
    socket.write(
      "PUT /v1/objects/large.mp4 HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
    const sending = setInterval(() => {
      if (socket.writable && socket.writableLength < 1_000_000) socket.write(chunk);
    }, 1);
    try {
      const answer = await Promise.race([said, pause(20_000).then(() => "nothing")]);
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer).toContain("too_large");
    } finally {
      clearInterval(sending);
    }
  });
});

const isRoot = process.getuid?.() === 0;
describe("without keys", () => {
  const ask = async (uid: number, port: number): Promise<string> => {
    const { stdout } = await promisify(execFile)(
      "bash",
      [
        "-c",
        `exec 3<>/dev/tcp/127.0.0.1/${port}; printf 'GET /v1/media HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3; head -1 <&3`,
      ],
      { uid, gid: uid },
    );
    return stdout.trim();
  };

  it.runIf(isRoot && process.platform === "linux")(
    "another user of this machine needs a key, unless all users are trusted",
    async () => {
      expect(await ask(0, serving.port)).toBe("HTTP/1.1 200 OK");
      expect(await ask(65_534, serving.port)).toBe("HTTP/1.1 401 Unauthorized");
      const dataDir = join(folder, "trusting");
      mkdirSync(dataDir);
      writeFileSync(join(dataDir, "config.json"), JSON.stringify({ trustLocalUsers: true }));
      const trusting = await startServing(dataDir);
      try {
        expect(await ask(65_534, trusting.port)).toBe("HTTP/1.1 200 OK");
      } finally {
        await stopServing(trusting);
      }
    },
  );
});
