// Breaks good media files in random ways and processes them. Every case must end with an error code that
// blames the file, or with outputs that decode without a complaint; and nothing may be left behind.
// Usage: node scripts/fuzz.ts [--quick] [--minutes N] [--cases N] [--seed N]
// A case depends only on the seed and its number; the same ffmpeg makes the same good files.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { ErrorCode } from "../src/media/errors.ts";
import { readConfig } from "../src/config/config.ts";
import type { LocalLibrary } from "../src/local/library.ts";
import type { ProcessedMedia } from "../src/app/processing.ts";
import { openDailies } from "../src/runtime/local.ts";
import { complaints, processesOf, wrongIn } from "../test/hostile.fixture.ts";
import { fuzzCase, type FuzzCase } from "./fuzz-cases.ts";
import { makeSeeds } from "./fuzz-seeds.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    minutes: { type: "string" },
    cases: { type: "string" },
    from: { type: "string", default: "1" },
    seed: { type: "string" },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const endsAt = Date.now() + Number(values.minutes ?? (values.quick ? 0.2 : 3)) * 60_000;
const mostCases = Number(values.cases ?? Infinity);
const atOnce = 8;

/** Codes that blame the file. Any other code would be a fault of the program or the machine. */
const fair: readonly ErrorCode[] = [
  "empty_file",
  "unsupported_media",
  "damaged_media",
  "limit_duration",
  "limit_pixels",
  "limit_memory",
  "limit_time",
  "limit_size",
];

const folder = mkdtempSync(join(tmpdir(), "dailies-fuzz-"));
const kept = join(folder, "failed");
process.env["TMPDIR"] = join(folder, "tmp");
for (const name of ["tmp", "cases", "failed"]) mkdirSync(join(folder, name));

const limits = {
  maxDurationMs: 120_000,
  maxPixels: 4_000_000,
  maxPicturePixels: 4_000_000,
  outputBytes: 100_000_000,
  minTimeMs: 20_000,
  timeFactor: 0.1,
};
const dataDir = join(folder, "library");
const config = {
  ...readConfig({ dataDir }, {}),
  slots: { light: 2, picture: 2, transcode: 2, speech: 1, vision: 1 },
};

const counts = new Map<string, number>();
function count(what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

/** Faults in how a media file ended; empty when there are none. */
async function wrongWith(media: ProcessedMedia): Promise<string[]> {
  const wrong: string[] = [];
  for (const { step, state, failure } of media.jobs) {
    if (state === "failed") {
      count(failure?.code ?? "?");
      if (failure === undefined || !fair.includes(failure.code))
        wrong.push(`${step}: ${failure?.code}: ${failure?.message}`);
    } else if (state !== "succeeded" && state !== "skipped") wrong.push(`${step} is ${state}`);
  }
  for (const path of media.written) {
    const said = await complaints(path);
    if (said !== "") wrong.push(`${path.slice(folder.length)}: ${said.trim().split("\n")[0]}`);
  }
  if (media.state === "ready" || media.state === "incomplete") count("outputs made");
  return wrong;
}

async function processBatch(dailies: LocalLibrary, cases: readonly FuzzCase[]): Promise<number> {
  const out = join(folder, "out");
  const paths = cases.map(({ name, bytes }) => {
    const path = join(folder, "cases", name);
    writeFileSync(path, bytes);
    return path;
  });
  const report = await dailies.process(paths, { out, only: ["audio", "poster", "gif", "video"] });
  let failed = 0;
  for (const [index, one] of cases.entries()) {
    const path = paths[index] ?? "";
    const media = report.finished.find(({ name }) => name === one.name);
    const refusal = report.refused.find((refused) => refused.path === path)?.error;
    if (refusal !== undefined) count(refusal.code);
    const wrong = media === undefined ? [] : await wrongWith(media);
    if (media === undefined && (refusal === undefined || !fair.includes(refusal.code)))
      wrong.push(`not taken in: ${refusal?.code}: ${refusal?.message}`);
    if (wrong.length > 0) {
      failed += 1;
      copyFileSync(path, join(kept, one.name));
      console.log(`${one.name} (${one.how}):\n  ${wrong.join("\n  ")}`);
    }
    if (media !== undefined) await dailies.remove(one.name, { keepMs: 0 });
  }
  for (const name of ["cases", "out"]) rmSync(join(folder, name), { recursive: true, force: true });
  mkdirSync(join(folder, "cases"));
  return failed;
}

const seeds = makeSeeds(join(folder, "seeds"));
console.log(`seed ${seed}, ${seeds.length} good files; failing ones are kept in ${kept}`);
const before = new Set(processesOf(folder));
const dailies = await openDailies({ ...config, limits: { ...config.limits, ...limits } });
let [number, failed] = [Number(values.from), 0];
const lastNumber = number + mostCases - 1;
while (number <= lastNumber && Date.now() < endsAt) {
  const size = Math.min(atOnce, lastNumber - number + 1);
  const cases = Array.from({ length: size }, (_, index) => fuzzCase(seeds, seed, number + index));
  failed += await processBatch(dailies, cases);
  number += size;
}
await dailies.close();

const left = [
  ...processesOf(folder).filter((line) => !before.has(line)),
  ...wrongIn(dataDir),
  ...readdirSync(join(folder, "tmp")),
];
for (const line of left) console.log(`left: ${line}`);
const summary = [...counts]
  .toSorted(([, a], [, b]) => b - a)
  .map(([what, many]) => `${many} ${what}`);
console.log(`${number - Number(values.from)} cases: ${summary.join(", ")}`);
console.log(failed + left.length === 0 ? "nothing amiss" : `${failed} cases failed; seed ${seed}`);
if (failed + left.length === 0) rmSync(folder, { recursive: true });
process.exitCode = failed + left.length === 0 ? 0 : 1;
