import { inspect } from "node:util";
import { CommanderError } from "commander";
import { asMediaError } from "../media/errors.ts";
import { outputFor } from "./context.ts";
import { errorJson, errorText, exitCodes, type ErrorJson } from "./failure.ts";
import { createProgram } from "./program.ts";
import { isExpected, unwritable, writeWholly } from "./standard-output.ts";

/** Global options that decide how errors are printed, also without a command. */
function earlyOptions(args: readonly string[]): {
  json: boolean;
  jsonl: boolean;
  verbose: boolean;
} {
  const end = args.indexOf("--");
  const options = new Set(end === -1 ? args : args.slice(0, end));
  return {
    json: options.has("--json"),
    jsonl: options.has("--jsonl"),
    verbose: options.has("--verbose"),
  };
}

/** A usage error as a MediaError: commander's message, and which help to read. */
function usageError(error: CommanderError, command: string | undefined): ErrorJson {
  // `help NOSUCH` ends without a message.
  const said = error.code === "commander.help" ? "there is no such command" : error.message;
  const help = command === undefined ? "dailies --help" : `dailies ${command} --help`;
  return {
    code: "invalid_argument",
    message: said.replace(/^error: /, ""),
    remedy: `See \`${help}\` for what is accepted.`,
  };
}

function printError(thrown: unknown, args: readonly string[], command: string | undefined): void {
  const options = earlyOptions(args);
  const error =
    thrown instanceof CommanderError
      ? usageError(thrown, command)
      : errorJson(asMediaError(thrown));
  const output = outputFor({ ...options, color: false });
  if (output.mode === "human") output.notes.write(`dailies: ${errorText(error)}\n`);
  else output.document({ error });
  if (options.verbose) output.notes.write(`${inspect(thrown)}\n`);
}

/** Commander throws after it has printed help or the version. */
function wasAnswered(error: unknown): boolean {
  return error instanceof CommanderError && error.exitCode === 0;
}

/** Runs one command line and returns its exit code. Never throws. */
async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = exitCodes.done;
  const program = createProgram(async (work) => {
    exitCode = await work();
  });
  try {
    if (args.length === 0) {
      program.outputHelp();
      return exitCodes.couldNotRun;
    }
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (error) {
    if (wasAnswered(error)) return exitCodes.done;
    const commands = new Set(program.commands.map((command) => command.name()));
    const command = args.find((arg) => commands.has(arg));
    printError(error, args, command);
    return exitCodes.couldNotRun;
  }
}

/** Ends the process when standard output cannot be written, unless somebody waits for that. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (isExpected(error)) {
    if (error.code === "EPIPE" && process.stdout.listenerCount("error") === 1)
      process.exit(process.exitCode ?? exitCodes.done);
    return;
  }
  // Running work and the service see it first, and go on or end by themselves.
  if (error.code === "EPIPE" && process.stdout.listenerCount("error") > 1) return;
  process.stderr.write(`dailies: ${errorText(errorJson(unwritable(error)))}\n`);
  process.exit(exitCodes.couldNotRun);
}

/** A defect outside a command's call is printed like every other error, not as a bare stack. */
function onUncaught(error: unknown): never {
  printError(error, process.argv.slice(2), undefined);
  process.exit(exitCodes.couldNotRun);
}

process.on("uncaughtException", onUncaught);
process.stdout.on("error", onOutputError);
writeWholly(process.stdout);
process.stderr.on("error", () => {});
const exitCode = await main(process.argv.slice(2));
// Some of what was printed before may have failed, and node says so only now.
process.stdout.write("", (error) => {
  if (error) onOutputError(error);
  process.exit(exitCode);
});
