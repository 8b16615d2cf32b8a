import { createHmac, timingSafeEqual } from "node:crypto";

/** Makes and reads codes of plain values. Nobody who does not have the key can make one. */
export interface CodeSigner {
  sign(values: readonly (string | number)[]): string;
  /** Undefined when the code was not made here, or was changed. */
  read(code: string): readonly unknown[] | undefined;
}

const signatureLength = 43;

/**
 * Codes `PREFIX.VALUES.SIGNATURE` (HMAC-SHA-256, base64url) that can stand in a URL.
 * @param prefix what the code is for, and its form: letters and digits
 * @param key 32 bytes that only this server has, for this purpose alone
 */
export function createCodeSigner(prefix: string, key: Uint8Array): CodeSigner {
  const pattern = new RegExp(`^${prefix}\\.([\\w-]{1,8192})\\.([\\w-]{${signatureLength}})$`);
  const signatureOf = (payload: string): string =>
    createHmac("sha256", key).update(`${prefix}.${payload}`).digest("base64url");
  return {
    sign(values) {
      const payload = Buffer.from(JSON.stringify(values)).toString("base64url");
      return `${prefix}.${payload}.${signatureOf(payload)}`;
    },
    read(code) {
      const [, payload = "", signature = ""] = pattern.exec(code) ?? [];
      if (payload === "") return undefined;
      if (!timingSafeEqual(Buffer.from(signature), Buffer.from(signatureOf(payload))))
        return undefined;
      const values: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
      return Array.isArray(values) ? values : undefined;
    },
  };
}
