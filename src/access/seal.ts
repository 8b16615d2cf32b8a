import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, readFileSync } from "node:fs";
import { fstatSync, unlinkSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { makeFoldersNow } from "../files/durable.ts";
import { MediaError } from "../media/errors.ts";

/** Seals secrets that Dailies has to know again, so that a copy of the database does not tell them. */
export interface Seal {
  /**
   * Seals a text. The first call makes the key file when there is none.
   * @param about what the secret belongs to, such as the id of its row: a sealed text opens only for the
   * same `about`, so that it is worth nothing in another row. Default: nothing.
   */
  seal(text: string, about?: string): string;
  /** @throws MediaError `master_key_unusable` when it was sealed with another key, for something else, or was changed */
  open(sealed: string, about?: string): string;
  /**
   * A key of 32 bytes that follows from the master key, another one for each purpose. Nobody can
   * compute the master key, or the key for another purpose, from it. Makes no key file.
   * @throws MediaError `master_key_unusable`
   */
  derive(purpose: string): Uint8Array;
}

const keyBytes = 32;
const ivBytes = 12; // what GCM is made for; random, for fewer than 2^32 texts a key
const tagBytes = 16;

const unusable = (message: string, cause?: unknown): MediaError =>
  new MediaError("master_key_unusable", message, cause === undefined ? {} : { cause });

function hasCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

/** Undefined when there is no such file. A file that other users can read is refused. */
function readKey(keyFile: string): Buffer | undefined {
  let file: number;
  try {
    file = openSync(keyFile, "r");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw unusable(`the key file ${keyFile} cannot be read: ${(error as Error).message}`, error);
  }
  try {
    const { mode, uid } = fstatSync(file);
    const us = process.getuid?.();
    if (us !== undefined && (mode & 0o077) !== 0)
      throw unusable(`others may read the key file ${keyFile} (chmod 600 ${keyFile})`);
    if (us !== undefined && us !== 0 && uid !== us)
      throw unusable(`the key file ${keyFile} is another user's`);
    const key = Buffer.from(readFileSync(file, "utf8").trim(), "base64");
    if (key.length !== keyBytes) throw unusable(`${keyFile} is no key file`);
    return key;
  } finally {
    closeSync(file);
  }
}

/** Writes the file under another name, then links it: when two processes do, both get the first one's key. */
function makeKey(keyFile: string): Buffer {
  makeFoldersNow(dirname(keyFile), { mode: 0o700 });
  const temporary = `${keyFile}.${randomBytes(6).toString("hex")}`;
  const file = openSync(temporary, "wx", 0o600);
  try {
    writeSync(file, `${randomBytes(keyBytes).toString("base64")}\n`);
    fsyncSync(file);
    linkSync(temporary, keyFile);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    closeSync(file);
    unlinkSync(temporary);
  }
  const folder = openSync(dirname(keyFile), "r");
  fsyncSync(folder);
  closeSync(folder);
  const key = readKey(keyFile);
  if (key === undefined) throw unusable(`the key file ${keyFile} has just gone`);
  return key;
}

/** Names a key without telling anything of it. */
function nameOf(key: Buffer): string {
  return createHash("sha256").update("dailies master key").update(key).digest("hex").slice(0, 8);
}

/**
 * AES-256-GCM with the key in `keyFile`: 32 bytes in base 64, readable by its owner alone. The file is
 * read when it is first needed, and made by the first `seal`, never by `open`.
 * A sealed text is `v1.<name of the key>.<base64url of nonce, tag and cipher text>`.
 */
export function createSeal({ keyFile }: { readonly keyFile: string }): Seal {
  let known: Buffer | undefined;
  const existing = (): Buffer => {
    known ??= readKey(keyFile);
    if (known !== undefined) return known;
    throw unusable(`the key file ${keyFile} is not there, with which secrets were sealed`);
  };
  return {
    derive: (purpose) =>
      new Uint8Array(hkdfSync("sha256", existing(), "", `dailies ${purpose}`, keyBytes)),
    seal(text, about = "") {
      known ??= readKey(keyFile) ?? makeKey(keyFile);
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv("aes-256-gcm", known, iv, { authTagLength: tagBytes });
      cipher.setAAD(Buffer.from(about));
      const hidden = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const all = Buffer.concat([iv, cipher.getAuthTag(), hidden]);
      return `v1.${nameOf(known)}.${all.toString("base64url")}`;
    },
    open(sealed, about = "") {
      const masterKey = existing();
      const [format, name, rest = ""] = sealed.split(".");
      if (format !== "v1") throw unusable("this is no sealed secret");
      if (name !== nameOf(masterKey))
        throw unusable(`${keyFile} is not the key it was sealed with`);
      const all = Buffer.from(rest, "base64url");
      // base64url has several spellings for the same bytes; only one was sealed
      if (sealed !== `v1.${name}.${all.toString("base64url")}`)
        throw unusable("a sealed secret was changed");
      try {
        const iv = all.subarray(0, ivBytes);
        const decipher = createDecipheriv("aes-256-gcm", masterKey, iv, {
          authTagLength: tagBytes,
        });
        decipher.setAAD(Buffer.from(about));
        decipher.setAuthTag(all.subarray(ivBytes, ivBytes + tagBytes));
        const text = decipher.update(all.subarray(ivBytes + tagBytes));
        return Buffer.concat([text, decipher.final()]).toString("utf8");
      } catch (error) {
        throw unusable("a sealed secret was changed, or belongs to something else", error);
      }
    },
  };
}
