import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { addBatch } from "./batch-command.ts";
import { examples, type Run } from "./command.ts";
import { addCompletion } from "./completion-commands.ts";
import { createContext, type GlobalOptions } from "./context.ts";
import { addModels } from "./models-commands.ts";
import { addNotify } from "./notify-commands.ts";
import { addOperating } from "./operating-commands.ts";
import { parseFolder } from "./option-values.ts";
import { addReading } from "./reading-commands.ts";
import { addUpkeep } from "./upkeep-commands.ts";
import { addWork } from "./work-commands.ts";

function version(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  const manifest: { version: string } = JSON.parse(text);
  return manifest.version;
}

/**
 * The command line. It calls `run` with the chosen command's work; parse it with `parseAsync`.
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
      "the data directory (default: $DAILIES_DATA_DIR, else .dailies)",
      parseFolder,
    )
    .option("--json", "print one JSON document")
    .addOption(
      new Option("--jsonl", "print JSON values as they come, one a line").conflicts("json"),
    )
    .option("-q, --quiet", "print results and errors only")
    .option("--verbose", "print the place in the program where an error occurred")
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
  addUpkeep(program, go);
  addOperating(program, go);
  addNotify(program, go);
  addModels(program, go);
  addCompletion(program, go);
  return program;
}
