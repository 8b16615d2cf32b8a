import type { Argument, Command, Option } from "commander";

/** A word that may come next, and what it is for. */
export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What may come next on a command line: words, and what the program's table of commands does not know. */
export interface Next {
  readonly candidates: readonly Candidate[];
  readonly also?: "names" | "files" | "folders";
}

const nothing: Next = { candidates: [] };

/** Options of a command and of those above it. */
function optionsOf(command: Command): Option[] {
  const above = command.parent === null ? [] : optionsOf(command.parent);
  return [...command.options, ...above].filter(({ hidden }) => !hidden);
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

/** What follows an option or stands for an argument, by its choices, its name and its description. */
function valuesOf(about: {
  readonly choices: readonly string[] | undefined;
  readonly name: string;
  readonly description: string;
}): Next {
  const { choices, name, description } = about;
  if (choices !== undefined)
    return { candidates: choices.map((word) => ({ word, about: description })) };
  if (/\bmedia files?\b/.test(description) && /^names?$/.test(name))
    return { candidates: [], also: "names" };
  if (/^(?:dir|dirs|folder|input|output|from)$/.test(name)) {
    const also = description.includes("file") && name === "output" ? "files" : "folders";
    return { candidates: [], also };
  }
  if (/^(?:file|files|path|paths|id-or-path)$/.test(name)) return { candidates: [], also: "files" };
  return nothing;
}

const ofOption = (option: Option): Next =>
  valuesOf({
    choices: option.argChoices,
    name: (/[<[]([^>\].]+)/.exec(option.flags)?.[1] ?? "").toLowerCase(),
    description: option.description,
  });

function ofArgument(command: Command, index: number): Next {
  const all: readonly Argument[] = command.registeredArguments;
  const last = all.at(-1);
  const argument = all[index] ?? (last?.variadic === true ? last : undefined);
  if (argument === undefined) return nothing;
  return valuesOf({
    choices: argument.argChoices,
    name: argument.name(),
    description: argument.description,
  });
}

const visible = (command: Command): readonly Command[] =>
  command.createHelp().visibleCommands(command);

/** Where the finished words of a line lead. */
function placeAfter(program: Command, words: readonly string[]) {
  let command = program;
  let count = 0;
  let waiting: Option | undefined;
  let isEnded = false;
  for (const word of words) {
    if (waiting !== undefined) waiting = undefined;
    else if (!isEnded && word === "--") isEnded = true;
    else if (!isEnded && word.startsWith("-")) {
      const option = optionsOf(command).find(({ long, short }) => word === long || word === short);
      if (option !== undefined && takesValue(option)) waiting = option;
    } else {
      const below = command.commands.find(
        (one) => count === 0 && (one.name() === word || one.aliases().includes(word)),
      );
      if (below === undefined) count += 1;
      else command = below;
    }
  }
  return { command, count, waiting, isEnded };
}

function ofOptions(command: Command, current: string): Next {
  const [, flag = "", prefix = ""] = /^(--[^=]+)(=)/.exec(current) ?? [];
  const options = optionsOf(command);
  if (prefix === "")
    return {
      candidates: options.flatMap(({ long, description }) =>
        long == null ? [] : [{ word: long, about: description }],
      ),
    };
  const option = options.find(({ long, required }) => long === flag && required);
  const { candidates } = option === undefined ? nothing : ofOption(option);
  return { candidates: candidates.map(({ word, about }) => ({ word: `${flag}=${word}`, about })) };
}

/**
 * What may come next.
 * @param words those behind the program's name; the last one is being typed, and may be empty
 */
export function nextOf(program: Command, words: readonly string[]): Next {
  const current = words.at(-1) ?? "";
  const { command, count, waiting, isEnded } = placeAfter(program, words.slice(0, -1));
  const fitting = ({ candidates, ...rest }: Next): Next => ({
    ...rest,
    candidates: candidates.filter(({ word }) => word.startsWith(current)),
  });
  if (waiting !== undefined) return fitting(ofOption(waiting));
  if (current.startsWith("-") && !isEnded) return fitting(ofOptions(command, current));
  if (command.commands.length > 0 && count === 0)
    return fitting({
      candidates: visible(command).map((one) => ({ word: one.name(), about: one.description() })),
    });
  return fitting(ofArgument(command, count));
}
