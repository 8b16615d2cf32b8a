import { homedir } from "node:os";
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { exitCodes } from "../failure.ts";
import { printable } from "../text.ts";
import { nextOf, type Candidate } from "./candidates.ts";
import { completionScripts, type Shell } from "./scripts.ts";
import { shellWords } from "./shell-words.ts";

/** More names than this help nobody who is typing one. */
const mostNames = 500;

/** `dailies completion SHELL` */
export function printCompletion({ output }: Context, shell: Shell): Promise<number> {
  output.results.write(completionScripts[shell]);
  return Promise.resolve(exitCodes.done);
}

interface Typed {
  /** Behind the program's name; the last one is being typed. */
  readonly words: readonly string[];
  /** How much of the last word the shell keeps by itself, and so is left out of each candidate. */
  readonly kept: number;
  /** A candidate as it is to be inserted. The other shells quote by themselves. */
  readonly quoted: (word: string) => string;
}

/** Quoted for bash, which itself leaves `$` as it is: within quotes that were opened, or by backslashes. */
function quotedForBash(last: string): (word: string) => string {
  if (last.startsWith('"')) return (word) => word.replace(/["$`\\]/g, String.raw`\$&`);
  if (last.startsWith("'")) return (word) => word.replaceAll("'", String.raw`'\''`);
  return (word) => word.replace(/[\s!-*;<>?[\\\]^`{|}~]/g, String.raw`\$&`);
}

/**
 * bash gives its line up to the cursor, and its own idea of the last word: it cuts words at `:` and `=`,
 * and replaces only what is behind that.
 */
function typedInBash([line = "", last = ""]: readonly string[]): Typed {
  const [, ...words] = shellWords(line);
  const current = words.at(-1) ?? "";
  const own = /^[:=]+$/.test(last) ? "" : (shellWords(last).at(-1) ?? "");
  const kept = current.endsWith(own) ? current.length - own.length : 0;
  return { words, kept, quoted: quotedForBash(last) };
}

function typed(shell: Shell, given: readonly string[]): Typed {
  if (shell === "bash") return typedInBash(given);
  const current = given.at(-1) ?? "";
  // fish gives the last word as it stands, with its quotes
  const last = shell === "fish" ? shellWords(current).join(" ") : current;
  return { words: [...given.slice(0, -1), last], kept: 0, quoted: (word) => word };
}

/** The data directory that was typed before, if any. */
export function typedDataDir(words: readonly string[]): { dataDir?: string } {
  const at = words.indexOf("--data-dir");
  const given =
    words.find((word) => word.startsWith("--data-dir="))?.slice("--data-dir=".length) ??
    (at === -1 || at + 1 >= words.length - 1 ? undefined : words[at + 1]);
  if (given === undefined) return {};
  return { dataDir: given.startsWith("~/") ? homedir() + given.slice(1) : given };
}

/** Names of media files that begin so and can be typed. */
async function namesFrom(context: Context, startsWith: string): Promise<Candidate[]> {
  return context.withDailies(async (dailies) => {
    const names: string[] = [];
    for await (const page of dailies.allMedia({ startsWith, limit: mostNames }))
      names.push(...page.map(({ media }) => media.name));
    return names
      .filter((name) => printable(name) === name)
      .map((word) => ({ word, about: "media file" }));
  });
}

/** `dailies complete`: what fits, for the scripts of the shells. Where nothing can be found, nothing fits. */
export async function complete(
  program: Command,
  shell: Shell,
  given: readonly string[],
  contextOf: (options: { dataDir?: string }) => Promise<Context>,
): Promise<string> {
  const { words, kept, quoted } = typed(shell, given);
  const next = nextOf(program, words);
  const isNames = next.also === "names";
  const named = async (): Promise<Candidate[]> =>
    namesFrom(await contextOf(typedDataDir(words)), words.at(-1) ?? "");
  const names = isNames ? await named().catch(() => []) : [];
  const lines = [...next.candidates, ...names].map(({ word, about }) =>
    shell === "fish" ? `${word}\t${about}` : quoted(word.slice(kept)),
  );
  const kind = next.also === undefined ? [] : [`:${next.also}`];
  return [...kind, ...lines].map((line) => `${line}\n`).join("");
}
