import { InvalidArgumentError, Option, type Command } from "commander";
import { archiveModes, batchFormats, type BatchFormat } from "../batch/settings.ts";
import type { BatchCommandOptions } from "./batch.ts";
import { examples, type Go } from "./command.ts";
import { addSpeechOptions } from "./speech-options.ts";

function parseCount(value: string): number {
  if (!/^[1-9]\d{0,4}$/.test(value))
    throw new InvalidArgumentError("It must be a number from 1 up.");
  return Number(value);
}

function parseFormats(value: string): readonly BatchFormat[] {
  const named = new Set(value.split(",").map((format) => format.trim()));
  const chosen = batchFormats.filter((format) => named.has(format));
  if (chosen.length === named.size) return chosen;
  throw new InvalidArgumentError(`Allowed choices are ${batchFormats.join(", ")}.`);
}

/** `batch INPUT OUTPUT`. No option has a default here, because a default would override the settings file. */
export function addBatch(program: Command, go: Go): void {
  addSpeechOptions(program.command("batch"))
    .description(
      "transcribe a folder of recordings unattended; after a stop, the same command goes on",
    )
    .argument("[input]", "a folder of recordings")
    .argument("[output]", "the folder for transcripts, Word documents and summaries")
    .option("--no-channels", "the channels are mixed, although the file says otherwise")
    .option("--no-identify-language", "do not identify the language, although the file says so")
    .option("--config <file>", "a JSON file with these settings; options override it")
    .option("--formats <formats>", `some of ${batchFormats.join(",")} (default: all)`, parseFormats)
    .option("--slots <n>", "slots; waiting jobs use nine tenths of them (default: 100)", parseCount)
    .option(
      "--bucket <name>",
      "the beginning of uploads' names in the library: NAME/… (default: batch)",
    )
    .addOption(
      new Option(
        "--archive <how>",
        "copy or move finished recordings to OUTPUT/Archive, or do neither (default: copy)",
      ).choices(archiveModes),
    )
    .option("--forget", "remove uploads and jobs from the library at the end")
    .option("--no-forget", "leave them to be searched, although the file forgets them (default)")
    .addOption(new Option("--keep-jobs", "as --no-forget").hideHelp())
    .addOption(new Option("--no-keep-jobs", "as --forget").hideHelp())
    .option("--rename-in-place", "give the recordings themselves acceptable names")
    .option("--no-rename-in-place", "leave their names, although the file renames them (default)")
    .option("--retry-failed <csv>", "only the jobs in this summary of failures")
    .option("--dry-run", "show what would be done, and how long it would take")
    .addHelpText(
      "after",
      examples(
        "batch recordings/ transcripts/",
        "batch recordings/ transcripts/ --formats docx,srt --archive none",
        "batch recordings/ transcripts/ --archive move --forget",
        "batch recordings/ transcripts/ --retry-failed transcripts/job_summary_failed_….csv",
        "batch --config batch.json",
      ),
    )
    .action(
      (
        input: string | undefined,
        output: string | undefined,
        options: BatchCommandOptions,
        command: Command,
      ) =>
        go(command, async (context) => {
          const folders = { ...(input && { input }), ...(output && { output }) };
          return (await import("./batch.ts")).batch(context, folders, options);
        }),
    );
}
