import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeFolders, makeFoldersNow } from "./durable.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-folders-"));
afterAll(() => rmSync(folder, { recursive: true }));

const ways = {
  makeFolders: async (path: string) => void (await makeFolders(path)),
  makeFoldersNow: async (path: string) => makeFoldersNow(path),
};

describe.each(Object.entries(ways))("%s", (way, make) => {
  it("makes what is missing, and leaves what is there", async () => {
    const path = join(folder, way, "a/b");
    await make(path);
    await make(path);
    expect(existsSync(path)).toBe(true);
    writeFileSync(join(folder, way, "file"), "");
    await expect(make(join(folder, way, "file"))).rejects.toMatchObject({ code: "EEXIST" });
    await expect(make(join(folder, way, "file/c"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });

  // In a process of its own: what does not end would take this one along.
  it.runIf(process.platform === "linux")("ends where nothing can be made", () => {
    const code = `import(process.argv[1]).then(async (durable) => {
      try { await durable[process.argv[2]]("/proc/nowhere/x/y"); } catch (error) { console.log(error.code); }
    })`;
    const module = new URL("durable.ts", import.meta.url).pathname;
    const answer = execFileSync(process.execPath, ["-e", code, module, way], { timeout: 20_000 });
    expect(answer.toString()).toBe("ENOENT\n");
  });
});
