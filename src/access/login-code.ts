import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** A code that lets one browser in. */
export interface LoginCode {
  readonly code: string;
  /** Whether this is the code, and nobody has used it yet. */
  take(given: string): boolean;
}

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/** 192 random bits, good for one use in the life of this process. */
export function createLoginCode(): LoginCode {
  const code = randomBytes(24).toString("base64url");
  let isUsed = false;
  return {
    code,
    take(given) {
      if (isUsed || !timingSafeEqual(hashOf(given), hashOf(code))) return false;
      isUsed = true;
      return true;
    },
  };
}
