import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release, totalmem, type } from "node:os";
import { run } from "./measure.ts";

async function firstLine(command: string, args: readonly string[]): Promise<string> {
  const text = await run(command, args).catch(() => "not installed");
  return text.split("\n")[0] ?? "";
}

/** The file system of a folder: that of the longest mount point that contains it. */
function fileSystemOf(folder: string): string {
  try {
    const mounts = readFileSync("/proc/self/mounts", "utf8").trim().split("\n");
    const holding = mounts
      .map((line) => line.split(" "))
      .filter(([, point = ""]) => point === "/" || `${folder}/`.startsWith(`${point}/`))
      .toSorted(([, a = ""], [, b = ""]) => a.length - b.length);
    return holding.at(-1)?.[2] ?? "unknown";
  } catch {
    return "unknown";
  }
}

/** Properties of the machine that influence the figures: names and values. */
export async function machine(folder: string): Promise<[string, string][]> {
  const [load = 0] = loadavg();
  return [
    ["Processor", `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores`],
    ["Memory", `${(totalmem() / 1024 ** 3).toFixed(1)} GiB`],
    ["System", `${type()} ${release()}`],
    ["File system", fileSystemOf(folder)],
    ["Node", process.version],
    ["SQLite", process.versions["sqlite"] ?? "unknown"],
    ["ffmpeg", (await firstLine("ffmpeg", ["-version"])).replace(/ Copyright.*/, "")],
    ["bubblewrap", await firstLine("bwrap", ["--version"])],
    ["Load at the start", `${load.toFixed(2)} (a quiet machine is near 0)`],
  ];
}
