import { createCodeSigner } from "../media/signed-code.ts";
import type { Seal } from "./seal.ts";

/** What a link to a stream opens: all its files, for as long as this version is there and is this owner's. */
export interface StreamLink {
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  /** Milliseconds since 1970, UTC. */
  readonly expiresAt: number;
}

/** Links by which players without a key fetch the files of one stream. */
export interface StreamLinks {
  /** @throws MediaError `master_key_unusable` */
  sign(link: StreamLink): string;
  /** Undefined when the code was not made by this server, was changed, or has expired. */
  read(code: string): StreamLink | undefined;
}

function linkOf([name, version, owner, expiresAt]: readonly unknown[]): StreamLink | undefined {
  if (typeof expiresAt !== "number") return undefined;
  return { name: String(name), version: String(version), owner: String(owner), expiresAt };
}

/** Links that this server signs: they need no record, and end with their time. */
export function createStreamLinks({
  seal,
  now = () => Date.now(),
}: {
  readonly seal: Pick<Seal, "derive" | "seal">;
  readonly now?: () => number;
}): StreamLinks {
  const codes = () => createCodeSigner("s1", seal.derive("stream links"));
  return {
    sign({ name, version, owner, expiresAt }) {
      seal.seal(""); // makes the master key where there is none yet
      return codes().sign([name, version, owner, expiresAt]);
    },
    read(code) {
      try {
        const values = codes().read(code);
        const link = values && linkOf(values);
        return link !== undefined && link.expiresAt > now() ? link : undefined;
      } catch {
        return undefined; // without the master key no link opens
      }
    },
  };
}
