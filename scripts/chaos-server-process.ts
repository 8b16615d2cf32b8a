// The server under test. It has a small disk of its own and a clock that can be set, and it is
// restarted after each kill.
import { appendFileSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dailiesCommand, start, type Ended, type Running } from "../test/support/command.ts";
import type { Mounts } from "../test/support/mounts.ts";
import { descendants, stillLiving } from "../test/support/processes.ts";
import { pause } from "./chaos-random.ts";

const clockModule = fileURLToPath(new URL("./chaos-clock.ts", import.meta.url));
const diskBytes = 96 * 1024 ** 2;

/** One library and its server. */
export interface StressedServer {
  /** The library's path for the server (`dataDir`) and for this process (`seen`). */
  readonly dataDir: string;
  readonly seen: string;
  /** The server's present address; undefined while it does not run. */
  readonly url: () => string | undefined;
  /** Starts the server, and tries again as long as the disk is full. */
  readonly start: () => Promise<void>;
  /** Kills the server with SIGKILL. Its child processes must end soon afterwards. */
  readonly kill: () => Promise<void>;
  /** Stops the server with SIGTERM. */
  readonly stop: () => Promise<void>;
  /** Runs another command on the library. */
  readonly run: (...args: string[]) => Promise<Ended>;
  /** Fills the disk up to the given number of free bytes. Without a number it frees the disk again. */
  readonly fill: (leaveBytes?: number) => void;
  /** Shifts the server's clock. */
  readonly setClock: (offsetMs: number) => void;
  /** The faults that were found. */
  readonly wrong: string[];
}

/** Makes the disk and the configuration. The server does not run yet. */
export function prepareServer(mounts: Mounts, folder: string, config: object): StressedServer {
  const disk = join(folder, "disk");
  const dataDir = join(disk, "library");
  const clock = join(folder, "clock");
  const filler = join(mounts.seen(disk), "filler");
  mkdirSync(folder);
  mounts.run('mkdir "$1" && mount -t tmpfs -o size=$2 tmpfs "$1"', disk, String(diskBytes));
  mounts.run('mkdir "$1"', dataDir);
  writeFileSync(join(mounts.seen(dataDir), "config.json"), JSON.stringify(config));
  writeFileSync(clock, "0");
  const [node = "", ...args] = dailiesCommand;
  const command = [node, "--import", clockModule, ...args];
  const env = { ...process.env, CHAOS_CLOCK: clock };
  const wrong: string[] = [];
  let running: Running | undefined;
  let url: string | undefined;
  process.on("exit", () => void running?.child.kill("SIGKILL"));

  const begin = (...more: string[]): Running =>
    start(mounts.inside([...command, ...more, "--data-dir", dataDir]), { env });
  const log = ({ stdout, stderr }: Ended): void =>
    appendFileSync(join(folder, "server.log"), `${stderr}${stdout}\n`);
  /** Reports an unexpected end of the server, with its last output. */
  const unexpected = ({ exitCode, stdout, stderr }: Ended, signal: string | null): void => {
    const said = `${stdout.slice(-1_000)} ${stderr.slice(-1_000)}`;
    wrong.push(`the server ended unexpectedly with ${exitCode ?? signal}: ${said}`);
  };
  const startOnce = async (): Promise<boolean> => {
    const server = begin("serve", "--port", "0", "--json", "--grace", "20");
    let over: Ended | undefined;
    void server.ended.then((ended) => (over = ended));
    for (const since = performance.now(); !server.said().includes("\n}"); await pause(20)) {
      if (over !== undefined) break;
      if (performance.now() - since < 60_000) continue;
      wrong.push("the server did not listen within a minute");
      break;
    }
    const said = JSON.parse(server.said() || "{}") as { url?: string; error?: { code: string } };
    if (over === undefined) {
      [running, url] = [server, said.url];
      void server.ended.then((how) => {
        if (running !== server) return;
        url = running = undefined;
        log(how);
        unexpected(how, server.child.signalCode);
      });
    } else log(over);
    if (over !== undefined && said.error?.code !== "disk_full")
      unexpected(over, server.child.signalCode);
    return url !== undefined || said.error?.code !== "disk_full";
  };
  return {
    dataDir,
    seen: mounts.seen(dataDir),
    url: () => url,
    wrong,
    async start() {
      while (!(await startOnce())) await pause(300);
    },
    async kill() {
      const { child, ended } = running ?? {};
      if (child?.pid === undefined) return;
      const below = descendants(child.pid);
      url = running = undefined;
      const isThere = child.kill("SIGKILL");
      const how = await ended;
      if (how !== undefined) log(how);
      if (!isThere && how !== undefined) unexpected(how, child.signalCode);
      for (let tries = 0; tries < 50 && stillLiving(below).length > 0; tries += 1) await pause(100);
      for (const left of stillLiving(below)) wrong.push(`left: ${left.pid} ${left.command}`);
    },
    async stop() {
      const { child, ended } = running ?? {};
      url = running = undefined;
      child?.kill("SIGTERM");
      const how = await ended;
      if (how === undefined) return;
      log(how);
      if (how.exitCode !== 0) unexpected(how, child?.signalCode ?? null);
    },
    run: (...more) => begin(...more).ended,
    fill(leaveBytes) {
      rmSync(filler, { force: true });
      if (leaveBytes === undefined) return;
      const { bavail, bsize } = statfsSync(mounts.seen(disk));
      const size = Math.max(0, bavail * bsize - leaveBytes);
      try {
        writeFileSync(filler, Buffer.alloc(size));
      } catch {
        // the server used some of the space first: the disk is full anyway
      }
    },
    setClock: (offsetMs) => writeFileSync(clock, String(offsetMs)),
  };
}
