import { describe, expect, it } from "vitest";
import { createProgram } from "../program.ts";
import { nextOf } from "./candidates.ts";
import { shellWords } from "./shell-words.ts";

const program = createProgram(async () => {});
const next = (...words: string[]) => nextOf(program, words);
const words = (...typed: string[]) => next(...typed).candidates.map(({ word }) => word);

describe("what may come next", () => {
  it("is a command, of those that the help lists", () => {
    expect(words("")).toEqual(expect.arrayContaining(["process", "ls", "show", "completion"]));
    expect(words("")).not.toContain("complete");
    expect(words("keys", "")).toEqual(expect.arrayContaining(["create", "ls", "revoke"]));
    expect(words("--json", "--data-dir", "show", "sho")).toEqual(["show"]);
  });

  it("is an option of the command or of all commands", () => {
    expect(words("ls", "--js")).toEqual(["--json", "--jsonl"]);
    expect(words("export", "--")).toContain("--format");
    expect(words("ls", "--")).not.toContain("--format");
    expect(words("export", "--format=s")).toEqual(["--format=srt"]);
    expect(words("export", "--", "--")).toEqual([]);
  });

  it("is a choice, a file, a folder, or a name of a media file", () => {
    expect(words("completion", "")).toEqual(["bash", "zsh", "fish"]);
    for (const command of ["show", "export", "logs", "rm", "cancel", "reprocess"])
      expect(next(command, "").also, command).toBe("names");
    expect(next("rm", "a.mp4", "").also).toBe("names");
    expect(next("show", "a.mp4", "").also).toBeUndefined();
    expect(next("process", "").also).toBe("files");
    expect(next("export", "x", "--output", "").also).toBe("files");
    expect(next("--data-dir", "").also).toBe("folders");
    expect(next("keys", "create", "").also).toBeUndefined();
  });
});

it.each([
  ["", [""]],
  ["dailies ", ["dailies", ""]],
  ["dailies show a\\ b", ["dailies", "show", "a b"]],
  [`dailies 'it'\\''s "x"' `, ["dailies", `it's "x"`, ""]],
  ['x "a \\" \\b', ["x", 'a " \\b']],
  ["x 'open", ["x", "open"]],
  ["x ''", ["x", ""]],
  ["a\\", ["a\\"]],
])("the line %j is the words %j", (line, expected) => {
  expect(shellWords(line)).toEqual(expected);
});
