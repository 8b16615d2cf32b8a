import { MediaError } from "../../media/errors.ts";
import { runToEnd } from "../../sandbox/run.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";

/**
 * A pocketsphinx that is installed. Its two generations have different commands:
 * `continuous` (5prealpha, as in Debian 12 and Ubuntu 24.04) prints words as lines of text,
 * `5.x` (Homebrew, newer distributions) prints utterances as lines of JSON.
 */
export interface PocketsphinxProgram {
  readonly kind: "continuous" | "5.x";
  readonly version: string;
}

const commands = {
  continuous: { command: "pocketsphinx_continuous", args: [] },
  "5.x": { command: "pocketsphinx", args: ["help"] },
} as const;

/** What a program says about itself, or undefined when it is not there. */
async function usageOf(
  sandbox: Sandbox,
  kind: PocketsphinxProgram["kind"],
): Promise<string | undefined> {
  const limits = { wallMs: 20_000, cpuSeconds: 20, memoryBytes: 2 ** 32, fileSizeBytes: 0 };
  const signal = new AbortController().signal;
  try {
    const command = { ...commands[kind], reads: [], writes: [], limits, signal };
    const { stdout, stderr } = await runToEnd(sandbox, command);
    return `${stdout}\n${stderr}`;
  } catch (thrown) {
    if (thrown instanceof MediaError && thrown.code === "engine_missing") return undefined;
    throw thrown;
  }
}

/**
 * Finds the pocketsphinx of this machine; undefined when none is installed. Neither generation
 * tells its exact version, so the version is told by what it can do. 5.x was not at hand when this
 * was written: its commands and output are as in its published source.
 */
export async function findPocketsphinx(sandbox: Sandbox): Promise<PocketsphinxProgram | undefined> {
  const older = await usageOf(sandbox, "continuous");
  if (older?.includes("-infile") === true)
    return { kind: "continuous", version: older.includes("-remove_noise") ? "5prealpha" : "0.8" };
  const newer = await usageOf(sandbox, "5.x");
  if (newer?.includes("live | single") === true) return { kind: "5.x", version: "5.x" };
  return undefined;
}

/**
 * How strongly the language model counts, and how many hypotheses are followed at once: about
 * the least word error on eight clips of read speech that stays within 0.30 of one core. As audio
 * renditions they have 60 of 219 words wrong (0.274). The engine is unsteady: the same clips quieter,
 * as WAV, or 7 ms later have 61, 66 and 72. `-lw 5` without the second makes 60 to 66 at more than
 * twice the cost. Eight clips are few: a finer choice would be luck.
 */
const tuning = ["-lw", "6.5", "-maxhmmpf", "3000"];

/**
 * 5prealpha ends a phrase after 0.5 s of silence; after 0.25 s it makes fewer mistakes (62 words
 * of 219 instead of 70), because what is misheard in one phrase does not spoil the next. 5.x has
 * another detector, without such options. Without the noise removal of its own that it does by default
 * there are more (78 instead of 66).
 */
const phrases = ["-vad_postspeech", "25", "-vad_prespeech", "15"];

/** The command that prints the timed words of a WAV file. */
export function decodeCommand(
  program: PocketsphinxProgram,
  wavPath: string,
): { command: string; args: string[] } {
  switch (program.kind) {
    case "continuous": {
      // 0.8 has neither the detector nor its options.
      const own = program.version === "0.8" ? [] : phrases;
      const args = ["-infile", wavPath, "-time", "yes", ...tuning, ...own];
      return { command: "pocketsphinx_continuous", args };
    }
    case "5.x":
      return { command: "pocketsphinx", args: [...tuning, "live", wavPath] };
  }
}
