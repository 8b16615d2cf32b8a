import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const forbidden = [
  ["a room an engine of another room", "src/queue/a.ts", "../transcode/plan.ts"],
  ["a nested file another room", "src/label/onnx/a.ts", "../../queue/worker.ts"],
  ["a room the pipeline", "src/label/a.ts", "../pipeline.ts"],
  ["a room the composition", "src/label/b.ts", "../runtime/local.ts"],
  ["a room the store", "src/notify/a.ts", "../state/sqlite/open.ts"],
  ["the domain a leaf room", "src/media/a.ts", "../sandbox/run.ts"],
  ["a leaf room a room", "src/process/a.ts", "../queue/worker.ts"],
  ["the command line an engine", "src/cli/a.ts", "../transcode/plan.ts"],
  ["the service an engine", "src/api/a.ts", "../transcode/plan.ts"],
  ["what stands before it a store", "src/api/security/a.ts", "../../state/sqlite/access.ts"],
  ["people and keys another room", "src/access/a.ts", "../queue/worker.ts"],
] as const;

const allowed = [
  ["a room the domain", "src/queue/c.ts", "../media/job.ts"],
  ["a nested file a leaf room", "src/label/onnx/c.ts", "../../sandbox/run.ts"],
  ["the pipeline several rooms", "src/pipeline.ts", "./transcode/plan.ts"],
  ["the command line the composition", "src/cli/c.ts", "../runtime/local.ts"],
  ["the service what stands before it", "src/api/c.ts", "./security/rate.ts"],
] as const;

const environment = "export const path = process.env.PATH;\n";

/** Lints a tree of its own under the project's rules; says which file breaks which rule. */
async function lint(files: Record<string, string>): Promise<Set<string>> {
  const dir = await mkdtemp(join(tmpdir(), "dailies-layers-"));
  await copyFile(join(root, ".oxlintrc.json"), join(dir, ".oxlintrc.json"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, dirname(path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const oxlint = join(root, "node_modules/.bin/oxlint");
  const output = await new Promise<string>((resolve) =>
    execFile(oxlint, ["--format", "unix"], { cwd: dir }, (_error, stdout) => resolve(stdout)),
  );
  await rm(dir, { recursive: true });
  const found = output.matchAll(/(src\/\S+?\.ts):.*(no-restricted-\w+)/g);
  return new Set(Array.from(found, ([, path, rule]) => `${path} ${rule}`));
}

describe("the layer rule", () => {
  let found: Set<string>;
  beforeAll(async () => {
    const importing = [...forbidden, ...allowed].map(([, from, target]) => [
      from,
      `import { it } from "${target}";\nexport const a = it;\n`,
    ]);
    found = await lint({
      ...Object.fromEntries(importing),
      "src/queue/port.ts": `import type { it } from "../label/labeler.ts";\nexport type A = it;\n`,
      "src/queue/environment.ts": environment,
      "src/config/config.ts": environment,
    });
  });

  it.each(forbidden)("does not let %s import", (_what, from) => {
    expect(found).toContain(`${from} no-restricted-imports`);
  });

  it.each(allowed)("lets %s import", (_what, from) => {
    expect(found).not.toContain(`${from} no-restricted-imports`);
  });

  it("lets a room import another's port as a type", () => {
    expect(found).not.toContain("src/queue/port.ts no-restricted-imports");
  });

  it("lets only the configuration read the environment", () => {
    expect(found).toContain("src/queue/environment.ts no-restricted-properties");
    expect(found).not.toContain("src/config/config.ts no-restricted-properties");
  });
});
