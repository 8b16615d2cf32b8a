import type { Share, Shares } from "./access.ts";
import type { Seal } from "./seal.ts";

const purpose = "share";
/** A media file's name has 900 bytes at most, and a note 1,000 characters. */
const longestCode = 8_192;

interface Parts {
  readonly seal: Seal;
  readonly now: () => number;
  readonly isValid: (accessKeyId: string) => Promise<boolean>;
}

/** Codes of links that open one media file: sealed texts, so that the server keeps nothing of them. */
export function createShares({ seal, now, isValid }: Parts): Shares {
  const opened = (code: string): Share | undefined => {
    try {
      return JSON.parse(seal.open(code, purpose)) as Share;
    } catch {
      return undefined;
    }
  };
  return {
    sealShare: async (share) => seal.seal(JSON.stringify(share), purpose),
    async openShare(code) {
      const share = code.length > longestCode ? undefined : opened(code);
      if (share === undefined || share.expiresAt <= now()) return undefined;
      const { accessKeyId } = share;
      return accessKeyId === undefined || (await isValid(accessKeyId)) ? share : undefined;
    },
  };
}
