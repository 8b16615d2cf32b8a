import { link, open, readFile, readdir, rename, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { withLocalFile } from "./local-file.ts";
import {
  bytesOf,
  described,
  inChunks,
  newFile,
  placeIn,
  unknownRef,
  versionsOf,
} from "./stage.contract.ts";
import type { Stage } from "./stage.contract.ts";

/** The parts of the object store contract that deal with files and with what is there. */
export function files(on: Stage): void {
  test("copies", async () => {
    const path = await newFile(on, "take one");
    const stored = await on.store.putFile(placeIn(), path);
    expect(stored).toEqual(described(placeIn(), "take one"));
    await writeFile(path, "changed afterwards");
    expect(String(await bytesOf(on.store.read(stored)))).toBe("take one");
  });

  test("copies an open file, whatever lies at its path by now, and leaves it open", async () => {
    const path = await newFile(on, "the one that was opened");
    await using file = await open(path);
    await writeFile(`${path}-other`, "another");
    await rename(`${path}-other`, path);
    const stored = await on.store.putFile(placeIn(), file);
    expect(stored).toEqual(described(placeIn(), "the one that was opened"));
    expect(String(await bytesOf(on.store.read(stored)))).toBe("the one that was opened");
    expect((await file.stat()).isFile()).toBe(true);
  });

  test("moves", async () => {
    const path = await newFile(on, "take two");
    const stored = await on.store.putFile(placeIn("outputs"), path, { move: true });
    expect(stored).toEqual(described(placeIn("outputs"), "take two"));
    expect(String(await bytesOf(on.store.read(stored)))).toBe("take two");
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  test("a moved file's other name cannot reach the stored bytes", async () => {
    const path = await newFile(on, "take three");
    const other = `${path}-other`;
    await link(path, other);
    const stored = await on.store.putFile(placeIn(), path, { move: true });
    await writeFile(other, "forged");
    expect(String(await bytesOf(on.store.read(stored)))).toBe("take three");
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  test("refuses what is no file, and what is not there", async () => {
    const before = await versionsOf(on.store, "uploads");
    for (const move of [false, true]) {
      await expect(on.store.putFile(placeIn(), on.folder, { move })).rejects.toMatchObject({
        code: "invalid_argument",
      });
      const gone = on.store.putFile(placeIn(), join(on.folder, "nowhere"), { move });
      await expect(gone).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await versionsOf(on.store, "uploads")).toEqual(before);
  });

  test("never moves a link, whatever it points at", async () => {
    const path = await newFile(on, "somebody's secret");
    const planted = `${path}-link`;
    await symlink(path, planted);
    const put = on.store.putFile(placeIn(), planted, { move: true });
    await expect(put).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await readFile(path, "utf8")).toBe("somebody's secret");
  });
}

export function listing(on: Stage): void {
  test("say what is there", async () => {
    expect(await on.store.stat(unknownRef("outputs"))).toBeUndefined();
    const stored = await on.store.put(placeIn("outputs"), inChunks("content"));
    expect((await versionsOf(on.store, "outputs")).get(stored.version)).toBe(7);
    expect((await versionsOf(on.store, "uploads")).has(stored.version)).toBe(false);
  });

  test("remove says whether there was anything", async () => {
    expect(await on.store.remove(unknownRef())).toBe(false);
    const stored = await on.store.put(placeIn(), inChunks("content"));
    expect(await on.store.remove(stored)).toBe(true);
    expect(await on.store.remove(stored)).toBe(false);
    expect(await on.store.stat(stored)).toBeUndefined();
    expect((await versionsOf(on.store, "uploads")).has(stored.version)).toBe(false);
    await expect(on.store.read(stored)).rejects.toMatchObject({ code: "not_found" });
  });

  test("an empty store lists nothing", async () => {
    expect([...(await versionsOf(on.createEmpty(), "uploads"))]).toEqual([]);
  });
}

export function lending(on: Stage): void {
  test("lends a path and passes on what comes of it", async () => {
    const stored = await on.store.put(placeIn(), inChunks("content"));
    const text = await withLocalFile(on.store, stored, (path) => readFile(path, "utf8"));
    expect(text).toBe("content");
    const failing = withLocalFile(on.store, stored, () => Promise.reject(new Error("mine")));
    await expect(failing).rejects.toThrow("mine");
  });

  test("leaves no temporary copy behind", async () => {
    const stored = await on.store.put(placeIn(), inChunks("content"));
    const before = await readdir(on.folder);
    await withLocalFile(on.store, stored, () => Promise.resolve(), { folder: on.folder });
    expect(await readdir(on.folder)).toEqual(before);
  });

  test("throws not_found before it calls", async () => {
    let called = false;
    const use = withLocalFile(
      on.store,
      unknownRef(),
      async () => await Promise.resolve((called = true)),
    );
    await expect(use).rejects.toMatchObject({ code: "not_found" });
    expect(called).toBe(false);
  });
}

export function hostileNames(on: Stage): void {
  test.each([
    "",
    ".",
    "..",
    "../x",
    "a/b",
    "/etc/passwd",
    "a\0b",
    "a\\b",
    ".hidden",
    "x".repeat(200),
  ])("refuses the version and the bucket %j", async (hostile) => {
    const refused = { code: "invalid_argument" };
    const path = await newFile(on, "content");
    const inHostileBucket = Object.assign(unknownRef(), { bucket: hostile });
    for (const ref of [{ ...unknownRef(), version: hostile }, inHostileBucket]) {
      await expect(on.store.read(ref)).rejects.toMatchObject(refused);
      await expect(on.store.stat(ref)).rejects.toMatchObject(refused);
      await expect(on.store.remove(ref)).rejects.toMatchObject(refused);
      const use = withLocalFile(on.store, ref, (local) => readdir(local));
      await expect(use).rejects.toMatchObject(refused);
    }
    await expect(on.store.put(inHostileBucket, inChunks("x"))).rejects.toMatchObject(refused);
    const moved = on.store.putFile(inHostileBucket, path, { move: true });
    await expect(moved).rejects.toMatchObject(refused);
    await expect(versionsOf(on.store, inHostileBucket.bucket)).rejects.toMatchObject(refused);
    expect(await readFile(path, "utf8")).toBe("content");
  });
}
