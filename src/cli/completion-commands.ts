import { Argument, type Command } from "commander";
import { createContext } from "./context.ts";
import type { Go } from "./command.ts";
import { examples } from "./command.ts";

const shells = ["bash", "zsh", "fish"] as const;

/** Completion of command lines in shells. */
export function addCompletion(program: Command, go: Go): void {
  program
    .command("completion")
    .description("print what a shell needs to complete commands and names of media files")
    .addArgument(new Argument("<shell>", "the shell").choices(shells))
    .addHelpText(
      "after",
      "\nIn the file that the shell reads when it starts:" +
        "\n  bash  source <(dailies completion bash)" +
        "\n  zsh   source <(dailies completion zsh)      # after compinit" +
        "\n  fish  dailies completion fish | source\n" +
        examples("completion bash"),
    )
    .action((shell: (typeof shells)[number], _options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./completion/complete.ts")).printCompletion(context, shell),
      ),
    );
  program
    .command("complete", { hidden: true })
    .addArgument(new Argument("<shell>").choices(shells))
    .argument("[words...]")
    .action((shell: (typeof shells)[number], words: string[], _options: object, command: Command) =>
      go(command, async ({ output }) => {
        const { complete } = await import("./completion/complete.ts");
        const contextOf = (options: { dataDir?: string }) =>
          createContext({ color: false, ...options });
        output.results.write(await complete(program, shell, words, contextOf));
        return 0;
      }),
    );
}
