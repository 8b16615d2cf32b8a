import { readFileSync } from "node:fs";
import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { steps, type JobState, type Step } from "../media/job.ts";
import type { MediaType } from "../media/media.ts";
import { exportFormats } from "../runtime/dailies.ts";
import { addBatch } from "./batch-command.ts";
import { createContext, type Context, type GlobalOptions } from "./context.ts";
import type { ServeCommand } from "./serve.ts";
import { addSpeechOptions } from "./speech-options.ts";
import type { ExportCommandOptions } from "./export.ts";
import { addModels } from "./models-program.ts";
import { addNotify } from "./notify-commands.ts";
import { addOperating } from "./operating.ts";

const mediaTypes: readonly MediaType[] = ["video", "audio", "image"];
const jobStates: readonly JobState[] = [
  "queued",
  "running",
  "succeeded",
  "failed",
  "cancelled",
  "skipped",
];

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: { version: string } = JSON.parse(text);
  return manifest.version;
}

function isStep(name: string): name is Step {
  return (steps as readonly string[]).includes(name);
}

function parseSteps(value: string, before: readonly Step[] = []): readonly Step[] {
  const names = value.split(",").map((name) => name.trim());
  const chosen = names.filter(isStep);
  if (chosen.length < names.length)
    throw new InvalidArgumentError(`Allowed choices are ${steps.join(", ")}.`);
  return [...new Set([...before, ...chosen])];
}

function parseLimit(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError("It must be a number from 1 up.");
  return Number(value);
}

function parseFolder(value: string): string {
  if (value === "") throw new InvalidArgumentError("It must be a folder's path.");
  return value;
}

const parseFolders = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  parseFolder(value),
];

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

function parsePort(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return Number(value);
}

function parseGrace(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError("It must be a number of seconds.");
  return Number(value);
}

const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ dailies ${line}`).join("\n")}`;

const onlyOption = (): Option =>
  new Option(
    "--only <steps>",
    `only these steps and what they need: ${steps.join(", ")}`,
  ).argParser(parseSteps);

const limitOption = (what: string): Option =>
  new Option("--limit <n>", `at most so many ${what}`).argParser(parseLimit);

/** The filters that `ls` and `search` share. */
function withFilters(command: Command, what: string): Command {
  return command
    .option("--startswith <prefix>", "names that begin so")
    .addOption(new Option("--media-type <type>", "only these").choices(mediaTypes))
    .option("--label <name>", "what shows this: Person, Dog, Vehicle …")
    .addOption(limitOption(what));
}

/** A command's work: its module is loaded when it runs, so that every command starts fast. */
type Run = (context: Context) => Promise<number>;

/**
 * The command line. `run` is called with the chosen command's work; parse it with `parseAsync`.
 * Usage errors are thrown as CommanderErrors, never printed.
 */
export function createProgram(run: (work: () => Promise<number>) => Promise<void>): Command {
  const program = new Command("dailies");
  program
    .description(
      "Put a video, a recording or a picture in; get renditions, a timed transcript, captions, " +
        "labels and a searchable record back.",
    )
    .version(version(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .option(
      "--data-dir <dir>",
      "where everything is kept (default: $DAILIES_DATA_DIR, else .dailies)",
      parseFolder,
    )
    .option("--json", "print one JSON document")
    .addOption(
      new Option("--jsonl", "print JSON values, one a line, as they come").conflicts("json"),
    )
    .option("-q, --quiet", "print results and errors only")
    .option("--verbose", "print where in the program an error comes from")
    .option("--no-color", "no colours (NO_COLOR does the same)")
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeErr: () => {}, outputError: () => {} })
    .showHelpAfterError(false)
    .exitOverride()
    .addHelpText(
      "after",
      examples("process talk.mp4 --out results", "ls", "show talk.mp4", "search wisdom") +
        "\n\nExit codes: 0 all done, 2 some failed, 1 could not run, 130 interrupted by Ctrl-C." +
        "\n`dailies help COMMAND` says more about a command.",
    );
  const go = (command: Command, work: Run): Promise<void> =>
    run(async () => work(await createContext(command.optsWithGlobals<GlobalOptions>())));
  addWork(program, go);
  addBatch(program, go);
  addReading(program, go);
  addChanging(program, go);
  addOperating(program, go);
  addNotify(program, go);
  addModels(program, go);
  return program;
}

type Go = (command: Command, work: Run) => Promise<void>;

function addWork(program: Command, go: Go): void {
  addSpeechOptions(program.command("process"))
    .description("take in files and folders and do all that is to be done; without any, what waits")
    .argument("[paths...]", "videos, recordings, pictures, or folders of them")
    .option("-o, --out <dir>", "write the results below this folder", parseFolder)
    .addOption(onlyOption())
    .option("--name <name>", "what one file is to be called (default: its base name)")
    .option("--replace", "take the place of other bytes of the same name")
    .addHelpText(
      "after",
      examples(
        "process talk.mp4 --out results",
        "process footage/ --only audio,transcribe",
        "process cut2.mp4 --name talk.mp4 --replace",
        "process vortrag.mp4 --language de-DE --vocabulary names.csv --speakers 2",
        "process",
      ),
    )
    .action((paths: string[], options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./process.ts")).process(context, paths, options),
      ),
    );
  program
    .command("serve")
    .description("the always-on Dailies of this machine: HTTP, and work as it comes")
    .option("--host <host>", "the address to listen on", "127.0.0.1")
    .addOption(
      new Option("--port <port>", "the port; 0 takes a free one")
        .argParser(parsePort)
        .default(4700),
    )
    .option(
      "--watch <dir>",
      "take in what is put into this folder; several as NAME=DIR: names then begin with NAME/",
      parseFolders,
    )
    .addOption(
      new Option("--grace <seconds>", "how long a stop waits for what is under way")
        .argParser(parseGrace)
        .default(10),
    )
    .addOption(
      new Option(
        "--accept-sandbox <level>",
        "let others connect though this sandbox leaves decoders the network",
      ).choices(["kernel", "limits"]),
    )
    .addHelpText(
      "after",
      examples("serve", "serve --watch footage/", "serve --watch cam1=/mnt/a --watch cam2=/mnt/b"),
    )
    .action((options: ServeCommand, command: Command) =>
      go(command, async (context) => (await import("./serve.ts")).serve(context, options)),
    );
  program
    .command("put")
    .description("take in files and leave the work to a running `dailies serve` or `process`")
    .argument("<files...>", "videos, recordings, pictures; - is standard input")
    .option("--name <name>", "what one file is to be called (default: its base name)")
    .option("--replace", "take the place of other bytes of the same name")
    .option("--wait", "do what is to be done, and return when it is done")
    .addHelpText("after", examples("put talk.mp4", "put cut2.mp4 --name talk.mp4 --replace"))
    .action((files: string[], options: object, command: Command) =>
      go(command, async (context) => (await import("./put.ts")).put(context, files, options)),
    );
  program
    .command("retry")
    .description("do failed and cancelled steps again, of one media or of all")
    .argument("[name]", "a media")
    .addOption(new Option("--step <step>", "only this step").choices(steps))
    .addHelpText("after", examples("retry", "retry talk.mp4 --step transcribe"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./retry.ts")).retry(context, name, options)),
    );
  addSpeechOptions(program.command("reprocess"), true)
    .description("plan again with today's settings and do what that makes different")
    .argument("[names...]", "media")
    .addOption(onlyOption())
    .addOption(new Option("--step <steps>", "the same as --only").argParser(parseSteps))
    .option(
      "--where <key=value>",
      "all media with this engine, language, quality (draft, full), type, label, startswith; may come again",
      collect,
    )
    .addHelpText(
      "after",
      examples(
        "reprocess talk.mp4 --language de-DE",
        "reprocess a.mp4 b.mp4 --only label",
        "reprocess --where engine=pocketsphinx --step transcribe",
      ),
    )
    .action((names: string[], options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./reprocess.ts")).reprocess(context, names, options),
      ),
    );
}

function addReading(program: Command, go: Go): void {
  withFilters(program.command("ls"), "media")
    .description("list media with their state and labels")
    .addHelpText("after", examples("ls", "ls --media-type video --label Person", "ls --json"))
    .action((options: object, command: Command) =>
      go(command, async (context) => (await import("./ls.ts")).ls(context, options)),
    );
  program
    .command("show")
    .description("everything about one media")
    .argument("[name]", "a media")
    .option("--metadata <jsonfile>", "the metadata record of a transcript, by its JSON's key")
    .addHelpText("after", examples("show talk.mp4", "show --metadata output/transcribe/talk.json"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./show.ts")).show(context, name, options)),
    );
  withFilters(program.command("search"), "hits (default: 20)")
    .description("find what was said, best hits first")
    .argument("<words...>", "all of them must be said")
    .addHelpText("after", examples("search wisdom", "search best of times --media-type video"))
    .action((words: string[], options: object, command: Command) =>
      go(command, async (context) => (await import("./search.ts")).search(context, words, options)),
    );
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
  program
    .command("logs")
    .description("what happened to a media, with a failed engine's last words")
    .argument("<name>", "a media")
    .addHelpText("after", examples("logs talk.mp4"))
    .action((name: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./logs.ts")).logs(context, name)),
    );
}

function addChanging(program: Command, go: Go): void {
  program
    .command("cancel")
    .description("stop what is queued or running for media, whichever process does it")
    .argument("<names...>", "media")
    .addHelpText("after", examples("cancel talk.mp4"))
    .action((names: string[], _options: object, command: Command) =>
      go(command, async (context) => (await import("./cancel.ts")).cancel(context, names)),
    );
  program
    .command("rm")
    .description("remove media with all that was made of them; the files they came from stay")
    .addArgument(new Argument("<names...>", "media"))
    .addHelpText("after", examples("rm talk.mp4"))
    .action((names: string[], _options: object, command: Command) =>
      go(command, async (context) => (await import("./rm.ts")).remove(context, names)),
    );
  program
    .command("reconcile")
    .description("compare the catalog with the stored bytes; what is lost is made again")
    .option("--verify", "read all bytes and compare their hashes, too")
    .option("--delete", "remove bytes that belong to nothing")
    .addHelpText("after", examples("reconcile", "reconcile --verify --delete"))
    .action((options: object, command: Command) =>
      go(command, async (context) => (await import("./reconcile.ts")).reconcile(context, options)),
    );
  program
    .command("doctor")
    .description("check what this machine has and lacks")
    .addHelpText("after", examples("doctor"))
    .action((_options: object, command: Command) =>
      go(command, async (context) => (await import("./doctor.ts")).doctor(context)),
    );
}
