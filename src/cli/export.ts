import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { writeNamedFile } from "../files/named-file.ts";
import { MediaError } from "../media/errors.ts";
import { exportFormats, type CaptionOptions, type ExportFormat } from "../app/export-formats.ts";
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
  /** Default: by the ending of `output`. */
  readonly format?: ExportFormat | "docx";
  readonly output?: string;
}

/** @throws MediaError `invalid_argument` when neither format nor a file's ending says it */
function formatOf({ format, output = "" }: ExportCommandOptions): ExportFormat | "docx" {
  const formats = [...exportFormats, "docx" as const];
  const found = format ?? formats.find((one) => output.toLowerCase().endsWith(`.${one}`));
  if (found !== undefined) return found;
  throw new MediaError("invalid_argument", "export needs --format", {
    remedy: `See \`dailies export --help\`: formats are ${formats.join(", ")}; --output FILE with such an ending says it, too.`,
  });
}

/** `dailies export` */
export async function exportTranscript(
  context: Context,
  name: string,
  options: ExportCommandOptions,
): Promise<number> {
  const { output } = context;
  const { output: path, voices = false, wordTimes = false } = options;
  const format = formatOf(options);
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

/** `day1/talk.mp4` → `talk.docx`, in this folder. A file that is there already is not replaced unasked. */
async function documentFor(name: string): Promise<string> {
  const path = `${basename(name).replace(/\.[^.]{1,8}$/, "") || "transcript"}.docx`;
  if ((await stat(path).catch(() => undefined)) === undefined) return path;
  throw new MediaError("invalid_argument", `${path} is there already`, {
    remedy: `--output ${path} replaces it; --output FILE writes another one.`,
  });
}

/** A Word document goes to a file or a pipe; where a terminal or JSON is, to a file beside. */
async function exportDocument(context: Context, name: string, given?: string): Promise<number> {
  const { output } = context;
  const isUnfit = output.mode !== "human" || output.results.terminal;
  const path = isUnfit && (given === undefined || given === "-") ? await documentFor(name) : given;
  const isPrinted = path === undefined || path === "-";
  const document = await context.withDailies((dailies) => dailies.exportDocument(name));
  if (isPrinted) {
    process.stdout.write(document);
    return exitCodes.done;
  }
  await writeNamedFile(path, document);
  tellWritten(context, { name, format: "docx", path, sizeBytes: document.length });
  return exitCodes.done;
}
