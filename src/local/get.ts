import { find } from "../app/find.ts";
import { never } from "../app/run.ts";
import { MediaError } from "../media/errors.ts";
import { isSubtitle, outputKindOf, type OutputKind } from "../media/keys.ts";
import type { StoredObject } from "../media/media.ts";
import type { LocalPorts } from "./ports.ts";
import { createOutputWriter } from "./outputs.ts";

/** The kinds of output, and the subtitle tracks that are in the file. */
export type GotKind = OutputKind | "subtitles";

export interface GetOptions {
  /** Which outputs. Default: all that there are. */
  readonly kinds?: readonly GotKind[];
  /** The folder below which they are written by their keys. */
  readonly to: string;
  readonly signal?: AbortSignal;
}

/** An output as a file. */
export interface GotFile {
  readonly kind: GotKind;
  readonly path: string;
  readonly sizeBytes: number;
}

interface Wanted {
  readonly kind: GotKind;
  readonly output: StoredObject;
}

/**
 * Writes outputs of a media file as files, by their keys. A file that is there already is left alone.
 * @throws MediaError `not_found` when there is no media file, or no output of a kind that was named;
 * `invalid_name`, `storage_failed`, `disk_full` when they cannot be written
 */
export async function getOutputs(
  ports: Pick<LocalPorts, "catalog" | "objects">,
  name: string,
  { kinds, to, signal = never }: GetOptions,
): Promise<GotFile[]> {
  const media = await find(ports, name);
  const outputs = await ports.catalog.listOutputs(media);
  const all = outputs.flatMap((output): Wanted[] => {
    const kind = isSubtitle(output.key, media.name)
      ? "subtitles"
      : outputKindOf(output.key, media.name);
    return kind === undefined ? [] : [{ kind, output }];
  });
  const wanted = kinds === undefined ? all : all.filter(({ kind }) => kinds.includes(kind));
  const missing = kinds?.filter((kind) => wanted.every((one) => one.kind !== kind)) ?? [];
  const there = [...new Set(all.map(({ kind }) => kind))].join(", ");
  if (missing.length > 0 || all.length === 0)
    throw new MediaError(
      "not_found",
      `${JSON.stringify(media.name)} has no ${missing.join(", ") || "outputs"}, or not yet`,
      { remedy: there === "" ? "`dailies show NAME` says how far it is." : `There is: ${there}.` },
    );
  const writer = createOutputWriter(ports.objects, to);
  writer.checkName(media.name);
  await writer.check();
  const paths = await writer.write(
    wanted.map(({ output }) => output),
    signal,
  );
  return wanted.map(({ kind, output }, index) => ({
    kind,
    path: paths[index] ?? "",
    sizeBytes: output.sizeBytes,
  }));
}
