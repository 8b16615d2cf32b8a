import { relative } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import { outputKinds } from "../media/keys.ts";
import type { GotFile, GotKind } from "../local/get.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { formatSize } from "./format.ts";
import { printable } from "./text.ts";
import { listenForStop, exitCodeOf } from "./work.ts";

export interface GetCommandOptions {
  /** The folder for the files. Default: this one. */
  readonly to?: string;
}

/** The output of `get --json`. */
export interface GetJson {
  readonly name: string;
  readonly files: readonly GotFile[];
}

/** What people call the kinds, beside their own names. */
const alsoCalled: Readonly<Record<string, readonly GotKind[]>> = {
  subtitles: ["subtitles"],
  transcript: ["transcribe"],
  captions: ["captions-vtt", "captions-srt"],
  vtt: ["captions-vtt"],
  srt: ["captions-srt"],
  mp3: ["audio"],
};

/** @throws MediaError `invalid_argument` */
function kindsOf(words: readonly string[]): GotKind[] {
  const kinds = words.flatMap((word): readonly GotKind[] => {
    const kind = outputKinds.find((one) => one === word);
    const named = kind === undefined ? alsoCalled[word.toLowerCase()] : [kind];
    if (named !== undefined) return named;
    const all = [...outputKinds, ...Object.keys(alsoCalled)].join(", ");
    throw new MediaError("invalid_argument", `${JSON.stringify(word)} is no kind of output`, {
      remedy: `There are ${all}. \`dailies export\` writes a transcript in other formats.`,
    });
  });
  return [...new Set(kinds)];
}

/** `dailies get`: writes outputs as files, by their keys; their paths go to stdout. */
export async function get(
  context: Context,
  name: string,
  words: readonly string[],
  { to = "." }: GetCommandOptions,
): Promise<number> {
  const { output } = context;
  const kinds = kindsOf(words);
  const stop = listenForStop(() => {});
  try {
    const { signal } = stop;
    const wanted = { to, signal, ...(kinds.length > 0 && { kinds }) };
    const files = await context.withDailies((dailies) => dailies.get(name, wanted));
    if (output.mode !== "human") output.document({ name, files } satisfies GetJson);
    else
      output.lines(
        files.map(({ path, sizeBytes }) => {
          const near = relative("", path);
          const shown = near.startsWith("..") ? path : near;
          return output.results.terminal
            ? `${printable(shown)}  ${output.results.style("dim", formatSize(sizeBytes))}`
            : printable(shown);
        }),
      );
    return exitCodes.done;
  } catch (error) {
    const by = stop.by();
    if (by !== undefined && asMediaError(error).code === "cancelled") return exitCodeOf(by);
    throw error;
  } finally {
    stop.release();
  }
}
