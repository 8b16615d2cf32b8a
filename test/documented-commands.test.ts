import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgram } from "../src/cli/program.ts";
import { dailiesCommand } from "./support/command.ts";
import { ffmpeg } from "./support/ffmpeg.ts";
import { startServing, stopServing } from "./support/serving.ts";

/** Every command line of README, documents and help is one that the program takes; README's run as written. */

const root = fileURLToPath(new URL("../", import.meta.url));
const pages = [
  "README.md",
  ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`),
].filter((path) => path.endsWith(".md"));

const starts = /^\s*(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\S*bin\/)?dailies /;

/** A line of a shell as words; its comment, what is behind a pipe and redirections are left out. */
function wordsOf(line: string): string[] {
  const words = Array.from(line.matchAll(/'[^']*'|"[^"]*"|\S+/g), ([word]) => word);
  const end = words.findIndex((word) => /^(?:#|\||&&|>|<|\\|&|;)/.test(word));
  return (end === -1 ? words : words.slice(0, end)).map((word) =>
    word.replace(/^(['"])(.*)\1$/, "$2"),
  );
}

/** The command lines in the blocks of a page, those that a `\` breaks joined. */
function blockLines(text: string): string[] {
  const blocks = Array.from(text.matchAll(/^ *```\w*\n(.*?)^ *```/gms), ([, block = ""]) => block);
  return blocks.flatMap((block) => block.replaceAll("\\\n", " ").split("\n"));
}

function commandsIn(path: string): string[][] {
  const text = readFileSync(join(root, path), "utf8");
  const inline = Array.from(
    text.matchAll(/`((?:bin\/)?dailies [^`\n]+)`/g),
    ([, line = ""]) => line,
  );
  const lines = [...blockLines(text), ...inline].filter((line) => starts.test(`${line} `));
  return lines.map((line) => wordsOf(line.replace(starts, "")));
}

/** Why the program would not take these words; undefined when it would. Nothing is run. */
async function refusal(words: readonly string[]): Promise<string | undefined> {
  const program = createProgram(async () => {});
  program.commands.forEach(function quiet(command): void {
    command.exitOverride().configureOutput({ writeOut: () => {}, writeErr: () => {} });
    command.commands.forEach(quiet);
  });
  program.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  try {
    await program.parseAsync(words, { from: "user" });
    return undefined;
  } catch (error) {
    const { code = "", message } = error as { code?: string; message: string };
    if (["commander.helpDisplayed", "commander.version", "commander.help"].includes(code))
      return undefined;
    return message;
  }
}

/** Mentions of a command by its name alone, or with a placeholder that stands for a choice. */
const isMention = (words: readonly string[]): boolean =>
  words.some((word) => /[|…]/.test(word)) || words.every((word) => /^[a-z-]+$/.test(word));

it.each(pages)("every command in %s is one that there is", async (path) => {
  const wrong: string[] = [];
  for (const words of commandsIn(path).filter((one) => !isMention(one))) {
    const why = await refusal(words);
    if (why !== undefined) wrong.push(`${words.join(" ")}: ${why}`);
  }
  expect(wrong).toEqual([]);
});

it("every example in the help is one that there is", async () => {
  const program = createProgram(async () => {});
  const helps: string[] = [];
  const collect = (command: typeof program): void => {
    command.configureOutput({ writeOut: (text) => void helps.push(text) }).outputHelp();
    for (const one of command.commands) collect(one);
  };
  collect(program);
  const lines = helps
    .flatMap((help) => help.split("\n"))
    .filter((line) => line.startsWith("  $ dailies "));
  expect(lines.length).toBeGreaterThan(40);
  const wrong: string[] = [];
  for (const line of lines) {
    const why = await refusal(wordsOf(line.replace("  $ dailies ", "")));
    if (why !== undefined) wrong.push(`${line}: ${why}`);
  }
  expect(wrong).toEqual([]);
});

describe("the README", () => {
  const folder = mkdtempSync(join(tmpdir(), "dailies-readme-"));
  const readme = readFileSync(join(root, "README.md"), "utf8");
  /** The lines of the first block below a heading. */
  const under = (heading: string): string[] => {
    const [, rest = ""] = readme.split(`\n${heading}\n`);
    return blockLines(rest.slice(0, rest.indexOf("\n```\n", rest.indexOf("```") + 3) + 5)).filter(
      (line) => line !== "",
    );
  };
  const shell = (line: string): Promise<{ code: number; text: string }> =>
    new Promise((resolve) => {
      const env = { ...process.env, DAILIES_MODELS_DIR: join(folder, "models") };
      execFile("sh", ["-c", line], { cwd: folder, env, encoding: "buffer" }, (error, out, err) =>
        resolve({
          code: error === null ? 0 : Number(error.code ?? 1),
          text: String(out) + String(err),
        }),
      );
    });

  beforeAll(() => {
    for (const name of ["bin", "photos", "recordings", "card", "backup"])
      mkdirSync(join(folder, name));
    const command = dailiesCommand.map((word) => `'${word}'`).join(" ");
    writeFileSync(join(folder, "bin/dailies"), `#!/bin/sh\nexec ${command} "$@"\n`, {
      mode: 0o755,
    });
    const speech = "flite=text='it was the age of wisdom':voice=slt";
    const picture = "testsrc2=size=320x180:rate=10:duration=2";
    const film = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", speech, "-c:v", "libx264"];
    ffmpeg(...film, "-preset", "ultrafast", "-shortest", join(folder, "talk.mp4"));
    ffmpeg("-f", "lavfi", "-i", picture, "-frames:v", "1", join(folder, "photos/a.png"));
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.3", join(folder, "card/clip.wav"));
    ffmpeg("-f", "lavfi", "-i", "sine=duration=0.3", join(folder, "recordings/a.wav"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

  it("can be typed off: Use it, and a folder of recordings", async () => {
    const lines = [...under("## Use it"), ...under("### A folder of recordings")];
    expect(lines.length).toBeGreaterThan(12);
    for (const line of lines) {
      const { code, text } = await shell(line.replace("/mnt/card", "card"));
      const expected = line.includes("doctor") ? [0, 1, 2] : [0];
      expect(expected, `${line}\n${text}`).toContain(code);
    }
  }, 180_000);

  it("can be typed off: as a service", async () => {
    const lines = under("### As a service").filter(
      (line) => !/^npm start|bin\/dailies serve/.test(line),
    );
    expect(lines.length).toBeGreaterThan(6);
    mkdirSync(join(folder, ".dailies"), { recursive: true });
    const smtp = { host: "127.0.0.1", port: 9, from: "dailies@example.org" };
    writeFileSync(join(folder, ".dailies/config.json"), JSON.stringify({ smtp }));
    const serving = await startServing(join(folder, ".dailies"));
    try {
      for (const line of lines) {
        const here = line
          .replace("http://127.0.0.1:4700", serving.url)
          .replace("/mnt/backup", "backup");
        const { code, text } = await shell(here.replace(/^curl /, "curl -sS --fail "));
        expect(code, `${line}\n${text}`).toBe(0);
      }
    } finally {
      await stopServing(serving);
    }
  }, 60_000);
});
