import { Option, type Command } from "commander";
import { jobStates } from "../media/job.ts";
import { mediaTypes } from "../media/media.ts";
import { exportFormats } from "../app/export-formats.ts";
import { examples, type Go } from "./command.ts";
import type { ExportCommandOptions } from "./export.ts";
import { limitOption } from "./option-values.ts";

/** The filters that `ls` and `search` share. */
function withFilters(command: Command, what: string): Command {
  return command
    .option("--startswith <prefix>", "names that begin so")
    .addOption(new Option("--media-type <type>", "only these").choices(mediaTypes))
    .option("--label <name>", "what shows this: Person, Dog, Vehicle …")
    .addOption(limitOption(what));
}

function addLs(program: Command, go: Go): void {
  withFilters(program.command("ls"), "media")
    .description("list media with their state and labels")
    .addHelpText("after", examples("ls", "ls --media-type video --label Person", "ls --json"))
    .action((options: object, command: Command) =>
      go(command, async (context) => (await import("./ls.ts")).ls(context, options)),
    );
}

function addShow(program: Command, go: Go): void {
  program
    .command("show")
    .description("everything about one media")
    .argument("[name]", "a media")
    .option("--metadata <jsonfile>", "the metadata record of a transcript, by its JSON's key")
    .addHelpText("after", examples("show talk.mp4", "show --metadata output/transcribe/talk.json"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./show.ts")).show(context, name, options)),
    );
}

function addSearch(program: Command, go: Go): void {
  withFilters(program.command("search"), "hits (default: 20)")
    .description("find what was said, best hits first")
    .argument("<words...>", "all of them must be said")
    .addHelpText("after", examples("search wisdom", "search best of times --media-type video"))
    .action((words: string[], options: object, command: Command) =>
      go(command, async (context) => (await import("./search.ts")).search(context, words, options)),
    );
}

function addExport(program: Command, go: Go): void {
  program
    .command("export")
    .description("the transcript as captions, text, JSON, a table or a Word document")
    .argument("<name>", "a media")
    .addOption(
      new Option("-f, --format <format>", "as what")
        .choices([...exportFormats, "docx"])
        .makeOptionMandatory(),
    )
    .option("-o, --output <file>", "write it there (default: print it)")
    .option("--voices", "say who speaks (vtt)")
    .option("--word-times", "mark the time of each word (vtt)")
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

function addJobs(program: Command, go: Go): void {
  program
    .command("jobs")
    .description("steps and how they stand")
    .argument("[name]", "of one media")
    .addOption(new Option("--state <state>", "only these").choices(jobStates))
    .addOption(limitOption("jobs"))
    .addOption(
      new Option("--pause", "begin no more jobs, in any process; what runs goes on").conflicts([
        "resume",
        "state",
        "limit",
      ]),
    )
    .addOption(new Option("--resume", "begin jobs again").conflicts(["state", "limit"]))
    .addHelpText("after", examples("jobs --state failed", "jobs talk.mp4", "jobs --pause"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./jobs.ts")).jobs(context, name, options)),
    );
}

function addLogs(program: Command, go: Go): void {
  program
    .command("logs")
    .description("what happened to a media, with a failed engine's last words")
    .argument("<name>", "a media")
    .addHelpText("after", examples("logs talk.mp4"))
    .action((name: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./logs.ts")).logs(context, name)),
    );
}

/** The commands that show what there is; the order is that of the help. */
export function addReading(program: Command, go: Go): void {
  addLs(program, go);
  addShow(program, go);
  addSearch(program, go);
  addExport(program, go);
  addJobs(program, go);
  addLogs(program, go);
}
