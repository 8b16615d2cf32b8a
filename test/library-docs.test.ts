import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { Library } from "../src/app/library.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import { withLibrary } from "./support/with-library.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const page = await readFile(join(root, "docs/library.md"), "utf8");
const [any = "", local = ""] = page.split("\n## LocalLibrary");
const namesIn = (part: string): string[] =>
  Array.from(part.matchAll(/^#### `(\w+)/gm), ([, name = ""]) => name);
const folder = await mkdtemp(join(root, "node_modules/.cache/library-docs-"));
afterAll(() => rm(folder, { recursive: true }));

/** The type checker makes sure that this list is complete. */
const ofAny: Readonly<Record<keyof Library, true>> = {
  put: true,
  checkPut: true,
  remove: true,
  workOff: true,
  work: true,
  retry: true,
  enqueueRetry: true,
  reprocess: true,
  enqueueReprocess: true,
  cancel: true,
  pause: true,
  resume: true,
  pausedSince: true,
  find: true,
  show: true,
  list: true,
  allMedia: true,
  page: true,
  briefs: true,
  brief: true,
  search: true,
  editTranscript: true,
  metadata: true,
  labelsOf: true,
  timelineOf: true,
  renditionsOf: true,
  outputsOf: true,
  outputNamed: true,
  outputAt: true,
  sourceOf: true,
  chunks: true,
  mediaAfter: true,
  objectsAfter: true,
  transcriptOf: true,
  checkSpeech: true,
  export: true,
  exportDocument: true,
  importTranscript: true,
  jobs: true,
  allJobs: true,
  jobsOf: true,
  heardSoFar: true,
  jobPage: true,
  queueCounts: true,
  logs: true,
  lastEvent: true,
  eventsAfter: true,
  access: true,
  streamLinks: true,
  buckets: true,
  transcriptions: true,
  labelJobs: true,
  notices: true,
  close: true,
};
const ofLocal: Readonly<Record<Exclude<keyof LocalLibrary, keyof Library> | "put", true>> = {
  process: true,
  put: true,
  putUpload: true,
  watch: true,
  get: true,
  keepResults: true,
  batch: true,
  previewBatch: true,
  isInUse: true,
  space: true,
  backup: true,
  reconcile: true,
  recover: true,
};

it("the page describes every method once, in the right section", () => {
  expect(namesIn(any).toSorted()).toEqual(Object.keys(ofAny).toSorted());
  expect(namesIn(local).toSorted()).toEqual(Object.keys(ofLocal).toSorted());
});

it("a library has these methods and no others", async () => {
  const names = await withLibrary(join(folder, "library"), async (library) => Object.keys(library));
  expect(names.toSorted()).toEqual(Object.keys({ ...ofAny, ...ofLocal }).toSorted());
});

it("each method has an example, and all examples compile", { timeout: 60_000 }, async () => {
  const blocks = Array.from(page.matchAll(/^```ts\n(.*?)^```/gms), ([, code = ""]) => code);
  expect(blocks.length).toBeGreaterThan(namesIn(page).length);
  const imports = `import { batchSettings, openDailies, readConfig, type LocalLibrary } from "${root}src/index.ts";\n`;
  const code = blocks
    .map((block) => block.replaceAll(/^import .*\n/gm, ""))
    .map(
      (block, index) =>
        `export async function example${index}(library: LocalLibrary) {\n${block}}\n`,
    )
    .join("")
    .replace("example0(library: LocalLibrary)", "example0()");
  await writeFile(join(folder, "examples.ts"), imports + code);
  const options = { extends: join(root, "tsconfig.json"), include: ["examples.ts"] };
  const compilerOptions = {
    noUnusedLocals: false,
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
  };
  const typeRoots = [join(root, "node_modules/@types")];
  await writeFile(
    join(folder, "tsconfig.json"),
    JSON.stringify({ ...options, compilerOptions: { ...compilerOptions, typeRoots } }),
  );
  const output = await new Promise<string>((resolve) =>
    execFile(join(root, "node_modules/.bin/tsc"), ["-p", folder, "--noEmit"], (_error, stdout) =>
      resolve(stdout),
    ),
  );
  expect(output).toBe("");
});
