import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { largeLibrary, libraryFor } from "./c-catalog.ts";
import { atMost, spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import { dailies, run } from "./measure.ts";

async function wall(command: string, args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  await run(command, args);
  return performance.now() - startedAt;
}

export async function start(bench: Bench): Promise<Findings> {
  const small = await libraryFor(bench, { media: 100, transcripts: 10 });
  const large = await libraryFor(bench, largeLibrary(bench));
  const empty = join(bench.folder, "empty");
  await mkdir(empty);
  await run(dailies, ["ls", "--data-dir", small]);
  const subjects = {
    node: [process.execPath, "-e", "0"],
    version: [dailies, "--version"],
    help: [dailies, "--help"],
    ls: [dailies, "ls", "--data-dir", small],
    lsPage: [dailies, "ls", "--data-dir", large, "--limit", "50"],
    search: [dailies, "search", "weather", "--data-dir", large],
  };
  const taken = Object.fromEntries(
    Object.keys(subjects).map((name) => [name, [] as number[]]),
  ) as Record<keyof typeof subjects, number[]>;
  for (let round = 0; round < (bench.quick ? 2 : 15); round += 1)
    for (const [name, [command = "", ...args]] of Object.entries(subjects))
      taken[name as keyof typeof subjects].push(await wall(command, args));
  const node = { what: "`node -e 0`", measured: spreadOf(taken.node) };
  const row = (what: string, times: number[], target?: number): Row => ({
    what,
    unit: "ms",
    measured: spreadOf(times),
    comparison: node,
    ...(target === undefined ? {} : { target: atMost(target) }),
  });
  const many = largeLibrary(bench).media.toLocaleString("en");
  return {
    rows: [
      row("`dailies --version`", taken.version),
      row("`dailies --help`", taken.help),
      row("`dailies ls`, 100 media files", taken.ls, 500),
      row(`\`dailies ls --limit 50\`, ${many} media files`, taken.lsPage, 500),
      row(`\`dailies search\`, word in half of all transcripts, ${many} media files`, taken.search),
    ],
    remarks: [
      "Times are from spawn to exit of `bin/dailies`, with output through a pipe. Files and compiled code " +
        "are in the caches, as they are from the second call on.",
    ],
  };
}
