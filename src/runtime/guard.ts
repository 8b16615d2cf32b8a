import { checkExposure, type WeakSandbox } from "../api/security/exposure.ts";
import { isLoopback } from "../api/security/loopback.ts";
import { createSecurity } from "../api/security/security.ts";
import { createSandbox } from "../sandbox/create.ts";
import type { Config } from "../config/config.ts";
import type { Dailies } from "../app/dailies.ts";

/**
 * What stands before every operation of a server on this host.
 * @throws MediaError `not_safe` when it may not listen there so
 */
export async function guardServer(
  { security }: Pick<Config, "security">,
  { access }: Pick<Dailies, "access">,
  { host, acceptSandbox }: { readonly host: string; readonly acceptSandbox?: WeakSandbox },
): Promise<ReturnType<typeof createSecurity>> {
  // finding the sandbox's level costs more than all else: only where it decides
  const sandbox = isLoopback(host)
    ? ({ level: "limits", cutsNetwork: false } as const)
    : await createSandbox();
  const { requireKeys } = checkExposure({
    host,
    hasKeys: await access.hasKeys(),
    requireKeys: security.requireKeys,
    sandbox,
    ...(acceptSandbox !== undefined && { acceptSandbox }),
  });
  return createSecurity({ access, ...security, requireKeys });
}
