import { InvalidArgumentError, Option, type Command } from "commander";
import { jobStates } from "../media/job.ts";
import { mediaTypes, shownStates } from "../media/media.ts";
import { exportFormats, type ExportFormat } from "../app/export-formats.ts";
import { examples, type Go } from "./command.ts";
import type { ExportCommandOptions } from "./export.ts";
import type { GetCommandOptions } from "./get.ts";
import { sortKeys } from "./ls-order.ts";
import type { ListOptions } from "./ls.ts";
import { limitOption, parseFolder } from "./option-values.ts";

/** Other words for the formats. */
const formatAliases: Readonly<Record<string, ExportFormat | "docx">> = {
  word: "docx",
  doc: "docx",
  text: "txt",
  plain: "txt",
  webvtt: "vtt",
  subrip: "srt",
  transcript: "json",
};

function parseFormat(value: string): ExportFormat | "docx" {
  const word = value.toLowerCase().replace(/^\./, "");
  const format = [...exportFormats, "docx" as const].find((one) => one === word);
  const found = format ?? formatAliases[word];
  if (found !== undefined) return found;
  throw new InvalidArgumentError(
    `Allowed choices are ${[...exportFormats, "docx"].join(", ")} (or ${Object.keys(formatAliases).join(", ")}).`,
  );
}

/** The filters that `ls` and `search` share. */
function withFilters(command: Command, what: string): Command {
  return command
    .option("--startswith <prefix>", "only names with this beginning")
    .addOption(new Option("--media-type <type>", "only this type").choices(mediaTypes))
    .option("--label <name>", "only media files with this label: Person, Dog, Vehicle …")
    .addOption(limitOption(what));
}

function addLs(program: Command, go: Go): void {
  withFilters(program.command("ls"), "media")
    .description("list media files with their state and labels")
    .option("--owner <user>", "only those of this owner")
    .addOption(new Option("--state <state>", "only those in this state").choices(shownStates))
    .addOption(
      new Option("--sort <key>", "the order; -KEY from the last to the first").choices(
        sortKeys.flatMap((key) => [key, `-${key}`]),
      ),
    )
    .option("-l, --long", "also the owner, when it was taken in and changed last")
    .addHelpText(
      "after",
      examples("ls --media-type video --label Person", "ls --state failed --sort -created --long"),
    )
    .action((options: ListOptions, command: Command) =>
      go(command, async (context) => (await import("./ls.ts")).ls(context, options)),
    );
}

function addShow(program: Command, go: Go): void {
  program
    .command("show")
    .description("show everything about one media file")
    .argument("[name]", "the name of a media file")
    .option(
      "--metadata <jsonfile>",
      "the metadata record of a transcript, by the key of its JSON file",
    )
    .addHelpText("after", examples("show talk.mp4", "show --metadata output/transcribe/talk.json"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./show.ts")).show(context, name, options)),
    );
}

function addSearch(program: Command, go: Go): void {
  withFilters(program.command("search"), "hits (default: 20)")
    .description("find spoken words, names and labels; best hits first")
    .argument(
      "<words...>",
      "words that must all occur; in quotation marks a phrase; sol* by beginning",
    )
    .addHelpText(
      "after",
      examples("search wisdom", 'search "age of wisdom"', "search 'sol*' --media-type video"),
    )
    .action((words: string[], options: object, command: Command) =>
      go(command, async (context) => (await import("./search.ts")).search(context, words, options)),
    );
}

function addTranscript(program: Command, go: Go): void {
  program
    .command("transcript")
    .description("transcripts from elsewhere")
    .command("import")
    .description("take a file of another program as the transcript; the earlier one is kept")
    .argument("<name>", "the name of a media file")
    .argument("<file>", "Amazon Transcribe's or Whisper's JSON, WebVTT or SRT")
    .option("--language <code>", "what is spoken: de-DE (default: as the file says)")
    .addHelpText(
      "after",
      examples("transcript import talk.mp4 talk.srt", "transcript import talk.mp4 whisper.json"),
    )
    .action((name: string, file: string, options: { language?: string }, command: Command) =>
      go(command, async (context) =>
        (await import("./transcript.ts")).importTranscript(context, name, file, options),
      ),
    );
}

function addExport(program: Command, go: Go): void {
  program
    .command("export")
    .description("export the transcript as captions, text, JSON, CSV or a Word document")
    .argument("<name>", "the name of a media file")
    .addOption(
      new Option(
        "-f, --format <format>",
        `${[...exportFormats, "docx"].join(", ")} (default: by the ending of --output)`,
      )
        .choices([...exportFormats, "docx"])
        .argParser(parseFormat),
    )
    .option(
      "-o, --output <file>",
      "write to this file (default: standard output; docx on a terminal: NAME.docx)",
    )
    .option("--voices", "name the speakers (vtt, srt)")
    .option("--word-times", "add the time of each word (vtt)")
    .addHelpText(
      "after",
      examples("export talk.mp4 --format srt --output talk.srt", "export talk.mp4 -f txt"),
    )
    .action((name: string, options: ExportCommandOptions, command: Command) =>
      go(command, async (context) =>
        (await import("./export.ts")).exportTranscript(context, name, options),
      ),
    );
}

function addGet(program: Command, go: Go): void {
  program
    .command("get")
    .description("write outputs as files: renditions, transcript, captions, labels")
    .argument("<name>", "the name of a media file")
    .argument(
      "[kinds...]",
      "web, phone, audio, gif, poster, transcript, captions, subtitles … (default: all)",
    )
    .option("-t, --to <dir>", "the folder for them, by their keys (default: this one)", parseFolder)
    .addHelpText("after", examples("get talk.mp4 web captions", "get talk.mp4 --to results"))
    .action((name: string, kinds: string[], options: GetCommandOptions, command: Command) =>
      go(command, async (context) => (await import("./get.ts")).get(context, name, kinds, options)),
    );
}

function addJobs(program: Command, go: Go): void {
  program
    .command("jobs")
    .description("list jobs and their state")
    .argument("[name]", "only those of this media file")
    .addOption(new Option("--state <state>", "only jobs in this state").choices(jobStates))
    .addOption(limitOption("jobs"))
    .addOption(
      new Option("--pause", "start no more jobs, in any process; running jobs go on").conflicts([
        "resume",
        "state",
        "limit",
      ]),
    )
    .addOption(new Option("--resume", "start jobs again").conflicts(["state", "limit"]))
    .addHelpText("after", examples("jobs --state failed", "jobs talk.mp4", "jobs --pause"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./jobs.ts")).jobs(context, name, options)),
    );
}

function addLogs(program: Command, go: Go): void {
  program
    .command("logs")
    .description("show the history of a media file, with the last output of a failed engine")
    .argument("<name>", "the name of a media file")
    .addHelpText("after", examples("logs talk.mp4"))
    .action((name: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./logs.ts")).logs(context, name)),
    );
}

/** The commands that show the library's contents, in the order of the help. */
export function addReading(program: Command, go: Go): void {
  addLs(program, go);
  addShow(program, go);
  addSearch(program, go);
  addGet(program, go);
  addExport(program, go);
  addTranscript(program, go);
  addJobs(program, go);
  addLogs(program, go);
}
