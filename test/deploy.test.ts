import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createProgram } from "../src/cli/program.ts";
import { operations } from "../src/api/operations.ts";

/** Checks the files for operators without running them: everything that they name exists. */

const root = fileURLToPath(new URL("../", import.meta.url));
const read = (path: string) => readFileSync(join(root, path), "utf8");

/** Whether dailies accepts a command line. The command is not executed. */
async function isTaken(args: readonly string[]): Promise<boolean> {
  let ran = false;
  await createProgram(async () => void (ran = true)).parseAsync([...args], { from: "user" });
  return ran;
}

/** The instructions of a Dockerfile, with continued lines joined. */
function instructions(text: string): { word: string; rest: string }[] {
  const lines = text
    .replaceAll(/^\s*#.*\n/gm, "")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  return lines.flatMap((line) => {
    const [, word, rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    return word === undefined ? [] : [{ word, rest }];
  });
}

const docker = instructions(read("Dockerfile"));
const all = (word: string) => docker.filter((one) => one.word === word).map(({ rest }) => rest);
const command = JSON.parse(all("CMD").at(-1) ?? "[]") as string[];

describe("Dockerfile", () => {
  it("copies only existing files that .dockerignore lets in", () => {
    const letIn = read(".dockerignore")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    for (const path of letIn) expect(existsSync(join(root, path)), path).toBe(true);
    const copied = all("COPY").filter((rest) => !rest.startsWith("--from"));
    for (const path of copied.flatMap((rest) => rest.split(/\s+/).slice(0, -1)))
      if (path !== ".") expect(letIn, path).toContain(path);
    const fromBuild = all("COPY").filter((rest) => rest.startsWith("--from=build"));
    const made = new Set(["dist", "node_modules"]);
    for (const path of fromBuild.flatMap((rest) => rest.split(/\s+/).slice(1, -1)))
      expect(made.has(path.slice(7)) || letIn.includes(path.slice(7)), path).toBe(true);
    // files that the build reads: its script, and the files that its configuration names
    for (const path of ["scripts/build.ts", "src", "tsconfig.json", "tsconfig.build.json"])
      expect(letIn).toContain(path);
  });

  it("starts the server with known options, not as root, at the port of the health check", async () => {
    expect(all("ENTRYPOINT")).toEqual(['["/app/bin/dailies"]']);
    expect(await isTaken(command)).toBe(true);
    const port = command[command.indexOf("--port") + 1];
    expect(all("EXPOSE")).toEqual([port]);
    expect(all("HEALTHCHECK")[0]).toContain(`http://127.0.0.1:${port}${operations.isAlive.path}`);
    expect(operations.isAlive.scope).toBe("none");
    const words = docker.map(({ word }) => word);
    expect(all("USER")).toEqual(["dailies"]);
    expect(words.lastIndexOf("USER")).toBeGreaterThan(words.lastIndexOf("RUN"));
    const node = Number(/^node:(\d+)/.exec(all("FROM").at(-1) ?? "")?.[1]);
    expect(node).toBeGreaterThanOrEqual(24);
  });

  it("installs the programs that scripts/setup.sh installs", () => {
    const setUp = read("scripts/setup.sh");
    for (const program of ["bubblewrap", "ffmpeg", "pocketsphinx", "pocketsphinx-en-us"]) {
      expect(setUp).toContain(program);
      expect(all("RUN").join(" ")).toMatch(new RegExp(`\\s${program}\\s`));
    }
  });
});

it("compose.yaml publishes the image's port to this machine alone, with the sandbox's profile", () => {
  const text = read("compose.yaml");
  const port = all("EXPOSE")[0];
  expect(text).toContain(`- "127.0.0.1:${port}:${port}"`);
  const volume = all("VOLUME")[0] ?? "";
  expect(text).toContain(`- data:${volume}`);
  expect(all("ENV").join(" ")).toContain(`DAILIES_DATA_DIR=${volume}/`);
  const [, profile = ""] = /seccomp=\.\/(\S+)/.exec(text) ?? [];
  const seccomp = JSON.parse(read(profile)) as { syscalls: { names: string[]; action: string }[] };
  const forbidden = seccomp.syscalls.flatMap(({ names }) => names);
  for (const needed of ["clone", "clone3", "unshare", "mount", "umount2", "pivot_root", "setns"])
    expect(forbidden).not.toContain(needed);
  expect(forbidden).toEqual(expect.arrayContaining(["bpf", "kexec_load", "ptrace", "init_module"]));
  for (const line of text.matchAll(/dailies ((?:keys|serve|doctor)[^\n]*)/g))
    expect(line[1]).toBeTruthy();
});

describe("systemd unit", () => {
  const unit = read("deploy/dailies.service");
  const settings = unit.split("\n").filter((line) => /^[A-Z]\w+=/.test(line));
  const value = (name: string) =>
    settings
      .filter((line) => line.startsWith(`${name}=`))
      .map((line) => line.slice(name.length + 1));

  it("starts the server with known options, and waits longer than its grace period", async () => {
    const [program, ...args] = (value("ExecStart")[0] ?? "").split(" ");
    expect(program).toMatch(/\/dailies$/);
    expect(await isTaken(args)).toBe(true);
    const grace = Number(args[args.indexOf("--grace") + 1]);
    expect(Number(value("TimeoutStopSec")[0])).toBeGreaterThan(grace + 5);
    expect(Number(/stop_grace_period: (\d+)s/.exec(read("compose.yaml"))?.[1])).toBeGreaterThan(
      Number(command[command.indexOf("--grace") + 1]) + 5,
    );
  });

  it("has no setting that keeps bubblewrap from making its namespaces", () => {
    for (const name of [
      "RestrictNamespaces",
      "ProtectKernelTunables",
      "ProtectKernelLogs",
      "ProtectControlGroups",
      "ProtectProc",
      "ProcSubset",
      "MemoryDenyWriteExecute",
    ])
      expect(value(name), name).toEqual([]);
    expect(value("SystemCallFilter")[0]).toMatch(/@mount.*unshare.*setns/);
    expect(value("NoNewPrivileges")).toEqual(["yes"]);
    expect(value("User")).toEqual(["dailies"]);
  });
});

it("dailies accepts every command in the operators' pages", async () => {
  const text = read("docs/operate.md") + read("docs/security.md") + read("compose.yaml");
  const named = [...text.matchAll(/(?:^\s*(?:sudo [^\n]* )?|run --rm )dailies ([a-z][^\n#]*)$/gm)];
  const lines = named.map((match) => (match[1] ?? "").trim().replace("DLS…", "DLSX"));
  expect(lines.length).toBeGreaterThan(6);
  for (const line of lines) expect(await isTaken(line.split(/\s+/)), line).toBe(true);
});
