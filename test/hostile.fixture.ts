import { execFile, spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ffmpegInput } from "../src/sandbox/ffmpeg-input.ts";
import { lookAt, withCatalog } from "./support/library.ts";
import { processes } from "./support/processes.ts";

/** Conditions that must hold after any hostile media files; scripts/fuzz.ts checks the same. */

const run = promisify(execFile);

/** Everything in a closed library that an undisturbed run would not have left. */
export function wrongIn(dataDir: string): string[] {
  const left = lookAt(dataDir);
  const found: Readonly<Record<string, readonly string[]>> = {
    integrity: left.integrity === "ok" ? [] : [left.integrity],
    ...withCatalog(dataDir, (all) => ({
      "media files with no end": all("SELECT name FROM media WHERE state = 'processing'"),
      "jobs with no end": all(
        "SELECT name || ' ' || step FROM jobs WHERE state IN ('queued', 'running')",
      ),
      sessions: all("SELECT session FROM sessions"),
      trash: all("SELECT version FROM trash"),
    })),
    "objects without a record": left.orphans,
    "missing objects": left.missing,
    "working folders": readdirSync(join(dataDir, "work")),
  };
  return Object.entries(found).flatMap(([what, list]) => list.map((one) => `${what}: ${one}`));
}

/** Living processes that we started or whose command line names the folder. Zombies do not count. */
export function processesOf(folder: string): string[] {
  return processes()
    .filter(({ pid }) => pid !== process.pid)
    .filter(({ command, parent }) => command.includes(folder) || parent === process.pid)
    .map(({ pid, command }) => `${pid} ${command}`);
}

/** A file and a port that no program may touch, and whether one did. */
export interface Canaries {
  /** A named pipe: a program that opens it to read wakes the process that waits to write. */
  readonly file: string;
  readonly port: number;
  /** Which of them was touched since the last call. Sets the trap again. */
  touched(): Promise<readonly ("file" | "port")[]>;
  close(): void;
}

/** Makes a file and a port that detect every program that reads or calls them. */
export async function setCanaries(folder: string): Promise<Canaries> {
  const file = join(folder, "canary.ts");
  await run("mkfifo", [file]);
  let calls = 0;
  const server = createServer((socket) => {
    calls += 1;
    socket.destroy();
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;

  let reads = 0;
  /** Opens the pipe to write, which waits for a reader. */
  const waitForReader = () => {
    const writer = spawn("sh", ["-c", ': > "$1"', "canary", file], { stdio: "ignore" });
    writer.once("exit", (code) => (reads += code === 0 ? 1 : 0));
    return writer;
  };
  let writer = waitForReader();
  return {
    file,
    port,
    async touched() {
      await sleep(100);
      const touched = [
        ...(reads > 0 ? (["file"] as const) : []),
        ...(calls > 0 ? (["port"] as const) : []),
      ];
      if (reads > 0) writer = waitForReader();
      [reads, calls] = [0, 0];
      return touched;
    },
    close() {
      writer.kill("SIGKILL");
      server.close();
    },
  };
}

/** Properties of a file that a player sees. */
export interface Seen {
  readonly width?: number;
  readonly height?: number;
  readonly durationMs?: number;
  readonly kinds: readonly string[];
}

/** ffmpeg's arguments for a file. Our own outputs may have odd names, too. */
function inputOf(path: string): string[] {
  return ffmpegInput({ path, ...(path.endsWith(".jpg") ? { container: "jpeg_pipe" } : {}) });
}

/** Probes one of our own outputs. */
export async function seen(path: string): Promise<Seen> {
  const entries = "stream=codec_type,width,height:format=duration";
  const asked = ["-v", "error", "-show_entries", entries, "-of", "json", ...inputOf(path)];
  const { stdout } = await run("ffprobe", asked);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ffprobe's own format
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_type: string; width?: number; height?: number }[];
    format: { duration?: string };
  };
  const picture = streams.find(({ width }) => width !== undefined);
  return {
    ...(picture?.width === undefined ? {} : { width: picture.width }),
    ...(picture?.height === undefined ? {} : { height: picture.height }),
    ...(format.duration === undefined ? {} : { durationMs: Number(format.duration) * 1000 }),
    kinds: streams.map(({ codec_type: kind }) => kind).toSorted(),
  };
}

/** ffmpeg's messages when it decodes a whole output; empty when the output is sound. */
export async function complaints(path: string): Promise<string> {
  const decoded = ["-nostdin", "-v", "error", ...inputOf(path), "-f", "null", "-"];
  return run("ffmpeg", decoded).then(
    ({ stderr }) => stderr,
    (error: { stderr?: string; message: string }) => error.stderr || error.message,
  );
}
