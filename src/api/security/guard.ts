import type { Access } from "../../access/access.ts";
import { checkExposure, type Exposure, type WeakSandbox } from "./exposure.ts";
import { isLoopback } from "./loopback.ts";
import { createSecurity, type SecurityOptions } from "./security.ts";

interface GuardOptions extends Omit<SecurityOptions, "access"> {
  readonly access: Access;
  readonly host: string;
  readonly acceptSandbox?: WeakSandbox | undefined;
  /** Finds the sandbox's level. This takes longer than the rest, so it is called only when it matters. */
  readonly sandbox: () => Promise<Exposure["sandbox"]>;
}

/**
 * The security handlers that run before every operation of a server on this host.
 * @throws MediaError `not_safe` when it may not listen there
 */
export async function guardServer({
  host,
  acceptSandbox,
  sandbox,
  ...security
}: GuardOptions): Promise<ReturnType<typeof createSecurity>> {
  const { requireKeys } = checkExposure({
    host,
    hasKeys: await security.access.hasKeys(),
    requireKeys: security.requireKeys,
    sandbox: isLoopback(host) ? { level: "limits", cutsNetwork: false } : await sandbox(),
    ...(acceptSandbox !== undefined && { acceptSandbox }),
  });
  return createSecurity({ ...security, requireKeys });
}
