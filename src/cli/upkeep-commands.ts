import { Argument, type Command } from "commander";
import { examples, type Go } from "./command.ts";

/** The commands that stop and remove things, and see that all is well. */
export function addUpkeep(program: Command, go: Go): void {
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
