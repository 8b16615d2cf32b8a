import { MediaError } from "../media/errors.ts";
import type { Step } from "../media/job.ts";
import type { SpeechOptions } from "../app/transcription-options.ts";
import type { Context } from "./context.ts";
import { givenProfile, type ProfileOption } from "./profile.ts";
import { speechOptions } from "./speech-options.ts";
import { whereOf } from "./where.ts";
import { work } from "./work.ts";

export interface ReprocessCommandOptions extends SpeechOptions, ProfileOption {
  readonly only?: readonly Step[];
  readonly step?: readonly Step[];
  readonly where?: readonly string[];
  /** Milliseconds. */
  readonly posterAt?: number | "best";
  readonly force?: boolean;
}

/** `dailies reprocess`: plans again and redoes what differs; a ReportJson with --json. */
export async function reprocess(
  context: Context,
  names: readonly string[],
  options: ReprocessCommandOptions,
): Promise<number> {
  const { where, only, step, posterAt, force = false } = options;
  if ((names.length === 0) === (where === undefined))
    throw new MediaError("invalid_argument", "reprocess needs either NAME… or --where KEY=VALUE");
  const which = where === undefined ? names : whereOf(where);
  const steps =
    only === undefined && step === undefined ? undefined : [...(only ?? []), ...(step ?? [])];
  const profile = givenProfile(context.config, options);
  const { exitCode } = await work(context, async (dailies, running) => {
    await profile.keep();
    return dailies.reprocess(which, {
      ...running,
      ...profile.options,
      force,
      speech: speechOptions(options),
      ...(steps !== undefined && { only: steps }),
      ...(posterAt !== undefined && { posterAtMs: posterAt }),
    });
  });
  return exitCode;
}
