import type { Access, Caller } from "../../access/access.ts";
import type { Scope } from "./canonical.ts";

/** Where the secrets of keys are asked for. */
export type Signers = Pick<Access, "signer">;

/** Who asks, and what the signature promises of the body. */
export interface Verified {
  readonly caller: Caller;
  /** The service that the signature is for; absent where the signature names none. */
  readonly service?: string;
  /** The region that the signature is for; absent where it names none. */
  readonly region?: string;
  readonly payload: Payload;
}

/** How the body is to be checked. */
export type Payload =
  /** Its SHA-256 was signed, in hexadecimal. */
  | { readonly kind: "hash"; readonly sha256: string }
  | { readonly kind: "unsigned" }
  /** `aws-chunked`; with `signing` each chunk is signed. */
  | { readonly kind: "chunked"; readonly hasTrailer: boolean; readonly signing?: ChunkSigning };

export interface ChunkSigning {
  readonly key: Buffer;
  readonly amzDate: string;
  readonly scope: Scope;
  /** The signature of the request, on which that of the first chunk rests. */
  readonly seed: string;
}
