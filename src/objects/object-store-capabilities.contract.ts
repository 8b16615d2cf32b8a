import { readFile, stat, symlink, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { newSession, sessionOf } from "../media/ids.ts";
import type { ObjectStoreCapabilities } from "./object-store.ts";
import {
  bytesOf,
  described,
  inChunks,
  newFile,
  placeIn,
  sha256,
  unknownRef,
} from "./stage.contract.ts";
import type { Stage } from "./stage.contract.ts";

/** Each capability does what it promises, or is refused with its code. */
export function capabilities(on: Stage, has: ObjectStoreCapabilities): void {
  const refused = { code: "not_supported" };
  if (has.localPaths) localPaths(on);
  else
    test("has no local paths, and says so", async () => {
      const stored = await on.store.put(placeIn(), inChunks("content"));
      await expect(on.store.localPath(stored)).rejects.toMatchObject(refused);
    });
  if (has.links) links(on);
  else
    test("links nothing, says so, and leaves the file", async () => {
      const path = await newFile(on, "content");
      await expect(on.store.linkFile(placeIn(), path)).rejects.toMatchObject(refused);
      expect(await readFile(path, "utf8")).toBe("content");
    });
  if (has.restoring) restoring(on);
  else
    test("restores nothing, and says so", async () => {
      const path = await newFile(on, "content");
      await expect(on.store.restoreFile(unknownRef(), path)).rejects.toMatchObject(refused);
    });
  if (has.sweeping) sweeping(on);
  else
    test("sweeps nothing, and says so", async () => {
      await expect(on.store.sweep(() => false)).rejects.toMatchObject(refused);
    });
}

function localPaths(on: Stage): void {
  test("a local path leads to the bytes, and there is none of what is not there", async () => {
    const stored = await on.store.put(placeIn(), inChunks("content"));
    expect(await readFile(await on.store.localPath(stored), "utf8")).toBe("content");
    await expect(on.store.localPath(unknownRef())).rejects.toMatchObject({ code: "not_found" });
  });
}

function links(on: Stage): void {
  test("links a file, which stays, and reads it unless its fingerprint is known", async () => {
    const path = await newFile(on, "take four");
    const read = await on.store.linkFile(placeIn(), path);
    expect(read).toEqual(described(placeIn(), "take four"));
    expect(await readFile(path, "utf8")).toBe("take four");

    const other = await newFile(on, "take five");
    const value = sha256(Buffer.from("what the caller says"));
    const fingerprint = { algorithm: "sha256", value } as const;
    const known = await on.store.linkFile(placeIn(), other, { fingerprint });
    expect(known).toMatchObject({ fingerprint, sizeBytes: 9 });
    expect(String(await bytesOf(on.store.read(known)))).toBe("take five");
  });

  test("copies a file that has a second name, through which others could write", async () => {
    const path = await newFile(on, "take six");
    await on.store.linkFile(placeIn(), path);
    const second = await on.store.linkFile(placeIn(), path);
    await writeFile(path, "forged");
    expect(String(await bytesOf(on.store.read(second)))).toBe("take six");
  });

  test("never links a symbolic link", async () => {
    const planted = `${await newFile(on, "somebody's secret")}-link`;
    await symlink(planted.slice(0, -5), planted);
    const put = on.store.linkFile(placeIn(), planted);
    await expect(put).rejects.toMatchObject({ code: "invalid_argument" });
    expect((await stat(planted)).isFile()).toBe(true);
  });
}

function restoring(on: Stage): void {
  test("restores bytes under the version they had, also over damaged ones", async () => {
    const ref = unknownRef();
    for (const content of ["damaged", "right"]) {
      const stored = await on.store.restoreFile(ref, await newFile(on, content));
      expect(stored).toEqual({ ...described(ref, content), version: ref.version });
      expect(String(await bytesOf(on.store.read(ref)))).toBe(content);
    }
  });
}

function sweeping(on: Stage): void {
  test("versions of one store name one session, and nothing of the living is swept", async () => {
    const [first, second] = await Promise.all([
      on.store.put(placeIn(), inChunks("one")),
      on.store.put(placeIn(), inChunks("two")),
    ]);
    const session = sessionOf(first.version);
    expect(sessionOf(second.version)).toBe(session);
    expect(session).toHaveLength(newSession().length);
    const whileWriting: number[] = [];
    async function* slow() {
      yield Buffer.from("first ");
      whileWriting.push(await on.store.sweep((one) => one === session));
      yield Buffer.from("second");
    }
    const stored = await on.store.put(placeIn(), slow());
    expect(whileWriting).toEqual([0]);
    expect(await on.store.stat(stored)).toEqual({ sizeBytes: 12 });
  });
}
