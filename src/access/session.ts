import { localUser, scopes, sessionMs, type Caller, type Sessions } from "./access.ts";
import type { Seal } from "./seal.ts";

/** What a session's text is sealed for; another sealed text is no session. */
const purpose = "page session";

interface Parts {
  readonly seal: Seal;
  readonly now: () => number;
  /** Who has a key that counts. */
  readonly callerWith: (accessKeyId: string) => Promise<Caller | undefined>;
}

function opened(seal: Seal, session: string): unknown {
  try {
    return JSON.parse(seal.open(session, purpose));
  } catch {
    return undefined; // also when the master key is another one by now
  }
}

export function createSessions({ seal, now, callerWith }: Parts): Sessions {
  return {
    startSession: async (accessKeyId) =>
      seal.seal(JSON.stringify({ accessKeyId, endsAt: now() + sessionMs }), purpose),
    async sessionCaller(session) {
      if (session.length > 1_024) return undefined;
      const known = opened(seal, session) as { accessKeyId?: string; endsAt?: number } | undefined;
      if (known?.endsAt === undefined || known.endsAt <= now()) return undefined;
      if (known.accessKeyId !== undefined) return callerWith(known.accessKeyId);
      return { owner: localUser, scopes: [...scopes] };
    },
  };
}
