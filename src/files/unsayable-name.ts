import { lstat } from "node:fs/promises";

/**
 * Whether a file or folder that was listed has a name that is not UTF-8: U+FFFD stands for its bytes in the
 * path, which leads nowhere.
 */
export async function hasUnsayableName(path: string): Promise<boolean> {
  if (!path.includes("\ufffd")) return false;
  return lstat(path).then(
    () => false,
    () => true,
  );
}
