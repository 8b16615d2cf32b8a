import type { Command } from "commander";
import type { Context } from "./context.ts";

/** A command's work: its module is loaded when it runs, so that every command starts fast. */
export type Run = (context: Context) => Promise<number>;

/** Runs a command's work with its options. */
export type Go = (command: Command, work: Run) => Promise<void>;

/** Ends a command's help. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ dailies ${line}`).join("\n")}`;
