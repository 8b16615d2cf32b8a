import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Catalog } from "../catalog/catalog.ts";
import { put } from "../catalog/catalog.fixture.ts";
import type { FileStamp } from "../catalog/write.ts";
import type { Imports, WatchedFolders } from "./imports.ts";

type Stage = Catalog & Imports & WatchedFolders;

/** What must be remembered of files and watched folders beside every local catalog. */
export function importsContract(kind: string, open: () => Promise<Stage>): void {
  describe(`imports: ${kind}`, () => {
    let stage: Stage;
    beforeEach(async () => void (stage = await open()));
    afterEach(() => stage.close());

    const note = (version: string, file: FileStamp) =>
      stage.apply({
        expect: { name: "a.mp4", version },
        changes: [{ type: "noteFile", version, file }],
      });

    it("remembers what an imported file looked like until the media changes", async () => {
      const version = await put(stage, "a.mp4", "01");
      const stamp = { path: "/a.mp4", sizeBytes: 1, modifiedNs: 10n ** 18n + 1n, inode: 7n };
      await note(version, stamp);
      expect(await stage.findImport(stamp)).toEqual({ name: "a.mp4", version });
      expect(await stage.findImport({ ...stamp, modifiedNs: 10n ** 18n })).toBeUndefined();
      await put(stage, "a.mp4", "02");
      expect(await stage.findImport(stamp)).toBeUndefined();
    });

    it("lists a folder's by path, and remembers what the folder was", async () => {
      const version = await put(stage, "a.mp4", "cc");
      const stamp = { sizeBytes: 1, modifiedNs: 5n, inode: 7n };
      for (const path of ["/in/b.mp4", "/in/a/c.mp4", "/in0/x.mp4", "/i.mp4", "/in"])
        await note(version, { path, ...stamp });
      const imports = await stage.listImports({ folder: "/in", limit: 10 });
      expect(imports.map(({ path }) => path)).toEqual(["/in/a/c.mp4", "/in/b.mp4"]);
      expect(imports[0]).toMatchObject({ name: "a.mp4", version, ...stamp });
      expect(
        await stage.listImports({ folder: "/in", after: "/in/a/c.mp4", limit: 10 }),
      ).toHaveLength(1);
      expect(await stage.watchedFolder("/in")).toBeUndefined();
      await stage.noteWatchedFolder("/in", "1:2");
      await stage.noteWatchedFolder("/in", "1:3");
      expect(await stage.watchedFolder("/in")).toBe("1:3");
      // removed by hand: remembered where its file would bring it back
      const removed = async () =>
        (await stage.listImports({ folder: "/in", limit: 10, removed: true })).map(
          ({ path }) => path,
        );
      expect(await removed()).toEqual([]);
      await stage.apply({
        expect: { name: "a.mp4", version },
        changes: [{ type: "removeMedia", name: "a.mp4", keepBytesMs: 0 }],
      });
      expect(await stage.listImports({ folder: "/in", limit: 10 })).toEqual([]);
      expect(await removed()).toEqual(["/in/a/c.mp4", "/in/b.mp4"]);
      await stage.forgetImport("/in/b.mp4");
      const again = await put(stage, "a.mp4", "cc");
      const file = { path: "/in/a/c.mp4", ...stamp };
      await note(again, file);
      expect(await removed()).toEqual([]);
    });
  });
}
