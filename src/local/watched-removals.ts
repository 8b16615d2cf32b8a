import { defaultQuietMs, nameOf, now, type Watched } from "./watched.ts";
import { deviceOf, folderAbove, identityOf, look } from "./watched-folder.ts";

/** A removal waits for what is on its way in, for it may be a rename; this long at most. */
const longestRemovalMs = 60_000;

/** The folder that lies on another disk than before, where a file is missing for that. */
async function awayOf({ folders }: Watched, path: string): Promise<string | undefined> {
  const { folder, identity } = await folderAbove(path);
  const known = folders.get(folder);
  return known !== undefined && known !== deviceOf(identity) ? folder : undefined;
}

async function removeOne(watched: Watched, path: string): Promise<void> {
  const { gone, handled, options } = watched;
  const { removals = true, catalog, imports, owner, onEvent } = options;
  gone.delete(path);
  handled.delete(path);
  if (!removals || (await look(path)) !== undefined) return;
  const name = nameOf(watched, path);
  const media = await catalog.getMedia(name);
  const isOurs = media?.origin === path && media.owner === owner;
  const folder = await awayOf(watched, path);
  if (folder !== undefined) return isOurs ? onEvent({ type: "away", folder }) : undefined;
  if (isOurs) {
    await options.remove(name, { owner });
    onEvent({ type: "removed", path, name });
  }
  await imports.forgetImport(path); // should it come back, it comes in
}

/** A removal may be half a rename: what is on its way in goes first, and shares what was made. */
export async function removeGone(watched: Watched): Promise<void> {
  const { gone, files, underWay, root, identity, options } = watched;
  const { quietMs = defaultQuietMs } = options;
  for (const [path, since] of gone) {
    const age = now() - since;
    const isBusy = files.size > 0 || underWay.size > 0;
    if (age < quietMs / 2 || (isBusy && age < longestRemovalMs)) continue;
    if ((await identityOf(root)) !== identity) return;
    await removeOne(watched, path);
  }
}
