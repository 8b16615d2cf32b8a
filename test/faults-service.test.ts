import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { readConfig } from "../src/config/config.ts";
import { openDailies } from "../src/runtime/local.ts";
import { dailies, dailiesCommand, start, until } from "./support/command.ts";
import { lookAt } from "./support/library.ts";

/** Faults that `dailies serve` must survive; scripts/chaos-server.ts causes all of them at once. */

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-service-"));
  const tone = ["-f", "lavfi", "-i", "sine=duration=1", join(folder, "tone.wav")];
  execFileSync("ffmpeg", ["-v", "error", ...tone]);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const source = (path: string): string => JSON.stringify(new URL(`../src/${path}`, import.meta.url));

/** Runs a module's text in a process with a limit of open files. */
async function runWith(openFiles: number, text: string): Promise<string> {
  const [node = "", ...options] = dailiesCommand.slice(0, -1);
  const module = [node, ...options, "--input-type=module", "-e", text];
  const limited = ["sh", "-c", `ulimit -n ${openFiles}; exec "$@"`, "sh", ...module];
  const { exitCode, stdout, stderr } = await start(limited).ended;
  expect(stderr).toBe("");
  expect(exitCode).toBe(0);
  return stdout;
}

const exhaust = `
  import { openSync } from "node:fs";
  const exhaust = () => { for (;;) try { openSync("/dev/null", "r"); } catch { return; } };`;

describe("when no more files can be opened", () => {
  it("a child that cannot be started causes an ordinary error, and the process lives on", async () => {
    const said = await runWith(
      60,
      `${exhaust}
      import { createSandbox } from ${source("sandbox/create.ts")};
      const sandbox = await createSandbox();
      const limits = { wallMs: 5e3, cpuSeconds: 5, memoryBytes: 2 ** 30, fileSizeBytes: 0 };
      const { signal } = new AbortController();
      for (const stdin of ["ignore", "pipe"]) {
        exhaust();
        const command = { command: "true", args: [], reads: [], writes: [], limits, signal, stdin };
        await sandbox.spawn(command).exited.catch(({ code }) => console.log(code));
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
      console.log("lives");`,
    );
    expect(said).toBe("storage_failed\nstorage_failed\nlives\n");
  });

  it("no session counts as dead only because its process cannot be looked up", async () => {
    const said = await runWith(
      60,
      `${exhaust}
      import { openDatabase } from ${source("state/sqlite/open.ts")};
      import { enterSession, surveySessions } from ${source("state/sqlite/sessions.ts")};
      const database = openDatabase(":memory:");
      await enterSession(database, "ours");
      console.log([...surveySessions(database).living].join());
      exhaust();
      try {
        console.log("dead:", surveySessions(database).dead.join());
      } catch ({ code }) {
        console.log(code);
      }`,
    );
    expect(said).toBe("ours\nstorage_failed\n");
  });
});

describe("dailies serve", () => {
  /** Starts the service in a process that runs this text first. */
  const serve = async (first: string) => {
    const [node = "", ...args] = dailiesCommand;
    const preload = ["--import", `data:text/javascript,${encodeURIComponent(first)}`];
    const library = ["--data-dir", join(folder, "served")];
    const running = start([
      node,
      ...preload,
      ...args,
      "serve",
      "--json",
      "--port",
      "0",
      ...library,
    ]);
    onTestFinished(() => void running.child.kill("SIGKILL"));
    await until("listening", () => running.said().includes("\n}"));
    return { ...running, url: (JSON.parse(running.said()) as { url: string }).url };
  };

  it("continues when its output is no longer read", async () => {
    const { child, ended, url } = await serve(`process.on("SIGUSR2", () => console.log("said"))`);
    child.stdout?.destroy();
    for (let times = 0; times < 3; times += 1) {
      child.kill("SIGUSR2");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    child.kill("SIGTERM");
    expect((await ended).exitCode).toBe(0);
  });

  it("logs the place of a defect that ends it", async () => {
    const broken = `process.on("SIGUSR2", () => { throw new Error("a defect") })`;
    const { child, ended } = await serve(broken);
    child.kill("SIGUSR2");
    const { exitCode, stderr } = await ended;
    expect(exitCode).toBe(1);
    const said = stderr.split("\n").find((line) => line.includes('"fatal"')) ?? "{}";
    expect(JSON.parse(said)).toMatchObject({ err: { message: "a defect" } });
    expect(said).toContain('"stack":"Error: a defect\\n');
  });
});

describe("a process that is killed after it took bytes from the trash and before it removed them", () => {
  it("leaves no bytes: the next start finds them, although their own session ended normally", async () => {
    const library = join(folder, "library");
    const first = await openDailies(readConfig({ dataDir: library }, {}));
    await first.put(join(folder, "tone.wav"), { name: "tone.wav" });
    await first.remove("tone.wav");
    await first.close();
    const database = new DatabaseSync(join(library, "dailies.db"));
    database.exec("UPDATE tombstones SET until = 0; UPDATE trash SET after = 0");
    database.close();
    const killer = `
      import files from "node:fs/promises";
      import { syncBuiltinESMExports } from "node:module";
      files.unlink = () => process.kill(process.pid, "SIGKILL");
      syncBuiltinESMExports();`;
    const [node = "", ...args] = dailiesCommand;
    const preload = ["--import", `data:text/javascript,${encodeURIComponent(killer)}`];
    const killed = start([node, ...preload, ...args, "process", "--data-dir", library]);
    await killed.ended;
    expect(killed.child.signalCode).toBe("SIGKILL");
    expect(lookAt(library).orphans).toHaveLength(1);

    expect((await dailies(library, "process")).exitCode).toBe(0);
    expect(lookAt(library)).toMatchObject({ orphans: [], sessions: 0, integrity: "ok" });
  });
});
