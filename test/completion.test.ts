import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../src/config/config.ts";
import { openDailies } from "../src/runtime/local.ts";

/** Completion in the real shells, each asked in its own way what Tab would offer. */

const launcher = fileURLToPath(new URL("../bin/dailies", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "dailies-completion-"));
const dataDir = join(folder, "library");
const bin = join(folder, "bin");
const names = ["it's here.mp4", "talk one.mp4", "talk:two.mp4", "tälk.mp4", 'a "quoted" $name.mp4'];

beforeAll(async () => {
  const library = await openDailies(readConfig({ dataDir }));
  for (const name of [...names, "hidden\u0007bell.mp4"])
    await library.put([Buffer.from(name)] as unknown as AsyncIterable<Uint8Array>, { name });
  await library.close();
  mkdirSync(bin);
  symlinkSync(launcher, join(bin, "dailies"));
  mkdirSync(join(folder, "here"));
  writeFileSync(join(folder, "here", "footage.mov"), "x");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(shell: string, args: string[], script: string): Promise<string[]> {
  const env = {
    ...process.env, // oxlint-disable-line no-restricted-properties -- a shell needs it
    PATH: `${bin}:${process.env["PATH"]}`, // oxlint-disable-line no-restricted-properties
    DAILIES_DATA_DIR: dataDir,
    HOME: folder,
    TERM: "dumb",
    LC_ALL: "C.UTF-8",
  };
  const cwd = join(folder, "here");
  const { stdout } = await promisify(execFile)(shell, [...args, script], { env, cwd });
  return stdout.split("\n").filter((line) => line !== "");
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What bash would offer: its function is called as readline calls it. `last` is bash's own last word. */
const inBash = (line: string, last = line.slice(line.lastIndexOf(" ") + 1)): Promise<string[]> =>
  run(
    "bash",
    ["--norc", "-c"],
    `source <(dailies completion bash)
     complete -p dailies >/dev/null || exit 9
     COMP_LINE=${quoted(line)} COMP_POINT=${Buffer.byteLength(line)} COMP_WORDS=(${quoted(last)}) COMP_CWORD=0
     COMP_POINT=\${#COMP_LINE}
     _dailies dailies; printf '%s\\n' "\${COMPREPLY[@]}"`,
  );

/** What zsh writes into its line for a Tab, on a terminal of its own. */
const inZsh = (line: string): Promise<string[]> =>
  run(
    "zsh",
    ["-f", "-c"],
    `zmodload zsh/zpty
     zpty z 'zsh -f -i'
     zpty -w z 'PS1=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source <(dailies completion zsh)'
     zpty -w z 'show-line() { print -r -- "LINE<$BUFFER>"; zle kill-buffer; zle accept-line }; zle -N show-line; bindkey "^X" show-line; bindkey "^I" complete-word; print REA""DY'
     zpty -r -m z ignored '*READY*'
     zpty -w -n z ${quoted(line)}$'\\t\\x18'
     zpty -r -m z said '*LINE<*>*'
     print -r -- "\${\${said##*LINE<}%%>*}"`,
  );

const inFish = (line: string): Promise<string[]> =>
  run(
    "fish",
    ["--no-config", "-c"],
    `dailies completion fish | source; complete -C ${quoted(line)}`,
  ).then((lines) => lines.map((found) => found.split("\t")[0] ?? ""));

function has(shell: string): boolean {
  try {
    execFileSync(shell, ["--version"]);
    return true;
  } catch {
    return false;
  }
}
const isCi = process.env["CI"] !== undefined; // oxlint-disable-line no-restricted-properties -- as other tests

describe.skipIf(!has("bash") && !isCi)("bash", () => {
  it("completes commands, options, choices and names", async () => {
    expect(await inBash("dailies sh")).toEqual(["show"]);
    expect(await inBash("dailies export --format v")).toEqual(["vtt"]);
    expect((await inBash("dailies show ")).toSorted()).toEqual(
      [
        String.raw`a\ \"quoted\"\ \$name.mp4`,
        String.raw`it\'s\ here.mp4`,
        String.raw`talk\ one.mp4`,
        "talk:two.mp4",
        "tälk.mp4",
      ].toSorted(),
    );
    expect(await inBash("dailies show talk\\ o", "talk\\ o")).toEqual([String.raw`talk\ one.mp4`]);
    expect(await inBash('dailies show "a', '"a')).toEqual([String.raw`a \"quoted\" \$name.mp4`]);
    expect(await inBash(`dailies --data-dir ${folder}/none show ta`)).toEqual([]);
  });

  it("continues behind a colon, where bash begins a new word", async () => {
    expect(await inBash("dailies show talk:", ":")).toEqual(["two.mp4"]);
    expect(await inBash("dailies rm --yes x talk:t", "t")).toEqual(["two.mp4"]);
  });
});

describe.skipIf(!has("zsh") && !isCi)("zsh", () => {
  it("completes commands, options and names, and quotes them", async () => {
    expect(await inZsh("dailies sho")).toEqual(["dailies show "]);
    expect(await inZsh("dailies show it")).toEqual(["dailies show it\\'s\\ here.mp4 "]);
    expect(await inZsh("dailies show talk:")).toEqual(["dailies show talk:two.mp4 "]);
    expect(await inZsh("dailies process foot")).toEqual(["dailies process footage.mov "]);
  });
});

describe.skipIf(!has("fish") && !isCi)("fish", () => {
  it("completes commands, options, choices and names", async () => {
    expect(await inFish("dailies sho")).toEqual(["show"]);
    expect((await inFish("dailies show ")).toSorted()).toEqual(names.toSorted());
    expect(await inFish("dailies show talk\\ o")).toEqual(["talk one.mp4"]);
    expect(await inFish("dailies process foot")).toEqual(["footage.mov"]);
  });
});
