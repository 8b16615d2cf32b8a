import { link, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bytesOf, inChunks, newFile, newRef, sha256, versionsOf } from "./stage.contract.ts";
import type { Stage } from "./stage.contract.ts";

/** The parts of the object store contract that deal with files and with what is there. */
export function files(on: Stage): void {
  test("copies", async () => {
    const ref = newRef();
    const path = await newFile(on, "take one");
    const stored = await on.store.putFile(ref, path);
    expect(stored).toEqual({ sha256: sha256(Buffer.from("take one")), sizeBytes: 8 });
    await writeFile(path, "changed afterwards");
    expect(String(await bytesOf(on.store.read(ref)))).toBe("take one");
  });

  test("moves", async () => {
    const ref = newRef("outputs");
    const path = await newFile(on, "take two");
    const stored = await on.store.putFile(ref, path, { move: true });
    expect(stored).toEqual({ sha256: sha256(Buffer.from("take two")), sizeBytes: 8 });
    expect(String(await bytesOf(on.store.read(ref)))).toBe("take two");
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  test("a moved file's other name cannot reach the stored bytes", async () => {
    const ref = newRef();
    const path = await newFile(on, "take three");
    const other = `${path}-other`;
    await link(path, other);
    await on.store.putFile(ref, path, { move: true });
    await writeFile(other, "forged");
    expect(String(await bytesOf(on.store.read(ref)))).toBe("take three");
    await expect(stat(path)).rejects.toThrow("ENOENT");
  });

  test("refuses what is no file, and what is not there", async () => {
    const ref = newRef();
    for (const move of [false, true]) {
      await expect(on.store.putFile(ref, on.folder, { move })).rejects.toMatchObject({
        code: "invalid_argument",
      });
      const gone = on.store.putFile(ref, join(on.folder, "nowhere"), { move });
      await expect(gone).rejects.toMatchObject({ code: "not_found" });
    }
    expect(await on.store.stat(ref)).toBeUndefined();
  });

  test("never moves a link, whatever it points at", async () => {
    const path = await newFile(on, "somebody's secret");
    const planted = `${path}-link`;
    await symlink(path, planted);
    const put = on.store.putFile(newRef(), planted, { move: true });
    await expect(put).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await readFile(path, "utf8")).toBe("somebody's secret");
  });
}

export function listing(on: Stage): void {
  test("say what is there", async () => {
    const ref = newRef("outputs");
    expect(await on.store.stat(ref)).toBeUndefined();
    await on.store.put(ref, inChunks("content"));
    expect((await versionsOf(on.store, "outputs")).get(ref.version)).toBe(7);
    expect((await versionsOf(on.store, "uploads")).has(ref.version)).toBe(false);
  });

  test("remove says whether there was anything", async () => {
    const ref = newRef();
    expect(await on.store.remove(ref)).toBe(false);
    await on.store.put(ref, inChunks("content"));
    expect(await on.store.remove(ref)).toBe(true);
    expect(await on.store.remove(ref)).toBe(false);
    expect(await on.store.stat(ref)).toBeUndefined();
    expect((await versionsOf(on.store, "uploads")).has(ref.version)).toBe(false);
    await expect(on.store.read(ref)).rejects.toMatchObject({ code: "not_found" });
  });

  test("an empty store lists nothing", async () => {
    expect([...(await versionsOf(on.createEmpty(), "uploads"))]).toEqual([]);
  });
}

export function lending(on: Stage): void {
  test("lends a path and passes on what comes of it", async () => {
    const ref = newRef();
    await on.store.put(ref, inChunks("content"));
    expect(await on.store.withLocalFile(ref, async (path) => await readFile(path, "utf8"))).toBe(
      "content",
    );
    const failing = on.store.withLocalFile(
      ref,
      async () => await Promise.reject(new Error("mine")),
    );
    await expect(failing).rejects.toThrow("mine");
  });

  test("throws not_found before it calls", async () => {
    let called = false;
    const use = on.store.withLocalFile(
      newRef(),
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
    const path = await newFile(on, "content");
    const inHostileBucket = Object.assign(newRef(), { bucket: hostile });
    for (const ref of [{ ...newRef(), version: hostile }, inHostileBucket]) {
      const refused = { code: "invalid_argument" };
      await expect(on.store.put(ref, inChunks("x"))).rejects.toMatchObject(refused);
      await expect(on.store.putFile(ref, path, { move: true })).rejects.toMatchObject(refused);
      await expect(on.store.read(ref)).rejects.toMatchObject(refused);
      await expect(on.store.stat(ref)).rejects.toMatchObject(refused);
      await expect(on.store.remove(ref)).rejects.toMatchObject(refused);
      const use = on.store.withLocalFile(ref, async (local) => await readdir(local));
      await expect(use).rejects.toMatchObject(refused);
    }
    await expect(versionsOf(on.store, inHostileBucket.bucket)).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(await readFile(path, "utf8")).toBe("content");
  });
}
