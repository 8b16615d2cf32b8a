import { execFile } from "node:child_process";
import { chmodSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { writeNamedFile } from "./named-file.ts";
import { replaceFile } from "./replace.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-named-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const run = promisify(execFile);

describe("a file that a person names", () => {
  it("is made with the mode of the umask, and replaced with the mode it had", async () => {
    await writeNamedFile(at("new.txt"), "first");
    writeFileSync(at("by-node.txt"), "");
    expect(statSync(at("new.txt")).mode).toBe(statSync(at("by-node.txt")).mode);
    for (const mode of [0o600, 0o664, 0o755]) {
      chmodSync(at("new.txt"), mode);
      await writeNamedFile(at("new.txt"), `mode ${mode}`);
      expect(statSync(at("new.txt")).mode & 0o7777).toBe(mode);
      expect(readFileSync(at("new.txt"), "utf8")).toBe(`mode ${mode}`);
    }
  });

  it("may be a link: what it leads to is written, also when that is not there yet", async () => {
    mkdirSync(at("elsewhere"));
    writeFileSync(at("elsewhere/there.txt"), "old");
    symlinkSync("elsewhere/there.txt", at("link"));
    symlinkSync("link", at("link-to-link"));
    symlinkSync("elsewhere/not-yet.txt", at("dangling"));
    await writeNamedFile(at("link-to-link"), "new");
    await writeNamedFile(at("dangling"), "made");
    expect(readFileSync(at("elsewhere/there.txt"), "utf8")).toBe("new");
    expect(readFileSync(at("elsewhere/not-yet.txt"), "utf8")).toBe("made");
    for (const name of ["link", "link-to-link", "dangling"])
      expect(lstatSync(at(name)).isSymbolicLink()).toBe(true);
    symlinkSync("circle", at("circle"));
    await expect(writeNamedFile(at("circle"), "x")).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  it("may be a pipe or a device, which stays one", async () => {
    await run("mkfifo", [at("pipe")]);
    const [{ stdout }] = await Promise.all([
      run("cat", [at("pipe")]),
      writeNamedFile(at("pipe"), "through the pipe"),
    ]);
    expect(stdout).toBe("through the pipe");
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
    await writeNamedFile("/dev/null", "nothing");
    symlinkSync("/dev/null", at("to-null"));
    await writeNamedFile(at("to-null"), "nothing");
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
    expect(statSync(at("to-null")).isCharacterDevice()).toBe(true);
    await expect(writeNamedFile("/dev/full", "x")).rejects.toMatchObject({ code: "disk_full" });
    expect(statSync("/dev/full").isCharacterDevice()).toBe(true);
  });

  it("is refused in the words of the path when it cannot be", async () => {
    const refused = { code: "invalid_argument" };
    await expect(writeNamedFile(folder, "x")).rejects.toMatchObject({
      ...refused,
      message: `${folder} cannot be written: it is a folder`,
    });
    await expect(writeNamedFile(at("no/where.txt"), "x")).rejects.toMatchObject({
      ...refused,
      message: `${at("no/where.txt")} cannot be written: there is no such folder`,
    });
  });

  it.skipIf(process.getuid?.() === 0)("stays as it is when it may not be written to", async () => {
    writeFileSync(at("protected.txt"), "kept", { mode: 0o444 });
    await expect(writeNamedFile(at("protected.txt"), "x")).rejects.toMatchObject({
      code: "storage_failed",
    });
    expect(readFileSync(at("protected.txt"), "utf8")).toBe("kept");
  });

  it("leaves no temporary file", () => {
    expect(readdirSync(folder).filter((name) => name.startsWith(".dailies"))).toEqual([]);
  });
});

describe("a file of ours", () => {
  it("is replaced whole and private, and half of one that was killed is passed over", async () => {
    writeFileSync(at("own.json"), "old", { mode: 0o644 });
    writeFileSync(at("own.json.part"), "half");
    await replaceFile(at("own.json"), "new");
    expect(readFileSync(at("own.json"), "utf8")).toBe("new");
    expect(statSync(at("own.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).not.toContain("own.json.part");
  });

  it("never replaces what is no plain file", async () => {
    mkdirSync(at("a-folder"));
    symlinkSync("new.txt", at("a-link"));
    await run("mkfifo", [at("a-pipe")]);
    for (const name of ["a-folder", "a-link", "a-pipe"])
      await expect(replaceFile(at(name), "x")).rejects.toMatchObject({ code: "storage_failed" });
    expect(lstatSync(at("a-link")).isSymbolicLink()).toBe(true);
    expect(lstatSync(at("a-pipe")).isFIFO()).toBe(true);
  });
});
