import { createHash, createPrivateKey, generateKeyPair, sign, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Seal } from "../access/seal.ts";
import { selfSigned } from "./certificate.ts";
import type { SignatureVersion, TopicStore } from "./topic-store.ts";

/** What signs messages in the form of SNS. */
export interface SnsSigner {
  /** Names the certificate. */
  readonly id: string;
  /** In base 64. */
  sign(text: string, version: SignatureVersion): string;
}

const hashes = { "1": "sha1", "2": "sha256" } as const;

interface Options {
  readonly store: Pick<TopicStore, "signingKey" | "addSigningKey">;
  readonly seal: Seal;
  readonly now: () => number;
}

const about = (id: string): string => `signing key ${id}`;

/** Makes a key with its certificate, and keeps it. */
async function newKey({ store, seal, now }: Options): Promise<{ id: string; key: KeyObject }> {
  const keys = await promisify(generateKeyPair)("rsa", { modulusLength: 2048 });
  const certificate = selfSigned("Dailies notifications", keys, now());
  const id = createHash("sha256").update(certificate).digest("hex").slice(0, 32);
  const pem = keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  await store.addSigningKey({ id, certificate, sealed: seal.seal(pem, about(id)) });
  return { id, key: keys.privateKey };
}

/**
 * The library's signer. Its key is made when the first message is signed, and again when the old one cannot be opened
 * any more: with the master key it was sealed with, it is lost.
 */
export function createSnsSigner(options: Options): () => Promise<SnsSigner> {
  const { store, seal } = options;
  const opened = async (): Promise<{ id: string; key: KeyObject }> => {
    const row = await store.signingKey();
    if (row === undefined) return newKey(options);
    let pem: string;
    try {
      pem = seal.open(row.sealed, about(row.id));
    } catch {
      return newKey(options);
    }
    return { id: row.id, key: createPrivateKey(pem) };
  };
  let known: Promise<SnsSigner> | undefined;
  const load = async (): Promise<SnsSigner> => {
    const { id, key } = await opened();
    return {
      id,
      sign: (text, version) => sign(hashes[version], Buffer.from(text), key).toString("base64"),
    };
  };
  return () =>
    (known ??= load().catch((error: unknown) => {
      known = undefined;
      throw error;
    }));
}
