import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request, type IncomingMessage, type RequestOptions } from "node:http";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { dailies } from "./measure.ts";

/** A running `dailies serve`, started as on a command line. */
export interface Serving {
  readonly pid: number;
  readonly port: number;
  /** Where it speaks AWS's protocols, with `--aws-port`. */
  readonly awsPort?: number;
  /** From spawn to the line that says that it listens. */
  readonly readyMs: number;
  readonly stop: () => Promise<void>;
}

export async function startServing(
  dataDir: string,
  more: readonly string[] = [],
): Promise<Serving> {
  const startedAt = performance.now();
  const args = ["serve", "--port", "0", "--jsonl", "--data-dir", dataDir];
  const child = spawn(dailies, [...args, ...more], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk).slice(-2_000)));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const listens = new Promise<void>((resolve) =>
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      if (stdout.includes("\n")) resolve();
    }),
  );
  await Promise.race([
    listens,
    ended.then((code) => Promise.reject(new Error(`serve ended with ${code}: ${stderr}`))),
  ]);
  const readyMs = performance.now() - startedAt;
  const { port, error, awsUrl } = JSON.parse(stdout) as {
    port: number;
    awsUrl?: string;
    error?: { message: string };
  };
  if (error !== undefined) throw new Error(`serve could not start: ${error.message}`);
  return {
    pid: child.pid ?? 0,
    port,
    ...(awsUrl !== undefined && { awsPort: Number(new URL(awsUrl).port) }),
    readyMs,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** A process's memory in bytes, from the kernel: `VmRSS` is the present size, `VmHWM` the peak so far. */
export function memoryOf(pid: number, field: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s*(\\d+) kB`, "m").exec(status)?.[1] ?? NaN) * 1024;
}

/** A client that keeps its connections open, at most as many as given. */
export function createClient(port: number, connections: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const ask = (options: RequestOptions, body?: Readable): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const asked = request({ agent, host: "127.0.0.1", port, ...options }, resolve);
      asked.on("error", reject);
      if (body === undefined) asked.end();
      else pipeline(body, asked).catch(reject);
    });
  return {
    /** Returns the status and the body of the answer. */
    async get(path: string): Promise<{ status: number; body: string }> {
      const answer = await ask({ path });
      const chunks = await answer.toArray();
      return { status: answer.statusCode ?? 0, body: Buffer.concat(chunks as Buffer[]).toString() };
    },
    ask,
    close: () => agent.destroy(),
  };
}
