import { writeNamedFile } from "../files/named-file.ts";
import { MediaError } from "../media/errors.ts";
import type { CaptionOptions, ExportFormat } from "../app/export-formats.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { formatSize } from "./format.ts";
import { printable } from "./text.ts";

/** The output of `export --json`: the text, or the file that it was written to. */
export type ExportJson =
  | { readonly name: string; readonly format: ExportFormat; readonly text: string }
  | {
      readonly name: string;
      readonly format: ExportFormat | "docx";
      readonly path: string;
      readonly sizeBytes: number;
    };

export interface ExportCommandOptions extends CaptionOptions {
  readonly format: ExportFormat | "docx";
  readonly output?: string;
}

/** `dailies export` */
export async function exportTranscript(
  context: Context,
  name: string,
  options: ExportCommandOptions,
): Promise<number> {
  const { output } = context;
  const { format, output: path, voices = false, wordTimes = false } = options;
  if (voices && format !== "vtt" && format !== "srt")
    throw new MediaError("invalid_argument", "--voices is for --format vtt and srt");
  if (wordTimes && format !== "vtt")
    throw new MediaError("invalid_argument", "--word-times is for --format vtt");
  if (format === "docx") return exportDocument(context, name, path);
  const text = await context.withDailies((dailies) =>
    dailies.export(name, format, { voices, wordTimes }),
  );
  if (path === undefined || path === "-") {
    if (output.mode === "human") output.results.write(text);
    else output.document({ name, format, text } satisfies ExportJson);
    return exitCodes.done;
  }
  await writeNamedFile(path, text);
  tellWritten(context, { name, format, path, sizeBytes: Buffer.byteLength(text) });
  return exitCodes.done;
}

function tellWritten({ output }: Context, file: Extract<ExportJson, { path: string }>): void {
  if (output.mode !== "human") return output.document(file);
  output.note(`Wrote ${printable(file.path)}, ${formatSize(file.sizeBytes)}.`);
}

/** A Word document goes to a file or a pipe, never to a terminal or into JSON. */
async function exportDocument(context: Context, name: string, path?: string): Promise<number> {
  const { output } = context;
  const isPrinted = path === undefined || path === "-";
  if (isPrinted && (output.mode !== "human" || output.results.terminal))
    throw new MediaError("invalid_argument", "a Word document needs --output FILE");
  const document = await context.withDailies((dailies) => dailies.exportDocument(name));
  if (isPrinted) {
    process.stdout.write(document);
    return exitCodes.done;
  }
  await writeNamedFile(path, document);
  tellWritten(context, { name, format: "docx", path, sizeBytes: document.length });
  return exitCodes.done;
}
