import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createSandbox } from "./create.ts";
import { findProgram, systemPath } from "./programs.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-detect-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tools = [
  ["bubblewrap", "bwrap"],
  ["kernel", "setpriv"],
] as const;

describe.skipIf(process.platform !== "linux")("looking for the strongest sandbox", () => {
  it.each(tools)("%s: a trial that is killed is repeated", async (level, tool) => {
    const real = findProgram(tool, systemPath);
    expect(real).toBeDefined();
    const killed = join(folder, `${tool}-killed`);
    const path = join(folder, tool);
    // It also leaves a process that holds its output open.
    writeFileSync(
      path,
      `#!/bin/sh\n[ -e ${killed} ] || { : > ${killed}; /bin/sleep 60 & kill -KILL $$; }\nexec ${real} "$@"\n`,
    );
    chmodSync(path, 0o755);
    const startedAt = performance.now();
    const disturbed = await createSandbox({ level, searchPath: `${folder}:${systemPath}` });
    expect(performance.now() - startedAt).toBeLessThan(30_000);
    const { lacks, filtersCalls, dropsRoot, cutsNetwork } = await createSandbox({ level });
    expect(disturbed).toMatchObject({ level, lacks, filtersCalls, dropsRoot, cutsNetwork });
  });
});
