import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { z } from "zod";
import { makeFolder } from "../files/durable.ts";
import { MediaError } from "../media/errors.ts";
import { replaceFile } from "../files/replace.ts";
import { defaultProfile, type Profile, type Watermark } from "../transcode/profile.ts";
import { fromFile, type Refuse } from "./profile-merge.ts";
import { profileSchema } from "./profile-schema.ts";

/** A profile with the pictures that it lays over films, by their SHA-256. */
export interface LoadedProfile {
  readonly profile: Profile;
  readonly pictures: ReadonlyMap<string, Uint8Array>;
}

/** The names of the profiles of a library, beside `default`. */
const foldersName = "profiles";
/** Where a library keeps the pictures of watermarks: jobs name them by their SHA-256. */
export const watermarksDir = (dataDir: string): string => join(dataDir, "watermarks");

/** A larger file is no profile. */
const maxProfileBytes = 1_000_000;
const maxPictureBytes = 10_000_000;

/** What is wrong with a field of a file, and what to do. */
const refusing =
  (file: string): Refuse =>
  (field, why) => {
    throw new MediaError("invalid_config", `${file}: ${field} ${why}`, {
      remedy: `Correct ${field} in the profile; docs/renditions.md lists every field.`,
    });
  };

/** The issue that says most: of a choice, what is wrong in the object that was given. */
function innermost(issue: z.core.$ZodIssue, path: readonly PropertyKey[] = []) {
  const here = [...path, ...issue.path];
  const inner = issue.code === "invalid_union" ? issue.errors.at(-1)?.[0] : undefined;
  const isObject = inner?.code === "unrecognized_keys" || (inner?.path.length ?? 0) > 0;
  if (inner !== undefined && isObject) return innermost(inner, here);
  const unknown = issue.code === "unrecognized_keys" ? issue.keys.slice(0, 1) : [];
  const why = issue.code === "unrecognized_keys" ? "is no field of a profile" : issue.message;
  return { field: [...here, ...unknown].map(String).join(".") || "it", why };
}

function readText(path: string, what: string): string {
  try {
    if (statSync(path).size > maxProfileBytes) throw new Error("it is larger than 1 MB");
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : message;
    throw new MediaError("invalid_config", `${what}: the profile cannot be read: ${why}`, {
      remedy: "Name a profile file, a profile of this library, or `default`.",
    });
  }
}

/** How each format begins, as Latin-1. */
const beginnings: readonly (readonly [Watermark["format"], RegExp])[] = [
  ["png", /^\x89PNG\r\n/],
  ["jpeg", /^\xff\xd8\xff/],
  ["webp", /^RIFF[^]{4}WEBP/],
];

function readProfileFile(path: string, shown: string): LoadedProfile {
  const refuse = refusing(shown);
  let given: unknown;
  try {
    given = JSON.parse(readText(path, shown));
  } catch (error) {
    if (error instanceof MediaError) throw error;
    throw new MediaError("invalid_config", `${shown}: not JSON: ${(error as Error).message}`, {
      remedy: "Correct the file; docs/renditions.md has an example.",
    });
  }
  const parsed = profileSchema.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const { field, why } =
      issue === undefined ? { field: "it", why: "is wrong" } : innermost(issue);
    return refuse(field, why);
  }
  const pictures = new Map<string, Uint8Array>();
  const readPicture = (picture: string, field: string): Pick<Watermark, "sha256" | "format"> => {
    const at = resolve(dirname(path), picture);
    let bytes: Buffer;
    try {
      if (statSync(at).size > maxPictureBytes) return refuse(field, "is larger than 10 MB");
      bytes = readFileSync(at);
    } catch (error) {
      if (error instanceof MediaError) throw error;
      return refuse(field, `cannot be read: ${(error as Error).message}`);
    }
    const head = bytes.toString("latin1", 0, 16);
    const format = beginnings.find(([, pattern]) => pattern.test(head))?.[0];
    if (format === undefined) return refuse(field, "must be a PNG, JPEG or WebP file");
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    pictures.set(sha256, bytes);
    return { sha256, format };
  };
  const name = parsed.data.name ?? basename(path).replace(/\.json$/i, "");
  return { profile: fromFile(parsed.data, name, readPicture, refuse), pictures };
}

/** The names of a library's own profiles. */
function namesIn(dataDir: string): string[] {
  try {
    const files = readdirSync(join(dataDir, foldersName));
    return files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -5));
  } catch {
    return [];
  }
}

/**
 * A profile by its file (`./broadcast.json`) or its name: `default`, or that of a file in `profiles` of the data
 * directory.
 * @param from the folder at which a relative path starts
 * @throws MediaError `invalid_config` with the field that is wrong and what to do
 */
export function loadProfile(
  given: string,
  { dataDir, from }: { readonly dataDir: string; readonly from: string },
): LoadedProfile {
  if (given === defaultProfile.name) return { profile: defaultProfile, pictures: new Map() };
  if (/[\\/]|\.json$/i.test(given)) return readProfileFile(resolve(from, given), given);
  const names = namesIn(dataDir);
  if (!names.includes(given))
    throw new MediaError(
      "invalid_config",
      `no profile is called ${JSON.stringify(given)}; there are ${["default", ...names].join(", ")}`,
      { remedy: "Name a file (./NAME.json), or put one into `profiles` of the data directory." },
    );
  return readProfileFile(join(dataDir, foldersName, `${given}.json`), given);
}

/** Keeps the pictures of a profile where its jobs find them, whoever does them and whenever. */
export async function keepPictures(dataDir: string, { pictures }: LoadedProfile): Promise<void> {
  if (pictures.size === 0) return;
  const folder = watermarksDir(dataDir);
  await makeFolder(folder);
  for (const [sha256, bytes] of pictures) {
    const path = join(folder, sha256);
    // Two processes may keep the same picture at once.
    await replaceFile(path, bytes, `${path}.${process.pid}.part`);
  }
}
