import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { onnxOf } from "../src/models/archives.fixture.ts";
import {
  answer,
  fallSilent,
  openServer,
  serve,
  type Behaviour,
} from "../src/models/server.fixture.ts";
import { dailiesCommand, start, until } from "./support/command.ts";

const bytes = onnxOf(2_000_000);
const half = 900_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dailies-models-test-"));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** The list of models and the places from which they can be fetched. */
function environment(dir: string, more: Record<string, string | undefined> = {}) {
  const env = { ...process.env, DAILIES_MODELS_DIR: join(dir, "models"), ...more };
  return { cwd: dir, env };
}

/** Runs `dailies models …` as a separate process, with a models folder and a mirror. */
function models(dir: string, mirror: string | undefined, ...args: string[]) {
  const command = [...dailiesCommand, "--data-dir", join(dir, "library"), "models", ...args];
  return start(command, environment(dir, { DAILIES_MODELS_MIRROR: mirror }));
}

const newDir = async () => await mkdtemp(join(folder, "dir-"));

test("a process that is killed during a pull leaves a part, and the next pull resumes it", async () => {
  const dir = await newDir();
  const part = join(dir, "models", ".incoming", "yolox-nano", "yolox_nano.onnx.part");
  await using server = await openServer(fallSilent(bytes, half), serve(bytes));
  const first = models(dir, server.url, "pull", "yolox-nano");
  const size = async () => (await stat(part).catch(() => undefined))?.size;
  await until("half of it", () => server.asked.length === 1);
  while ((await size()) !== half) await new Promise((resolve) => setTimeout(resolve, 10));
  first.child.kill("SIGKILL");
  await first.ended;

  const listed = await models(dir, undefined, "list", "--json").ended;
  const nano = JSON.parse(listed.stdout).models.find(
    ({ id }: { id: string }) => id === "yolox-nano",
  );
  expect(nano).toMatchObject({ state: "absent", engine: "onnx", licence: "Apache-2.0" });

  const second = await models(dir, server.url, "pull", "yolox-nano").ended;
  expect(second.stderr).toContain("Licence Apache-2.0; Megvii");
  expect(second).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(
      /^Pulled yolox-nano \(2\.00 MB\) from 127\.0\.0\.1:\d+\n$/,
    ) as unknown,
  });
  expect(server.ranges()).toEqual([undefined, `bytes=${half}-`]);
  const file = join(dir, "models", "yolox-nano", "yolox_nano.onnx");
  expect((await readFile(file)).equals(bytes)).toBe(true);

  await writeFile(file, bytes.subarray(0, half));
  const verified = await models(dir, undefined, "verify").ended;
  expect(verified.exitCode).toBe(2);
  expect(verified.stdout).toContain("yolox-nano: changed or missing: yolox_nano.onnx");
});

test("two processes fetch a model once", async () => {
  const dir = await newDir();
  const slow: Behaviour = (request, response) =>
    void setTimeout(() => serve(bytes)(request, response), 1_500);
  await using server = await openServer(slow);
  const both = [1, 2].map(() => models(dir, server.url, "pull", "yolox-nano", "--json"));
  const ended = await Promise.all(both.map((process) => process.ended));
  const states = ended.map(({ stdout }) => JSON.parse(stdout).models[0].state);
  expect(states.toSorted()).toEqual(["present", "pulled"]);
  expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(ended.map(({ stderr }) => stderr).join("")).toContain("waiting for another process");
  expect(server.asked).toHaveLength(1);
});

test("when one of several models cannot be fetched, it is reported and the others are fetched", async () => {
  const dir = await newDir();
  await using server = await openServer((request, response) =>
    request.url === "/yolox_nano.onnx"
      ? serve(bytes)(request, response)
      : void response.writeHead(404).end(),
  );
  const some = await models(dir, server.url, "pull", "labels").ended;
  expect(some.exitCode).toBe(2);
  expect(some.stdout).toMatch(/^Pulled yolox-nano \(2\.00 MB\) from [^\n]*\n$/);
  expect(some.stderr).toMatch(/mobilenet.*answers 404.*\(download_failed\)/);
});

/** Runs `dailies process`. Its file may be missing, because only its first messages matter here. */
async function processed(dir: string, more: Record<string, string>, ...args: string[]) {
  const command = [...dailiesCommand, "process", ...args];
  return await start(command, environment(dir, more)).ended;
}

/** A third of a second of silence: 16 kHz, mono, 16 bits. */
function silentWav(): Buffer {
  const header = Buffer.from(
    "RIFF....WAVEfmt \x10\0\0\0\x01\0\x01\0........\x02\0\x10\0data....",
    "latin1",
  );
  const size = 10_000;
  header.writeUInt32LE(36 + size, 4);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt32LE(32_000, 28);
  header.writeUInt32LE(size, 40);
  return Buffer.concat([header, Buffer.alloc(size)]);
}

test("without a terminal, one line at the end names the command for a better speech model", async () => {
  const dir = await newDir();
  const path = join(dir, "silent.wav");
  await writeFile(path, silentWav());
  const command = [path, "--only", "transcribe", "--data-dir", join(dir, "library")];
  const hint =
    /1 done in .*\nTranscripts are drafts: `dailies models pull speech-small` \(32.2 MB, MIT\)/;
  expect((await processed(dir, {}, ...command)).stderr).toMatch(hint);
  expect((await processed(dir, {}, ...command)).stderr).not.toMatch(/drafts/);
});

test("a model that cannot be fetched automatically is reported, and the work continues", async () => {
  const dir = await newDir();
  await using server = await openServer(answer(404));
  const more = { DAILIES_AUTO_PULL: "1", DAILIES_MODELS_MIRROR: server.url };
  const { stderr } = await processed(dir, more, "missing.wav");
  expect(stderr).toMatch(/answers 404 .*\(download_failed\).*Transcripts are drafts/);
  expect(stderr).toMatch(/missing\.wav.*\(not_found\)/);
  expect(server.asked.map(({ url }) => url)).toEqual([
    "/sherpa-onnx-moonshine-tiny-en-quantized-2026-02-27.tar.bz2",
  ]);
});

test("models are not fetched automatically for a package that cannot be loaded", async () => {
  const dir = await newDir();
  const hook = join(dir, "no-libraries.cjs");
  await writeFile(
    hook,
    `require("node:module")._extensions[".node"] = () => { throw new Error("wrong libc"); };`,
  );
  await using server = await openServer(answer(404));
  const more = {
    DAILIES_AUTO_PULL: "1",
    DAILIES_MODELS_MIRROR: server.url,
    NODE_OPTIONS: `--require ${hook}`,
  };
  const { stderr } = await processed(dir, more, "missing.wav");
  expect(stderr).toMatch(/missing\.wav.*\(not_found\)/);
  expect(server.asked).toEqual([]);
});

const script = "/usr/bin/script";

test.runIf(process.platform === "linux" && existsSync(script))(
  "on a terminal the program asks for it once",
  async () => {
    const dir = await newDir();
    const line = [...dailiesCommand, "process", "missing.wav"].join(" ");
    const ask = async () => {
      const shell = `{ sleep 3; echo n; } | ${script} -qec '${line}' /dev/null`;
      return (await start(["sh", "-c", shell], environment(dir)).ended).stdout;
    };
    expect(await ask()).toMatch(/Fetch it now \(32.2 MB, MIT\)\? \[Y\/n\]/);
    const again = await ask();
    expect(again).not.toMatch(/Fetch it now|drafts/);
    expect(again).toMatch(/not_found/);
  },
);
