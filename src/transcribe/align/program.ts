import { statSync } from "node:fs";
import { dirname, join } from "node:path";
import { MediaError } from "../../media/errors.ts";
import { findProgram, systemPath } from "../../sandbox/programs.ts";
import { runToEnd } from "../../sandbox/run.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";

/** The aligning program of this machine and its English model. */
export interface AlignProgram {
  readonly command: string;
  /** The folder of the acoustic model, and the dictionary beside it. */
  readonly acoustics: string;
  readonly dictionary: string;
  /** Whether it leaves out silence unless told otherwise, as 5prealpha does, which moves all times. */
  readonly removesSilence: boolean;
}

const command = "pocketsphinx_batch";

/** Beside the program, and where Debian and Homebrew put it. */
function modelFolder(program: string): string | undefined {
  const beside = join(dirname(dirname(program)), "share/pocketsphinx/model/en-us");
  const usual = ["/usr/share", "/usr/local/share", "/opt/homebrew/share"].map((share) =>
    join(share, "pocketsphinx/model/en-us"),
  );
  return [beside, ...usual].find((folder) =>
    ["en-us/mdef", "cmudict-en-us.dict"].every((name) =>
      statSync(join(folder, name), { throwIfNoEntry: false })?.isFile(),
    ),
  );
}

/** Finds what aligns on this machine; undefined when it, or its English model, is not installed. */
export async function findAlignProgram(sandbox: Sandbox): Promise<AlignProgram | undefined> {
  const path = findProgram(command, systemPath);
  const folder = path === undefined ? undefined : modelFolder(path);
  if (folder === undefined) return undefined;
  const limits = { wallMs: 20_000, cpuSeconds: 20, memoryBytes: 2 ** 32, fileSizeBytes: 0 };
  const signal = new AbortController().signal;
  try {
    // Without arguments it lists its options.
    const asked = { command, args: [], reads: [], writes: [], limits, signal };
    const { stdout, stderr } = await runToEnd(sandbox, asked);
    const help = `${stdout}\n${stderr}`;
    if (!help.includes("-fsgctl")) return undefined;
    return {
      command,
      acoustics: join(folder, "en-us"),
      dictionary: join(folder, "cmudict-en-us.dict"),
      removesSilence: help.includes("-remove_silence"),
    };
  } catch (thrown) {
    if (thrown instanceof MediaError && thrown.code === "engine_missing") return undefined;
    throw thrown;
  }
}
