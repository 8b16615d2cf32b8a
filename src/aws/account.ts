import { createHash } from "node:crypto";

/** Twelve digits for an owner, always the same, as AWS numbers its accounts. */
export function accountOf(owner: string): string {
  const number = createHash("sha256").update(`dailies account ${owner}`).digest().readUIntBE(0, 6);
  return String(number % 10 ** 12).padStart(12, "0");
}
