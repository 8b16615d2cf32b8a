import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { describeWithMounts, openMounts } from "../../test/support/mounts.ts";
import { processFingerprint } from "../process/identity.ts";
import { markOf, openWholeFiles, removeOriginal } from "./files.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "dailies-files-")));
const shared = "/dev/shm";
const hasOtherDisk = existsSync(shared) && statSync(shared).dev !== statSync(folder).dev;
const otherFolder = hasOtherDisk ? mkdtempSync(join(shared, "dailies-files-")) : undefined;
afterAll(() => {
  for (const made of [folder, otherFolder ?? folder])
    rmSync(made, { recursive: true, force: true });
});
afterEach(() => void vi.restoreAllMocks());

/** A recording, and where it is to go. */
async function recording(name: string, disk = folder) {
  const from = join(folder, name, "in/a.wav");
  const unfinished = join(folder, name, "unfinished");
  const archive = join(disk, `${name}-archive`);
  mkdirSync(dirname(from), { recursive: true });
  writeFileSync(from, "whole");
  const files = await openWholeFiles(unfinished, [archive]);
  return { from, to: join(archive, "a.wav"), archive, unfinished, files, mark: await seen(from) };
}

async function seen(path: string): Promise<string> {
  return (await markOf(path)) ?? "";
}

/** Says of everything that is brought to the disk which path it has, once it is there; where there is /proc. */
async function onSync(tell: (path: string) => void): Promise<void> {
  await using handle = await open(folder);
  const prototype: FileHandle = Object.getPrototypeOf(handle);
  vi.spyOn(prototype, "sync").mockImplementation(async function (this: FileHandle) {
    await this.datasync();
    tell(readlinkSync(`/proc/self/fd/${this.fd}`));
  });
}

const onLinux = process.platform === "linux";
const disks = [
  { where: "on the same disk", disk: folder },
  ...(otherFolder === undefined ? [] : [{ where: "on another disk", disk: otherFolder }]),
];

describe("files", () => {
  it("appear whole, and what was left unfinished goes", async () => {
    const unfinished = join(folder, "unfinished");
    await openWholeFiles(unfinished);
    writeFileSync(join(unfinished, "half"), "ha");
    const files = await openWholeFiles(unfinished);
    const path = join(folder, "deep/er/a.txt");
    await files.write(path, "whole");
    expect(readFileSync(path, "utf8")).toBe("whole");
    expect(readdirSync(unfinished)).toEqual([]);
    await expect(files.write(join(folder, "deep"), "x")).rejects.toThrow();
    expect(readdirSync(unfinished)).toEqual([]);
    const [to, mark] = [join(folder, "arch/a.txt"), await seen(path)];
    await files.bring(path, to, { mode: "copy", mark });
    await expect(files.bring(path, to, { mode: "move", mark })).rejects.toThrow(/there already/);
  });

  it("left unfinished beside their place go with their process, and only then", async () => {
    const { archive, unfinished } = await recording("sweep");
    const gone = processFingerprint().replace(/[0-9a-f]{8}$/, "00000000");
    const notSeen = "00000000-00000000-7-00000000";
    mkdirSync(archive);
    const left = (mark: string) => `.dailies-unfinished.${mark}.x`;
    const names = [gone, processFingerprint(), notSeen, `${notSeen}.long-ago`].map((mark) =>
      left(mark),
    );
    for (const name of [...names, "a.wav"]) writeFileSync(join(archive, name), "half");
    utimesSync(join(archive, names.at(-1) ?? ""), 1, 1);
    const anHourAgo = Date.now() / 1_000 - 3_600; // a copy that the disk's machine makes itself tells nothing
    utimesSync(join(archive, left(notSeen)), anHourAgo, anHourAgo);
    await openWholeFiles(unfinished, [archive, join(folder, "none")]);
    expect(new Set(readdirSync(archive))).toEqual(
      new Set([left(processFingerprint()), left(notSeen), "a.wav"]),
    );
  });
});

describe.runIf(hasOtherDisk || process.env["CI"] !== undefined)(
  `another disk${hasOtherDisk ? "" : " (there is none here)"}`,
  () => it("is there", () => expect(disks).toHaveLength(2)),
);

describe.each(disks)("a recording that is brought $where", ({ disk, where }) => {
  const isOther = disk !== folder;

  it.runIf(onLinux)(
    "stays until it is on the disk where it comes, and so do its folders",
    async () => {
      const { from, archive, unfinished, files, mark } = await recording(`durable ${where}`, disk);
      const to = join(archive, "deep/a.wav");
      const synced: { path: string; from: boolean; to: boolean }[] = [];
      await onSync((path) => synced.push({ path, from: existsSync(from), to: existsSync(to) }));
      await files.bring(from, to, { mode: "move", mark });
      expect([existsSync(from), readFileSync(to, "utf8")]).toEqual([false, "whole"]);
      for (const path of [disk, archive])
        expect(synced).toContainEqual({ path, from: true, to: false });
      expect(synced).toContainEqual({ path: dirname(to), from: isOther, to: true });
      // Nor was it first copied where it cannot be renamed from.
      expect(synced.filter(({ path }) => path.startsWith(unfinished))).toEqual([]);
    },
  );

  it("is let be when it is not what was heard", async () => {
    const { from, to, archive, files } = await recording(`stale ${where}`, disk);
    for (const mode of ["move", "copy"] as const)
      await expect(files.bring(from, to, { mode, mark: "5.1.1" })).rejects.toMatchObject({
        code: "file_changing",
      });
    expect(readdirSync(archive)).toEqual([]);
    expect(readFileSync(from, "utf8")).toBe("whole");
  });

  it.runIf(onLinux)("is let be when it is changed while it is copied", async () => {
    const { from, to, archive, files, mark } = await recording(`amid ${where}`, disk);
    await onSync((path) => {
      if (statSync(path).isFile()) writeFileSync(from, "another one");
    });
    const mode = isOther ? "move" : "copy"; // on its own disk nothing is copied to move it
    await expect(files.bring(from, to, { mode, mark })).rejects.toMatchObject({
      code: "file_changing",
    });
    expect(readdirSync(archive)).toEqual([]);
    expect(readFileSync(from, "utf8")).toBe("another one");
  });
});

describe("a recording that is changed after it was copied", () => {
  it.runIf(onLinux)("is let be, and its copy is what was heard", async () => {
    const { from, to, archive, mark } = await recording("after");
    mkdirSync(archive);
    writeFileSync(to, "whole");
    await onSync((path) => {
      if (path === archive) writeFileSync(from, "another one");
    });
    await expect(removeOriginal(from, to, mark)).rejects.toMatchObject({ code: "file_changing" });
    expect(readFileSync(from, "utf8")).toBe("another one");
    expect(readFileSync(to, "utf8")).toBe("whole");
  });
});

describe("results", () => {
  it.runIf(onLinux)("are on the disk, with their folder", async () => {
    const { to, archive, files } = await recording("results");
    const synced: string[] = [];
    await onSync((path) => {
      if (existsSync(to)) synced.push(path);
    });
    await files.write(to, "a result");
    expect(synced).toEqual([archive]);
  });
});

describeWithMounts("one disk that is mounted in two places", () => {
  it("is two to bring files to, which works", async () => {
    const { from, to, archive, unfinished } = await recording("bound");
    mkdirSync(archive);
    const mounts = await openMounts();
    try {
      mounts.run('mount --bind "$1" "$1"', archive);
      const module = JSON.stringify(fileURLToPath(new URL("files.ts", import.meta.url)));
      const script = `const {openWholeFiles, markOf} = await import(${module});
        const [unfinished, from, to] = process.argv.slice(1);
        const files = await openWholeFiles(unfinished);
        await files.bring(from, to, { mode: "move", mark: await markOf(from) });`;
      const node = [process.execPath, "--input-type=module", "-e", script, unfinished, from, to];
      const [program = "", ...args] = mounts.inside(node);
      execFileSync(program, args);
      expect([existsSync(from), readdirSync(archive)]).toEqual([false, ["a.wav"]]);
    } finally {
      mounts.close();
    }
  });
});
