import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dailies, dailiesCommand, start } from "./support/command.ts";

/** Node makes folders without end where a file system says that nothing is there, but takes nothing. */

const impossible = "/proc/nowhere/x";
const folder = mkdtempSync(join(tmpdir(), "dailies-impossible-"));
const library = join(folder, "library");

beforeAll(async () => {
  writeFileSync(join(folder, "a.bin"), "a");
  await dailies(library, "put", join(folder, "a.bin"));
  await dailies(library, "backup", join(folder, "backup"));
}, 30_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.runIf(process.platform === "linux")("a folder that cannot be made", () => {
  it.each([
    ["backup", [impossible, "--data-dir", library], {}],
    ["restore", [join(folder, "backup"), "--data-dir", impossible], {}],
    ["models", ["pull", "speech-small"], { DAILIES_MODELS_DIR: impossible }],
    ["models", ["import", "silero-vad", join(folder, "a.bin")], { DAILIES_MODELS_DIR: impossible }],
  ])("ends %s with an error: %j", { timeout: 30_000 }, async (command, args, env) => {
    const { child, ended } = start([...dailiesCommand, command, ...args], {
      env: { ...process.env, ...env },
      timeout: 20_000,
      killSignal: "SIGKILL",
    });
    const { exitCode, stderr } = await ended;
    expect(child.signalCode).toBeNull();
    expect(stderr).toMatch(/\/proc\/nowhere\/x.*\((storage_failed|model_invalid)\)/);
    expect(exitCode).toBe(1);
  });
});
