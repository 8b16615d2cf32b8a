import { basename } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { PutResult } from "../app/put.ts";
import type { SpeechOptions } from "../app/transcription-options.ts";
import type { Context } from "./context.ts";
import { aboutPath, errorJson, errorText, exitCodes, type ErrorJson } from "./failure.ts";
import { formatSize } from "./format.ts";
import { givenProfile, type GivenProfile, type ProfileOption } from "./profile.ts";
import { printable } from "./text.ts";

export interface PutOptions
  extends ProfileOption, Pick<SpeechOptions, "audioTrack" | "videoTrack"> {
  readonly name?: string;
  readonly replace?: boolean;
  readonly wait?: boolean;
}

/** The output of `put --json`. */
export interface PutJson {
  readonly put: readonly {
    readonly path: string;
    readonly name: string;
    readonly version: string;
    /** `shared`: it shares the results of the same bytes under another name. */
    readonly change: PutResult["change"];
    readonly sha256: string;
    readonly sizeBytes: number;
  }[];
  readonly failed: readonly { readonly path: string; readonly error: ErrorJson }[];
}

type Outcome =
  | { readonly path: string; readonly result: PutResult }
  | { readonly path: string; readonly error: ErrorJson };

const said: Readonly<Record<PutResult["change"], string>> = {
  created: "queued",
  replaced: "takes the place of other bytes; queued",
  shared: "the same bytes are there under another name: shares what was made of them",
  unchanged: "is there already",
};

async function putOne(
  dailies: LocalLibrary,
  path: string,
  options: PutOptions,
  profile: GivenProfile["options"],
): Promise<Outcome> {
  try {
    const { name = basename(path), replace = false } = options;
    const isInput = path === "-";
    if (isInput && options.name === undefined)
      throw new MediaError("invalid_argument", "what comes from standard input needs --name");
    const source = isInput ? process.stdin : path;
    const { audioTrack, videoTrack } = options;
    const speech = {
      ...(audioTrack !== undefined && { audioTrack }),
      ...(videoTrack !== undefined && { videoTrack }),
    };
    const isChosen = Object.keys(speech).length > 0;
    // For bytes that are new there is no choice to end: `auto` is what is done anyway.
    const first = Object.fromEntries(
      Object.entries(speech).filter(([, track]) => track !== "auto"),
    );
    const result = await dailies.put(source, {
      name,
      replace,
      ...profile,
      // None at all: the same bytes under another name say how they are transcribed.
      ...(Object.keys(first).length > 0 && { speech: first }),
    });
    if (result.change === "unchanged" && (isChosen || profile.profile !== undefined))
      await dailies.enqueueReprocess(result.media.name, { ...profile, speech });
    return { path, result };
  } catch (thrown) {
    return { path, error: aboutPath(path, errorJson(asMediaError(thrown))) };
  }
}

function putLine({ media, change }: PutResult): string {
  return `${printable(media.name)} (${formatSize(media.sizeBytes)}): ${said[change]}`;
}

/** `dailies put`: uploads files and leaves the work to another process. */
export async function put(
  context: Context,
  paths: readonly string[],
  options: PutOptions,
): Promise<number> {
  const { output } = context;
  const { wait = false, ...rest } = options;
  if (options.name !== undefined && paths.length > 1)
    throw new MediaError("invalid_argument", "--name is for one file");
  if (wait) return (await import("./process.ts")).process(context, paths, rest);
  const profile = givenProfile(context.config, options);
  const outcomes = await context.withDailies(
    async (dailies) => {
      await profile.keep();
      const all: Outcome[] = [];
      for (const path of paths) all.push(await putOne(dailies, path, options, profile.options));
      return all;
    },
    { create: true },
  );
  const done = outcomes.filter((outcome) => "result" in outcome);
  const failed = outcomes.filter((outcome) => "error" in outcome);
  if (output.mode === "human") {
    output.lines(done.map(({ result }) => putLine(result)));
    for (const { error } of failed) output.notes.write(`dailies: ${errorText(error)}\n`);
  } else
    output.document({
      put: done.map(({ path, result: { media, change } }) => {
        const { name, version, sha256, sizeBytes } = media;
        return { path, name, version, change, sha256, sizeBytes };
      }),
      failed,
    } satisfies PutJson);
  if (failed.length === 0) return exitCodes.done;
  return done.length === 0 ? exitCodes.couldNotRun : exitCodes.someFailed;
}
