import { Option, type Command } from "commander";
import { steps } from "../media/job.ts";
import { examples, type Go } from "./command.ts";
import { onlyOption, parseFolder, parseSteps, posterOption } from "./option-values.ts";
import { profileOption } from "./profile.ts";
import { addServe } from "./serve-command.ts";
import { addSpeechOptions, audioTrackOption, videoTrackOption } from "./speech-options.ts";

const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

function addProcess(program: Command, go: Go): void {
  addSpeechOptions(program.command("process"))
    .description("process files and folders; without paths, do all waiting jobs")
    .argument("[paths...]", "videos, recordings, pictures, or folders of them")
    .option("-o, --out <dir>", "write the results below this folder", parseFolder)
    .addOption(onlyOption())
    .addOption(posterOption())
    .addOption(videoTrackOption())
    .addOption(profileOption())
    .option("--no-stream", "make no adaptive stream of films over 10 seconds")
    .option("--name <name>", "the name for a single file (default: its base name)")
    .option("--prefix <folder>", "let names begin with FOLDER/ (default: where two are the same)")
    .option("--replace", "replace a media file of the same name that has other bytes")
    .option("--passed-over", "list what is passed over in folders, and why")
    .addHelpText(
      "after",
      examples(
        "process talk.mp4 --out results",
        "process footage/ --only audio,transcribe",
        "process /mnt/card --prefix day2 --passed-over",
        "process cut2.mp4 --name talk.mp4 --replace",
        "process talk.mp4 --profile ./broadcast.json",
        "process vortrag.mp4 --language de-DE --vocabulary names.csv --speakers 2",
        "process",
      ),
    )
    .action((paths: string[], options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./process.ts")).process(context, paths, options),
      ),
    );
}

function addPut(program: Command, go: Go): void {
  program
    .command("put")
    .description("upload files and leave the work to a running `dailies serve` or `process`")
    .argument("<files...>", "videos, recordings, pictures; - is standard input")
    .option("--name <name>", "the name for a single file (default: its base name)")
    .option("--replace", "replace a media file of the same name that has other bytes")
    .addOption(audioTrackOption())
    .addOption(videoTrackOption())
    .addOption(profileOption())
    .option("--wait", "do the work now and return when it is done")
    .addHelpText("after", examples("put talk.mp4", "put cut2.mp4 --name talk.mp4 --replace"))
    .action((files: string[], options: object, command: Command) =>
      go(command, async (context) => (await import("./put.ts")).put(context, files, options)),
    );
}

function addRetry(program: Command, go: Go): void {
  program
    .command("retry")
    .description("run failed and cancelled steps again, for one media file or for all")
    .argument("[name]", "the name of a media file")
    .addOption(new Option("--step <step>", "only this step").choices(steps))
    .addHelpText("after", examples("retry", "retry talk.mp4 --step transcribe"))
    .action((name: string | undefined, options: object, command: Command) =>
      go(command, async (context) => (await import("./retry.ts")).retry(context, name, options)),
    );
}

function addReprocess(program: Command, go: Go): void {
  addSpeechOptions(program.command("reprocess"), true)
    .description("plan again with today's settings and redo what differs")
    .argument("[names...]", "names of media files")
    .addOption(onlyOption())
    .addOption(posterOption())
    .addOption(videoTrackOption())
    .addOption(profileOption())
    .addOption(new Option("--step <steps>", "the same as --only").argParser(parseSteps))
    .option(
      "--where <key=value>",
      "all media files with this engine, language, quality (draft, full), type, label or startswith; repeatable",
      collect,
    )
    .option("--force", "redo also what was done with the same settings")
    .addHelpText(
      "after",
      examples(
        "reprocess talk.mp4 --language de-DE",
        "reprocess a.mp4 b.mp4 --only label --force",
        "reprocess --where engine=pocketsphinx --step transcribe",
      ),
    )
    .action((names: string[], options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./reprocess.ts")).reprocess(context, names, options),
      ),
    );
}

/** The commands that do work, in the order of the help. */
export function addWork(program: Command, go: Go): void {
  addProcess(program, go);
  addServe(program, go);
  addPut(program, go);
  addRetry(program, go);
  addReprocess(program, go);
}
