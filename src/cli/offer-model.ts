import { createInterface } from "node:readline/promises";
import type { ProcessedMedia } from "../app/processing.ts";
import { asMediaError } from "../media/errors.ts";
import { pullLabelModels } from "../media/label.ts";
import type { Step } from "../media/job.ts";
import { openModels, type Models } from "../models/models.ts";
import { answerOffer, canLoadSherpa, speechOffer, type SpeechOffer } from "../doctor/offer.ts";
import type { Context } from "./context.ts";
import { formatSize } from "./format.ts";
import { createPullDisplay, licenceLine } from "./pull-display.ts";
import { stopSignal } from "./stop-signal.ts";

/** The work that is about to begin. */
export interface Intent {
  readonly paths: readonly string[];
  readonly only?: readonly Step[] | undefined;
  /** Whether to ask no question, not even on a terminal. */
  readonly unattended?: boolean;
}

const pictures = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif|hei[cf])$/i;

const mayTranscribe = ({ paths, only }: Intent): boolean =>
  (only === undefined || only.includes("transcribe") || only.includes("index")) &&
  paths.some((path) => !pictures.test(path));

/**
 * Before transcription: offers the better speech engine where only the draft engine is installed. On a
 * terminal it asks once, unless the work runs unattended. With DAILIES_AUTO_PULL=1 it fetches without a
 * question. Elsewhere one line says how to fetch it. It also shows the licences of installed models once.
 * The work goes on in any case, with the draft engine where there is no other.
 * Returns the line to print afterwards, when there are drafts.
 * @throws MediaError `cancelled` when the fetching was interrupted
 */
export async function offerModel(context: Context, intent: Intent): Promise<string | undefined> {
  const { config, output } = context;
  const models = openModels(config);
  for (const line of aboutVanished(models.vanished())) output.note(line);
  if (!mayTranscribe(intent)) return undefined;
  await showLicences(context, models);
  const offer = speechOffer(config);
  if (offer === undefined) return undefined;
  if (config.modelsAutoPull) {
    // A model is useless where this machine cannot load the package.
    if (await canLoadSherpa()) await fetch(context, models, offer);
    return undefined;
  }
  if (offer.answer === "no") return undefined;
  const isTerminal = process.stdin.isTTY && output.results.terminal && output.notes.terminal;
  const isAsked = isTerminal && output.mode === "human" && !output.quiet && !intent.unattended;
  if (!isAsked || offer.answer === "yes") return hint(offer);
  if (!(await canLoadSherpa())) return undefined;
  const isWanted = await ask(context, offer);
  if (isWanted === undefined) return undefined;
  await answerOffer(config, offer, isWanted ? "yes" : "no");
  if (isWanted) await fetch(context, models, offer);
  return undefined;
}

/** What to say of models that were here, and are gone. */
export function aboutVanished(ids: readonly string[]): string[] {
  if (ids.length === 0) return [];
  const names = ids.join(" ");
  const [are, them] = ids.length === 1 ? ["is", "it"] : ["are", "them"];
  return [
    `${ids.join(", ")} ${are} not here any more: what is left does the work, as \`dailies doctor\` says. ` +
      `\`dailies models pull ${names}\` brings ${them} back, \`models rm ${names}\` lets ${them} go.`,
  ];
}

/** Says at the end of work that the small label engine did it, where a better one only lacks its models. */
export function smallLabels(
  { config, output }: Pick<Context, "config" | "output">,
  finished: readonly ProcessedMedia[],
): void {
  const isSmall = finished.some(({ jobs, done }) =>
    jobs.some(
      ({ step, settings }) =>
        step === "label" &&
        done.includes(step) &&
        String(settings["engine"]).startsWith("centernet-"),
    ),
  );
  if (!isSmall || config.engines.labels !== "auto") return;
  output.note(
    `Labels come from the small engine (CenterNet, 80 kinds of things): \`${pullLabelModels}\` (18 MB) brings a better one.`,
  );
}

/** Shows the terms at the first use, because models may come with a disk image or be copied by hand. */
async function showLicences({ output }: Context, models: Models): Promise<void> {
  const unseen = models.unseen();
  if (unseen.length === 0 || output.quiet) return;
  for (const model of unseen) output.note(licenceLine(model));
  await models.markSeen(unseen.map(({ id }) => id));
}

function sizeAndLicence({ sizeBytes, licence }: SpeechOffer): string {
  return sizeBytes === undefined ? licence : `${formatSize(sizeBytes)}, ${licence}`;
}

function hint(offer: SpeechOffer): string {
  return `Transcripts are drafts: \`dailies models pull ${offer.name}\` (${sizeAndLicence(offer)}) brings better ones.`;
}

/** Enter means yes; the end of input or Ctrl-C means no answer. */
async function ask({ output }: Context, offer: SpeechOffer): Promise<boolean | undefined> {
  output.note("Only the draft speech engine is here. A better one can be fetched, once:");
  output.note(`  ${offer.title}; ${offer.attribution}`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const gone = new AbortController();
  lines.on("close", () => gone.abort());
  lines.on("SIGINT", () => process.exit(130));
  try {
    const question = `Fetch it now (${sizeAndLicence(offer)})? [Y/n] `;
    const answer = (await lines.question(question, { signal: gone.signal })).trim();
    return answer === "" || /^(y|yes|j|ja|o|oui|s|si|sí)$/i.test(answer);
  } catch {
    output.note("");
    return undefined;
  } finally {
    lines.close();
  }
}

/** Gives up early, because the user waits for other work. */
const patience = { tries: 3, pauseMs: 500 };

async function fetch(context: Context, models: Models, offer: SpeechOffer): Promise<void> {
  const stop = stopSignal();
  const display = createPullDisplay(context.output);
  try {
    for (const id of offer.ids) {
      display.say(licenceLine(models.about(id)));
      await models.pull(id, { signal: stop.signal, onProgress: display.update, patience });
      await models.markSeen([id]);
      display.say(`Fetched ${id}.`);
    }
  } catch (error) {
    const { message, code } = asMediaError(error);
    if (stop.signal.aborted) throw error;
    display.say(`${message} (${code}). ${hint(offer)}`);
  } finally {
    display.close();
    stop.release();
  }
}
