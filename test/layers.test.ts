import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../", import.meta.url));
const forbidden = [
  ["the domain a leaf room", "src/media/a.ts", "../sandbox/run.ts"],
  ["a leaf room a room", "src/process/a.ts", "../queue/worker.ts"],
  ["a leaf room the use cases", "src/files/a.ts", "../app/put.ts"],
  ["a room an engine of another room", "src/queue/a.ts", "../transcode/plan.ts"],
  ["a nested file another room", "src/label/onnx/a.ts", "../../queue/worker.ts"],
  ["a room the pipeline", "src/label/a.ts", "../pipeline.ts"],
  ["a room the composition", "src/label/b.ts", "../runtime/local.ts"],
  ["a room the store", "src/notify/a.ts", "../state/sqlite/open.ts"],
  ["people and keys another room", "src/access/a.ts", "../queue/worker.ts"],
  ["a room SQLite", "src/queue/d.ts", "node:sqlite"],
  ["a room an SDK", "src/objects/d.ts", "@aws-sdk/client-s3"],
  ["a store the use cases", "src/state/sqlite/a.ts", "../../app/put.ts"],
  ["a store an engine", "src/state/sqlite/catalog/a.ts", "../../../label/step.ts"],
  ["the use cases an engine", "src/app/a.ts", "../transcode/plan.ts"],
  ["the use cases a store", "src/app/b.ts", "../state/sqlite/open.ts"],
  ["the use cases this machine", "src/app/d.ts", "../local/space.ts"],
  ["the use cases the configuration", "src/app/e.ts", "../config/config.ts"],
  ["the use cases the file system", "src/app/f.ts", "node:fs/promises"],
  ["this machine a store", "src/local/a.ts", "../state/sqlite/open.ts"],
  ["this machine an engine", "src/local/nested/a.ts", "../../label/step.ts"],
  ["batches an engine", "src/batch/a.ts", "../probe/probe.ts"],
  ["batches the composition", "src/batch/b.ts", "../runtime/local.ts"],
  ["the configuration the use cases", "src/config/a.ts", "../app/put.ts"],
  ["the doctor a store", "src/doctor/a.ts", "../state/sqlite/open.ts"],
  ["the command line an engine", "src/cli/a.ts", "../transcode/plan.ts"],
  ["a command the composition", "src/cli/b.ts", "../runtime/local.ts"],
  ["the command line a store", "src/cli/d.ts", "../state/sqlite/open.ts"],
  ["the service an engine", "src/api/a.ts", "../transcode/plan.ts"],
  ["the service this machine", "src/api/b.ts", "../local/space.ts"],
  ["AWS's protocols an engine", "src/aws/a.ts", "../transcode/plan.ts"],
  ["AWS's protocols a store", "src/aws/s3/a.ts", "../../state/sqlite/open.ts"],
  ["AWS's protocols the composition", "src/aws/b.ts", "../runtime/local.ts"],
  ["the use cases AWS's protocols", "src/app/h.ts", "../aws/xml.ts"],
  ["the page the use cases", "src/web/a.ts", "../app/put.ts"],
  ["the page a program of the API", "src/web/b.ts", "../api/types.ts"],
  ["the page the domain", "src/web/d.ts", "../media/job.ts"],
  ["the security of the service a store", "src/api/security/a.ts", "../../state/sqlite/access.ts"],
] as const;

const allowed = [
  ["a room the domain", "src/queue/c.ts", "../media/job.ts"],
  ["a nested file a leaf room", "src/label/onnx/c.ts", "../../sandbox/run.ts"],
  ["a nested file its own room", "src/label/onnx/e.ts", "../look.ts"],
  ["a leaf room another", "src/models/c.ts", "../files/durable.ts"],
  ["a store its port and SQLite", "src/state/sqlite/c.ts", "../../catalog/rules.ts"],
  ["a store SQLite", "src/state/sqlite/e.ts", "node:sqlite"],
  ["the pipeline several rooms", "src/pipeline.ts", "./transcode/plan.ts"],
  ["the use cases the pipeline", "src/app/c.ts", "../pipeline.ts"],
  ["the use cases the caption writers", "src/app/g.ts", "../captions/srt.ts"],
  ["this machine the use cases", "src/local/c.ts", "../app/put.ts"],
  ["batches the use cases", "src/batch/c.ts", "../app/put.ts"],
  ["the doctor an engine", "src/doctor/c.ts", "../label/choose.ts"],
  ["the command line this machine", "src/cli/c.ts", "../local/files.ts"],
  ["the command that opens a library the composition", "src/cli/context.ts", "../runtime/local.ts"],
  ["the service its security", "src/api/c.ts", "./security/rate.ts"],
  ["AWS's protocols the use cases", "src/aws/c.ts", "../app/put.ts"],
  ["the composition everything", "src/runtime/c.ts", "../state/sqlite/open.ts"],
] as const;

/** For these, importing a type is forbidden, too. */
const forbiddenTypes = [
  ["a leaf room a room", "src/process/t.ts", "../queue/job-queue.ts"],
  ["a room a store", "src/notify/t.ts", "../state/sqlite/open.ts"],
  ["the use cases this machine", "src/app/t.ts", "../local/watch.ts"],
  ["the use cases the configuration", "src/app/u.ts", "../config/config.ts"],
  ["this machine the composition", "src/local/t.ts", "../runtime/local.ts"],
  ["the service a store", "src/api/t.ts", "../state/sqlite/open.ts"],
  ["the command line a store", "src/cli/t.ts", "../state/sqlite/open.ts"],
] as const;

const long = `export function long(): number {\n${"  // .\n".repeat(80)}  return 1;\n}\n`;

const environment = "export const path = process.env.PATH;\n";

/** Lints a temporary source tree with the project's rules. Returns which file breaks which rule. */
async function lint(files: Record<string, string>): Promise<Set<string>> {
  const dir = await mkdtemp(join(tmpdir(), "dailies-layers-"));
  await mkdir(join(dir, "scripts"));
  for (const path of ["oxlint.config.ts", "scripts/layer-rules.ts"])
    await copyFile(join(root, path), join(dir, path));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(dir, dirname(path)), { recursive: true });
    await writeFile(join(dir, path), text);
  }
  const oxlint = join(root, "node_modules/.bin/oxlint");
  const output = await new Promise<string>((resolve) =>
    execFile(oxlint, ["--format", "unix"], { cwd: dir }, (_error, stdout) => resolve(stdout)),
  );
  await rm(dir, { recursive: true });
  const found = output.matchAll(/(src\/\S+?\.ts):.*(no-restricted-\w+|max-lines[\w-]*|no-cycle)/g);
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
      ...Object.fromEntries(
        forbiddenTypes.map(([, from, target]) => [
          from,
          `import type { it } from "${target}";\nexport type A = it;\n`,
        ]),
      ),
      "src/app/late.ts": `export const a = () => import("../state/sqlite/open.ts");\n`,
      "src/app/long.ts": long,
      "src/app/longer.ts": "// .\n".repeat(251),
      "src/queue/port.ts": `import type { it } from "../label/labeler.ts";\nexport type A = it;\n`,
      "src/queue/environment.ts": environment,
      "src/config/config.ts": environment,
    });
  });

  it.each(forbidden)("does not let %s import", (_what, from) => {
    expect(found).toContain(`${from} no-restricted-imports`);
  });

  it.each(forbiddenTypes)("does not let %s import as a type", (_what, from) => {
    expect(found).toContain(`${from} no-restricted-imports`);
  });

  it("holds for dynamic imports, too", () => {
    expect(found).toContain("src/app/late.ts no-restricted-imports");
  });

  it("lets no function be longer than 80 lines, and no file than 250", () => {
    expect(found).toContain("src/app/long.ts max-lines-per-function");
    expect(found).toContain("src/app/longer.ts max-lines");
    expect(found).not.toContain("src/app/long.ts max-lines");
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
