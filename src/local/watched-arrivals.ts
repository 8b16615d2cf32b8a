import { hasUnsayableName } from "../files/unsayable-name.ts";
import type { Import } from "./imports.ts";
import { asMediaError, MediaError } from "../media/errors.ts";
import { defaultQuietMs, nameOf, now, rememberFolder, type Watched } from "./watched.ts";
import { filesBelow, isFootage, look, markOf, mayBeFootage } from "./watched-folder.ts";

/** A file that was refused for lack of space, say, is tried again after this time. */
const againMs = 30_000;
/** So many files are received at the same time: most of it is waiting for the disk. */
const atOnce = 8;
const pageSize = 1_000;

/** Tells once of a name that cannot be one: it is seen again with each look. */
function refuseName({ told, options }: Watched, path: string): void {
  if (told.has(path)) return;
  const remedy = "Rename it: then it is taken in.";
  const error = new MediaError("invalid_name", `the name of ${path} is not UTF-8`, { remedy });
  options.onEvent({ type: "refused", path, error });
  told.set(path, error.code);
}

/** Everything in the folder that is not as it was handled. */
export async function scan(watched: Watched): Promise<void> {
  const { root, files, handled, signal } = watched;
  for await (const path of filesBelow(root)) {
    if (signal.aborted) return;
    const file = await look(path);
    if (file === undefined && (await hasUnsayableName(path))) refuseName(watched, path);
    if (file === undefined || handled.get(path) === markOf(file) || files.has(path)) continue;
    if (await mayBeFootage(path)) files.found(file);
  }
}

/** What was imported from here before under the names that it gets now; `removed`: and removed by hand. */
async function* imports(watched: Watched, removed: boolean): AsyncGenerator<Import> {
  const { root, options } = watched;
  for (let after: string | undefined; ;) {
    const page = await options.imports.listImports({
      folder: root,
      limit: pageSize,
      removed,
      ...(after !== undefined && { after }),
    });
    for (const imported of page)
      if (imported.name === nameOf(watched, imported.path)) yield imported;
    after = page.at(-1)?.path;
    if (page.length < pageSize) return;
  }
}

/** What was imported from here before: how many, and which files of them are not there any more. */
export async function compare(watched: Watched): Promise<{ known: number; lost: string[] }> {
  const { handled } = watched;
  const lost: string[] = [];
  let known = 0;
  for await (const imported of imports(watched, false)) {
    const { path } = imported;
    known += 1;
    const file = await look(path);
    if (file === undefined) lost.push(path);
    else await rememberFolder(watched, path);
    if (file !== undefined && markOf(file) === markOf(imported))
      handled.set(path, markOf(imported));
  }
  return { known, lost };
}

/** Passes over what was removed by hand, as long as its file is what it was. */
export async function passOver(watched: Watched): Promise<void> {
  const { handled, isStranger, options } = watched;
  for await (const imported of imports(watched, true)) {
    const { path } = imported;
    const file = await look(path);
    if (file !== undefined && markOf(file) === markOf(imported))
      handled.set(path, markOf(imported));
    else if (!isStranger) await options.imports.forgetImport(path);
  }
}

/** Decides what becomes of a file that was refused. */
function refuse(watched: Watched, path: string, mark: string, error: MediaError): void {
  const { files, gone, handled, told, options } = watched;
  if (error.code === "not_found") return void gone.set(path, now());
  const isChanging = error.code === "file_changing";
  const { quietMs = defaultQuietMs } = options;
  if (isChanging || error.retryable) files.postpone(path, mark, isChanging ? quietMs : againMs);
  else handled.set(path, mark);
  if (told.get(path) !== error.code) options.onEvent({ type: "refused", path, error });
  told.set(path, error.code);
}

async function take(watched: Watched, path: string, mark: string): Promise<void> {
  const { handled, told, signal, root, options } = watched;
  const name = nameOf(watched, path);
  const remember = !watched.isStranger;
  try {
    if (!(await isFootage(root, path))) return void handled.set(path, mark);
    if (!remember) await options.imports.forgetImport(path);
    const { change } = await options.put(path, {
      name,
      owner: options.owner,
      within: root,
      remember,
      signal,
    });
    handled.set(path, mark);
    told.delete(path);
    await rememberFolder(watched, path);
    if (change !== "unchanged") options.onEvent({ type: "taken", path, name, change });
  } catch (thrown) {
    if (!signal.aborted) refuse(watched, path, mark, asMediaError(thrown));
  }
}

export async function takeFinished(watched: Watched): Promise<void> {
  const { files, gone, handled, underWay, signal } = watched;
  const taken = await files.take();
  for (const path of taken.gone) gone.set(path, now());
  for (const file of taken.finished) {
    const mark = markOf(file);
    if (signal.aborted || handled.get(file.path) === mark) continue;
    while (underWay.size >= atOnce) await Promise.race(underWay);
    const taking = take(watched, file.path, mark).finally(() => underWay.delete(taking));
    underWay.add(taking);
  }
}
