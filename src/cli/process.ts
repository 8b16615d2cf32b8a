import { MediaError } from "../media/errors.ts";
import { steps, type Step } from "../media/job.ts";
import type { ProcessedMedia } from "../app/processing.ts";
import type { SpeechOptions } from "../app/transcription-options.ts";
import type { Context } from "./context.ts";
import { offerModel, smallLabels } from "./offer-model.ts";
import { givenProfile, type ProfileOption } from "./profile.ts";
import { heardWith, speechOptions } from "./speech-options.ts";
import { printable, shellWord } from "./text.ts";
import { work } from "./work.ts";

export interface ProcessCommandOptions extends SpeechOptions, ProfileOption {
  readonly out?: string;
  readonly only?: readonly Step[];
  readonly name?: string;
  readonly prefix?: string;
  readonly replace?: boolean;
  /** Lists what is passed over. */
  readonly passedOver?: boolean;
  /** Milliseconds. */
  readonly posterAt?: number | "best";
  /** False: no adaptive stream. */
  readonly stream?: boolean;
}

/** `dailies process`: uploads and processes files; a ReportJson with --json. */
export async function process(
  context: Context,
  paths: readonly string[],
  options: ProcessCommandOptions,
): Promise<number> {
  if (paths.length === 0) return workOff(context, options);
  if (options.name !== undefined && paths.length > 1)
    throw new MediaError("invalid_argument", "--name is for one file, but there are several");
  const { out, name, prefix, replace, posterAt, passedOver = false } = options;
  const only = options.stream === false ? withoutStream(options.only) : options.only;
  const speech = speechOptions(options);
  const profile = givenProfile(context.config, options);
  const draftHint = await offerModel(heardWith(context, speech), { paths, only });
  const given = {
    speech,
    ...profile.options,
    ...(out !== undefined && { out }),
    ...(only !== undefined && { only }),
    ...(name !== undefined && { name }),
    ...(prefix !== undefined && { prefix }),
    ...(replace !== undefined && { replace }),
    ...(posterAt !== undefined && { posterAtMs: posterAt }),
  };
  const { exitCode, report } = await work(
    context,
    async (dailies, running) => {
      await profile.keep();
      return dailies.process(paths, { ...given, ...running });
    },
    { create: true, listsIgnored: passedOver },
  );
  if (draftHint !== undefined && report.finished.some(hasNewTranscript))
    context.output.note(draftHint);
  smallLabels(context, report.finished);
  if (!report.interrupted) hint(context, report.finished, out);
  return exitCode;
}

const withoutStream = (only: readonly Step[] = steps): Step[] =>
  only.filter((step) => step !== "stream");

function hasNewTranscript({ state, jobs }: ProcessedMedia): boolean {
  const isNew = state === "ready" || state === "incomplete" || state === "failed";
  return isNew && jobs.some(({ step, state: end }) => step === "transcribe" && end === "succeeded");
}

/** Without paths: does all waiting jobs of all sessions. */
async function workOff(context: Context, options: ProcessCommandOptions): Promise<number> {
  const own = [
    "out",
    "only",
    "name",
    "prefix",
    "replace",
    "passedOver",
    "posterAt",
    "profile",
    ...Object.keys(speechOptions(options)),
  ];
  if (options.stream === false) own.push("stream");
  const given = Object.keys(options).find((name) => own.includes(name));
  if (given !== undefined) {
    const option = given.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new MediaError(
      "invalid_argument",
      `--${given === "stream" ? "no-" : ""}${option} needs a file or folder to process`,
    );
  }
  return (await work(context, (dailies, running) => dailies.workOff(running))).exitCode;
}

/** The place of the results. */
function hint({ output }: Context, finished: readonly ProcessedMedia[], out?: string): void {
  if (!output.notes.terminal || output.mode !== "human" || finished.length === 0) return;
  if (out !== undefined) {
    output.note(`Results are in ${printable(out)}.`);
    return;
  }
  const [first] = finished;
  const name = first === undefined ? "NAME" : shellWord(first.name);
  output.note(`See \`dailies show ${name}\`; --out DIR writes the results as files.`);
}
