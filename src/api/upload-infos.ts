import { readdir, readFile, rm } from "node:fs/promises";
import { Upload } from "@tus/server";
import { replaceFile } from "../files/replace.ts";
import { asMediaError } from "../media/errors.ts";

/** Upload ids are random, and are also file names. */
export const uploadId = /^[0-9a-f]{32}$/;

/** The storage of an upload whose bytes have become an object. */
export const finished = "finished";

/** An upload's description from its file, in the form of the tus server. */
export function uploadOf(info: Omit<Upload, "sizeIsDeferred">): Upload {
  return new Upload(info as ConstructorParameters<typeof Upload>[0]);
}

/** The descriptions of uploads, each in a file that is complete or missing. */
export function createInfos(pathOf: (id: string) => string, dir: string) {
  return {
    async get(id: string): Promise<Upload | undefined> {
      const text = await readFile(`${pathOf(id)}.json`, "utf8").catch((error: unknown) => {
        // with other errors, for example too many open files, the file may exist
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw asMediaError(error);
      });
      return text === undefined ? undefined : uploadOf(JSON.parse(text) as Upload);
    },
    async set(id: string, upload: Upload): Promise<void> {
      const path = `${pathOf(id)}.json`;
      await replaceFile(path, JSON.stringify(upload), `${path}.tmp`);
    },
    async delete(id: string): Promise<void> {
      await rm(`${pathOf(id)}.json`, { force: true });
    },
    async list(): Promise<string[]> {
      const names = await readdir(dir);
      return names
        .filter((name) => name.endsWith(".json"))
        .map((name) => name.slice(0, -".json".length))
        .filter((id) => uploadId.test(id));
    },
  };
}
