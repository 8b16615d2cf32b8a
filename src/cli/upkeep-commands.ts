import type { Command } from "commander";
import type { RemoveCommandOptions } from "./rm.ts";
import { examples, type Go } from "./command.ts";

/** The commands that stop, remove and check. */
export function addUpkeep(program: Command, go: Go): void {
  program
    .command("cancel")
    .description("stop waiting and running jobs of media files, in any process")
    .argument("<names...>", "names of media files")
    .addHelpText("after", examples("cancel talk.mp4"))
    .action((names: string[], _options: object, command: Command) =>
      go(command, async (context) => (await import("./cancel.ts")).cancel(context, names)),
    );
  program
    .command("rm")
    .description("remove media files with all their outputs; imported originals stay")
    .argument("[names...]", "names of media files")
    .option("--all", "all media files of the library; needs --yes")
    .option("--yes", "do not ask whether --all is meant")
    .addHelpText("after", examples("rm talk.mp4", "rm --all --yes"))
    .action((names: string[], options: RemoveCommandOptions, command: Command) =>
      go(command, async (context) => (await import("./rm.ts")).remove(context, names, options)),
    );
  program
    .command("reconcile")
    .description("compare the catalog with the stored bytes and make lost outputs again")
    .option("--verify", "also read all bytes and compare their hashes")
    .option("--delete", "remove bytes that belong to no media file")
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
