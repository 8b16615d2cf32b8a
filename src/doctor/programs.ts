import { MediaError } from "../media/errors.ts";
import { findProgram } from "../sandbox/programs.ts";
import { programVersion, runToEnd, versionIn } from "../sandbox/run.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { findPocketsphinx } from "../transcribe/pocketsphinx/program.ts";
import type { Finding } from "./check.ts";

/** What the package managers call our programs. */
const packages = {
  ffmpeg: { "apt-get": "ffmpeg", dnf: "ffmpeg", brew: "ffmpeg" },
  pocketsphinx: {
    "apt-get": "pocketsphinx pocketsphinx-en-us",
    dnf: "pocketsphinx",
    brew: "cmu-pocketsphinx",
  },
  bubblewrap: { "apt-get": "bubblewrap", dnf: "bubblewrap", brew: undefined },
} as const;

/** The line that installs a program here, by the package manager that is found. */
export function howToInstall(program: keyof typeof packages, searchPath: string): string {
  const names = packages[program];
  if (findProgram("apt-get", searchPath)) return `sudo apt-get install ${names["apt-get"]}`;
  if (findProgram("dnf", searchPath)) return `sudo dnf install ${names.dnf}`;
  if (findProgram("brew", searchPath) && names.brew) return `brew install ${names.brew}`;
  return `Install ${program} with your system's package manager.`;
}

const limits = { wallMs: 20_000, cpuSeconds: 20, memoryBytes: 4 * 1024 ** 3, fileSizeBytes: 0 };

/** What a program prints when it is given nothing of anybody's. */
async function ask(sandbox: Sandbox, command: string, args: readonly string[]) {
  const signal = new AbortController().signal;
  return await runToEnd(sandbox, { command, args, reads: [], writes: [], limits, signal });
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof MediaError && thrown.code === "engine_missing";
}

/** What the transcoder writes: nothing plays without it. */
const encoders = ["libx264", "libmp3lame", "aac", "gif", "mjpeg"];

/** What only some media need, and what happens to those. */
const filters = {
  zscale: "HDR video cannot be shown on ordinary screens",
  tonemap: "HDR video cannot be shown on ordinary screens",
  bwdif: "interlaced video cannot be made progressive",
};

export async function checkFfmpeg(sandbox: Sandbox, searchPath: string): Promise<Finding> {
  const asked = Promise.all([
    ask(sandbox, "ffmpeg", ["-encoders"]),
    ask(sandbox, "ffmpeg", ["-hide_banner", "-filters"]),
  ]);
  const answers = await asked.catch((thrown: unknown) => {
    if (isMissing(thrown)) return undefined;
    throw thrown;
  });
  const remedy = howToInstall("ffmpeg", searchPath);
  if (answers === undefined)
    return { state: "missing", detail: "nothing can be transcoded without it", remedy };
  const [encoding, filtering] = answers;
  const version = versionIn(encoding.stderr);
  const found = version === undefined ? {} : { found: version };

  const noEncoders = absent(encoders, encoding.stdout);
  const noFilters = absent(Object.keys(filters), filtering.stdout);
  const other = "Install an ffmpeg that was built with them, such as Debian's or RPM Fusion's.";
  if (noEncoders.length > 0) {
    const detail = `lacks the encoders ${noEncoders.join(", ")}`;
    return { state: "missing", ...found, detail, remedy: other };
  }
  if (noFilters.length > 0) {
    const why = Object.entries(filters).flatMap(([name, harm]) =>
      noFilters.includes(name) ? [harm] : [],
    );
    const detail = `lacks the filters ${noFilters.join(", ")}: ${[...new Set(why)].join("; ")}`;
    return { state: "warning", ...found, detail, remedy: other };
  }
  return { state: "ok", ...found, detail: "with all encoders and filters that are used" };
}

/** Which names are not in ffmpeg's list: ` V....D libx264   …`, ` .S. tonemap   …`. */
function absent(names: readonly string[], list: string): string[] {
  const listed = new Set(list.split("\n").map((line) => line.trim().split(/\s+/)[1]));
  return names.filter((name) => !listed.has(name));
}

export async function checkFfprobe(sandbox: Sandbox, searchPath: string): Promise<Finding> {
  try {
    const version = await programVersion(sandbox, "ffprobe");
    const found = version === undefined ? {} : { found: version };
    return { state: "ok", ...found, detail: "comes with ffmpeg" };
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    const remedy = howToInstall("ffmpeg", searchPath);
    return { state: "missing", detail: "nothing can be taken in without it", remedy };
  }
}

/** Also whether its model is there, which Debian packs apart: it is loaded, and given no sound. */
export async function checkPocketsphinx(sandbox: Sandbox, searchPath: string): Promise<Finding> {
  const [program, silence] = await Promise.all([
    findPocketsphinx(sandbox),
    ask(sandbox, "pocketsphinx_continuous", ["-infile", "/dev/null"]).catch(() => undefined),
  ]);
  const remedy = howToInstall("pocketsphinx", searchPath);
  if (program === undefined)
    return {
      state: "warning",
      detail: "aligns words, and is the draft engine; it is not installed",
      remedy,
    };
  const found = program.version;
  if (program.kind === "continuous" && silence?.exitCode !== 0)
    return { state: "warning", found, detail: "its model for en-US is not there", remedy };
  return { state: "ok", found, detail: "aligns words, and is the draft speech engine for en-US" };
}
