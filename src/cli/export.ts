import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { ExportFormat } from "../runtime/dailies.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { formatSize } from "./format.ts";
import { printable } from "./text.ts";

/** What `export` prints with --json: the text itself, or where it was written. */
export type ExportJson =
  | { readonly name: string; readonly format: ExportFormat; readonly text: string }
  | {
      readonly name: string;
      readonly format: ExportFormat;
      readonly path: string;
      readonly sizeBytes: number;
    };

/** Whole or not at all: a reader never sees half a file, and a full disk leaves the old one. */
async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new MediaError(
        "invalid_argument",
        `${path} cannot be written: there is no such folder`,
      );
    if (code === "EISDIR")
      throw new MediaError("invalid_argument", `${path} cannot be written: it is a folder`);
    throw asMediaError(error);
  }
}

/** `dailies export` */
export async function exportTranscript(
  context: Context,
  name: string,
  options: { readonly format: ExportFormat; readonly output?: string },
): Promise<number> {
  const { output } = context;
  const { format, output: path } = options;
  const text = await context.withDailies((dailies) => dailies.export(name, format));
  if (path === undefined || path === "-") {
    if (output.mode === "human") output.results.write(text);
    else output.document({ name, format, text } satisfies ExportJson);
    return exitCodes.done;
  }
  await writeWhole(path, text);
  const sizeBytes = Buffer.byteLength(text);
  if (output.mode === "human") output.note(`Wrote ${printable(path)}, ${formatSize(sizeBytes)}.`);
  else output.document({ name, format, path, sizeBytes } satisfies ExportJson);
  return exitCodes.done;
}
