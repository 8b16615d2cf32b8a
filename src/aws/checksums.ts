import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import {
  createCRC32,
  createCRC64,
  createXXHash128,
  createXXHash3,
  createXXHash64,
} from "hash-wasm";

/** A checksum that is computed as bytes come. */
export interface RunningChecksum {
  update(bytes: Uint8Array): void;
  /** Base 64 of the big-endian value. To be asked for once. */
  value(): string;
}

const fromHash = (name: string): RunningChecksum => {
  const hash = createHash(name);
  return { update: (bytes) => void hash.update(bytes), value: () => hash.digest("base64") };
};

function fromCrc32(): RunningChecksum {
  let value = 0;
  return {
    update: (bytes) => void (value = crc32(bytes, value)),
    value() {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes.toString("base64");
    },
  };
}

type WasmHasher = Awaited<ReturnType<typeof createCRC32>>;

const fromWasm = async (made: Promise<WasmHasher>): Promise<RunningChecksum> => {
  const hasher = await made;
  hasher.init();
  return {
    update: (bytes) => void hasher.update(bytes),
    value: () => Buffer.from(hasher.digest("binary")).toString("base64"),
  };
};

/** Reversed, as hash-wasm takes them: Castagnoli's polynomial, and that of the NVM Express specification. */
const castagnoli = 0x82f63b78;
const nvme = "9a6c9329ac4bc9b5";

interface ChecksumKind {
  readonly bytes: number;
  /** What the checksum of an object in parts can be. The first one is the default. */
  readonly types: readonly ("FULL_OBJECT" | "COMPOSITE")[];
  readonly create: () => RunningChecksum | Promise<RunningChecksum>;
}

const both = ["COMPOSITE", "FULL_OBJECT"] as const;

/**
 * The checksums of S3 by the end of their headers' names, `x-amz-checksum-NAME`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
 */
export const checksumKinds = {
  crc32: { bytes: 4, types: both, create: fromCrc32 },
  crc32c: { bytes: 4, types: both, create: () => fromWasm(createCRC32(castagnoli)) },
  crc64nvme: { bytes: 8, types: ["FULL_OBJECT"], create: () => fromWasm(createCRC64(nvme)) },
  sha1: { bytes: 20, types: ["COMPOSITE"], create: () => fromHash("sha1") },
  sha256: { bytes: 32, types: ["COMPOSITE"], create: () => fromHash("sha256") },
  sha512: { bytes: 64, types: ["COMPOSITE"], create: () => fromHash("sha512") },
  md5: { bytes: 16, types: ["COMPOSITE"], create: () => fromHash("md5") },
  xxhash64: { bytes: 8, types: ["COMPOSITE"], create: () => fromWasm(createXXHash64()) },
  xxhash3: { bytes: 8, types: ["COMPOSITE"], create: () => fromWasm(createXXHash3()) },
  xxhash128: { bytes: 16, types: ["COMPOSITE"], create: () => fromWasm(createXXHash128()) },
} as const satisfies Record<string, ChecksumKind>;

export type ChecksumName = keyof typeof checksumKinds;

export const checksumNames = Object.keys(checksumKinds) as readonly ChecksumName[];

/** The kind of that name, in any case; undefined when there is none. */
export function checksumNamed(name: string): ChecksumName | undefined {
  return checksumNames.find((one) => one === name.toLowerCase());
}

/** Whether a text is the base 64 of a checksum of this kind. */
export function isChecksum(name: ChecksumName, text: string): boolean {
  const bytes = Buffer.from(text, "base64");
  return bytes.byteLength === checksumKinds[name].bytes && bytes.toString("base64") === text;
}
