import { asMediaError, MediaError } from "../media/errors.ts";
import { modelTasks } from "../models/model-store.ts";
import type { ModelListing, PullProgress } from "../models/models.ts";
import { openModels, ownKinds, ownTasks, type Models, type OwnModel } from "../models/models.ts";
import type { Context } from "./context.ts";
import { errorJson, errorText, exitCodes, type ErrorJson } from "./failure.ts";
import { formatSize } from "./format.ts";
import { createPullDisplay, licenceLine, type PullDisplay } from "./pull-display.ts";
import type { OwnOptions } from "./models-commands.ts";
import { aboutVanished } from "./offer-model.ts";
import { stopSignal, type StopSignal } from "./stop-signal.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

/** The output of `models list --json`. */
export interface ModelsJson {
  /** The folder of the models. */
  readonly dir: string;
  readonly models: readonly ModelListing[];
}

/** The output with --json of the commands that change something: one entry a model. */
export interface ModelResultsJson {
  readonly models: readonly ModelResult[];
}

type ModelResult = {
  readonly id: string;
  readonly state: "pulled" | "present" | "imported" | "whole" | "broken" | "removed" | "failed";
  readonly model?: ModelListing;
  /** Files that are missing or changed. */
  readonly wrong?: readonly string[];
  readonly error?: ErrorJson;
};

const marks = { installed: "✓", changed: "!", absent: " " } as const;

/** `dailies models list` */
export async function listModels({ output, config }: Context): Promise<number> {
  const models = openModels(config).list();
  if (output.mode === "json")
    output.document({ dir: config.modelsDir, models } satisfies ModelsJson);
  if (output.mode === "jsonl") output.list("models", models);
  if (output.mode !== "human") return exitCodes.done;
  const { style, columns } = output.results;
  const rows = models.map((model) => [
    marks[model.state],
    model.id,
    sizeText(model),
    model.engine,
    model.licence,
    model.title + costText(model),
  ]);
  const titles = ["", "MODEL", "SIZE", "ENGINE", "LICENCE", "WHAT IT IS"];
  const shape = titles.map((title) => ({
    title,
    ...(title === "SIZE" && { align: "right" as const }),
    // A licence is whole or not there: `pull` shows it in any case.
    ...(title === "ENGINE" && { optional: 1 }),
    ...(title === "LICENCE" && { optional: 2 }),
    ...(title === "WHAT IT IS" && { least: 20, optional: 3 }),
  }));
  output.lines(table(shape, rows, { style, available: columns() }));
  const here = models.filter(({ state }) => state === "installed");
  const sum = here.reduce((bytes, { sizeBytes = 0 }) => bytes + sizeBytes, 0);
  const total =
    here.length === 0 ? "none installed" : `${here.length} installed, ${formatSize(sum)}`;
  output.note(`${total}; in ${printable(config.modelsDir)}`);
  for (const line of aboutVanished(openModels(config).vanished())) output.note(line);
  for (const { id, state } of models)
    if (state === "changed")
      output.note(
        `${id}: its files changed; \`dailies models verify ${id}\` says which, \`pull ${id}\` fetches it anew, \`rm ${id}\` lets it go`,
      );
  return exitCodes.done;
}

/** The size on the disk, else of the download, `~` before a rounded one; `?` where none is known. */
function sizeText({ sizeBytes, downloadBytes, aboutDownloadBytes: about }: ModelListing): string {
  const bytes = sizeBytes ?? downloadBytes;
  if (bytes !== undefined) return formatSize(bytes);
  return about === undefined ? "?" : `~${formatSize(about)}`;
}

/** What it costs to use, where that is known. */
function costText({ cost }: ModelListing): string {
  if (cost === undefined) return "";
  return `; ${formatSize(cost.memoryBytes)} of memory, ${cost.timesRealTime}× real time a core`;
}

/** Where a model came from: the host of an address, or what it says. */
function sourceText({ from = "" }: ModelListing): string {
  return printable(URL.canParse(from) ? new URL(from).host : from);
}

/** `dailies models pull`: ids and sets, one after another; installed models are left alone. */
export async function pullModels(context: Context, names: readonly string[]): Promise<number> {
  const models = openModels(context.config);
  const ids = models.ids(names);
  const stop = stopSignal();
  const display = createPullDisplay(context.output);
  try {
    return await forEach(context, ids, stop, (id) =>
      pullOne(context, models, id, stop.signal, display),
    );
  } finally {
    display.close();
    stop.release();
  }
}

/** Pulls one model, its licence shown first. */
async function pullOne(
  { output }: Pick<Context, "output">,
  models: Models,
  id: string,
  signal: AbortSignal,
  display: PullDisplay,
): Promise<ModelResult> {
  const before = models.about(id);
  if (before.state !== "installed") display.say(licenceLine(before));
  const onProgress = (progress: PullProgress): void => display.update(progress);
  const { isNew } = await models.pull(id, { signal, onProgress });
  display.clear();
  const model = models.about(id);
  await models.markSeen([id]);
  if (output.mode === "human")
    output.lines([
      isNew
        ? `Pulled ${id} (${sizeText(model)}) from ${sourceText(model)}`
        : `${id} is here already (${sizeText(model)})`,
    ]);
  return { id, state: isNew ? "pulled" : "present", model };
}

/** What was said of a model of somebody's own; undefined when it is one that Dailies knows. */
function ownModel(id: string | undefined, options: OwnOptions): OwnModel | undefined {
  const { task, kind, languages } = options;
  if (task === undefined && kind === undefined && languages === undefined) return undefined;
  if (id === undefined || task === undefined || kind === undefined)
    throw new MediaError(
      "invalid_argument",
      "a model of your own needs an id, --task and --kind: dailies models import MY-ID PATH --task speech --kind whisper",
    );
  const known = modelTasks.find((one) => one === task);
  if (known === undefined || ownKinds(known).length === 0)
    throw new MediaError("invalid_argument", `--task is one of ${ownTasks.join(", ")}`);
  return { id, task: known, kind, ...(languages === undefined ? {} : { languages }) };
}

/** `dailies models import [ID] PATH` */
export async function importModels(
  context: Context,
  id: string | undefined,
  path: string,
  options: OwnOptions,
): Promise<number> {
  const own = ownModel(id, options);
  const models = openModels(context.config);
  const stop = stopSignal();
  try {
    const { manifest } =
      own === undefined
        ? await models.import(path, id, stop.signal)
        : await models.importOwn(path, own, stop.signal);
    const model = models.about(manifest.id);
    if (context.output.mode === "human")
      context.output.lines([`Imported ${model.id} (${sizeText(model)})`]);
    else show(context, [{ id: model.id, state: "imported", model }]);
    return exitCodes.done;
  } finally {
    stop.release();
  }
}

/** `dailies models verify`: all that are here, or those named. */
export async function verifyModels(context: Context, names: readonly string[]): Promise<number> {
  const models = openModels(context.config);
  const here = models.list().filter(({ state }) => state !== "absent");
  const ids = names.length > 0 ? models.ids(names) : here.map(({ id }) => id);
  const stop = stopSignal();
  try {
    return await forEach(context, ids, stop, async (id) => {
      const { ok, wrong } = await models.verify(id, stop.signal);
      const broken = `${id}: changed or missing: ${wrong.join(", ")}; \`dailies models pull ${id}\` fetches it anew`;
      if (context.output.mode === "human") context.output.lines([ok ? `${id}: whole` : broken]);
      return { id, state: ok ? "whole" : "broken", wrong };
    });
  } finally {
    stop.release();
  }
}

/** `dailies models rm` */
export async function removeModels(context: Context, names: readonly string[]): Promise<number> {
  const models = openModels(context.config);
  const stop = stopSignal();
  try {
    return await forEach(context, models.ids(names), stop, async (id) => {
      const { sizeBytes } = models.about(id);
      await models.remove(id, stop.signal);
      const size = sizeBytes === undefined ? "" : ` (${formatSize(sizeBytes)})`;
      if (context.output.mode === "human") context.output.lines([`Removed ${id}${size}`]);
      return { id, state: "removed" };
    });
  } finally {
    stop.release();
  }
}

/** Runs it for one after another; a failure does not stop the others. */
async function forEach(
  context: Context,
  ids: readonly string[],
  stop: StopSignal,
  doOne: (id: string) => Promise<ModelResult>,
): Promise<number> {
  const results: ModelResult[] = [];
  for (const id of ids) {
    const result = await doOne(id).catch((error: unknown) => failure(context, id, error));
    results.push(result);
    if (stop.signal.aborted) break;
  }
  if (context.output.mode === "human" && ids.length === 0)
    context.output.note("No models are here.");
  show(context, results);
  const stoppedBy = stop.exitCode();
  if (stoppedBy !== undefined) return stoppedBy;
  const bad = results.filter(({ state }) => state === "failed" || state === "broken").length;
  if (bad === 0) return exitCodes.done;
  const couldRun = results.some(({ error }) => error === undefined);
  return couldRun ? exitCodes.someFailed : exitCodes.couldNotRun;
}

function failure({ output }: Context, id: string, thrown: unknown): ModelResult {
  const error: MediaError = asMediaError(thrown);
  if (output.mode === "human") {
    const message = error.message.includes(id) ? error.message : `${id}: ${error.message}`;
    output.notes.write(`dailies: ${errorText({ ...errorJson(error), message })}\n`);
  }
  return { id, state: "failed", error: errorJson(error) };
}

function show({ output }: Context, results: readonly ModelResult[]): void {
  if (output.mode === "json") output.document({ models: results } satisfies ModelResultsJson);
  if (output.mode === "jsonl") output.list("models", results);
}
