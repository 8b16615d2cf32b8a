import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openBeneath, openToRead } from "./open-source.ts";

const outside = realpathSync(mkdtempSync(join(tmpdir(), "dailies-open-")));
const folder = join(outside, "watched");
mkdirSync(join(folder, "a/b"), { recursive: true });
afterAll(() => rmSync(outside, { recursive: true }));
const at = (name: string) => join(folder, name);
const refused = { code: "unsupported_media" };

writeFileSync(join(outside, "secret.mp4"), "secret");
writeFileSync(at("a/b/talk.mp4"), "talk");

describe("a file below a folder", () => {
  it("is opened where it lies", async () => {
    await using file = await openBeneath(folder, at("a/b/talk.mp4"));
    expect(await file.readFile("utf8")).toBe("talk");
  });

  it("is not reached through a link, at no place of its path", async () => {
    symlinkSync(join(outside, "secret.mp4"), at("link.mp4"));
    symlinkSync(outside, at("a/out"));
    symlinkSync("b", at("a/inside"));
    for (const name of ["link.mp4", "a/out/secret.mp4", "a/inside/talk.mp4"])
      await expect(openBeneath(folder, at(name)), name).rejects.toMatchObject(refused);
    await expect(openBeneath(folder, join(outside, "secret.mp4"))).rejects.toMatchObject(refused);
    await expect(openBeneath(folder, at("none.mp4"))).rejects.toMatchObject({ code: "not_found" });
    await expect(openBeneath(folder, at("none/a.mp4"))).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("is a regular one: nothing waits for a pipe", async () => {
    execFileSync("mkfifo", [at("pipe.mp4")]);
    await expect(openBeneath(folder, at("pipe.mp4"))).rejects.toMatchObject(refused);
    await expect(openToRead(at("pipe.mp4"))).rejects.toMatchObject(refused);
    await expect(openToRead("/dev/zero")).rejects.toMatchObject(refused);
    await expect(openToRead(folder)).rejects.toMatchObject(refused);
    await using linked = await openToRead(at("link.mp4"));
    expect(await linked.readFile("utf8")).toBe("secret");
  });
});

/** Swaps files and links, and a folder and a link, as fast as it can, until it is killed. */
const swapper = `
  const fs = require("node:fs"); const path = require("node:path");
  const [, folder, secret, outside] = process.argv;
  const names = Array.from({ length: 600 }, (_, index) => path.join(folder, "swap" + index + ".mp4"));
  process.stdout.write("swapping\\n");
  for (;;) {
    for (const name of names) {
      fs.symlinkSync(secret, name + ".link"); fs.renameSync(name + ".link", name);
      fs.writeFileSync(name + ".file", "mine"); fs.renameSync(name + ".file", name);
    }
    fs.renameSync(path.join(folder, "deep"), path.join(folder, "aside"));
    fs.symlinkSync(outside, path.join(folder, "deep"));
    fs.unlinkSync(path.join(folder, "deep"));
    fs.renameSync(path.join(folder, "aside"), path.join(folder, "deep"));
  }`;

it("600 files that are swapped for links all the time give nothing that lies outside", async () => {
  const races = at("races");
  mkdirSync(join(races, "deep"), { recursive: true });
  writeFileSync(join(races, "deep/secret.mp4"), "mine");
  for (let index = 0; index < 600; index += 1)
    writeFileSync(join(races, `swap${index}.mp4`), "mine");
  const child = spawn(process.execPath, [
    "-e",
    swapper,
    races,
    join(outside, "secret.mp4"),
    outside,
  ]);
  try {
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const counts = { mine: 0, refused: 0 };
    const begun = performance.now();
    // A link is there for a moment only: it goes on until one was met.
    const goesOn = () => performance.now() - begun < (counts.refused > 0 ? 2_000 : 30_000);
    for (let turn = 0; goesOn(); turn += 1) {
      const name = turn % 4 === 0 ? "deep/secret.mp4" : `swap${turn % 600}.mp4`;
      const file = await openBeneath(races, join(races, name)).catch(() => undefined);
      if (file === undefined) counts.refused += 1;
      else {
        expect(await file.readFile("utf8")).not.toBe("secret");
        counts.mine += 1;
        await file.close();
      }
    }
    expect(counts.mine).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(0);
  } finally {
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("close", resolve));
  }
});
