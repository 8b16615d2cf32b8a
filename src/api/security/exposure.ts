import { MediaError } from "../../media/errors.ts";
import { isLoopback } from "./loopback.ts";

/** The sandbox's levels that leave a decoder more than it needs. */
export type WeakSandbox = "kernel" | "limits";

export interface Exposure {
  /** The address that the server binds to. */
  readonly host: string;
  readonly hasKeys: boolean;
  /** Keys are required on this machine, too, for example behind a proxy. */
  readonly requireKeys: boolean;
  readonly sandbox: {
    readonly level: "bubblewrap" | WeakSandbox;
    readonly cutsNetwork: boolean;
  };
  /** `--accept-sandbox`: the level that is accepted when the server is started. */
  readonly acceptSandbox?: WeakSandbox;
}

/**
 * Whether the server may start like this. Returns whether every caller must have a key.
 * @throws MediaError `not_safe`
 */
export function checkExposure(exposure: Exposure): { readonly requireKeys: boolean } {
  const { host, hasKeys, sandbox, acceptSandbox } = exposure;
  if (isLoopback(host)) return { requireKeys: exposure.requireKeys };
  if (!hasKeys)
    throw new MediaError(
      "not_safe",
      `others can reach ${host}, and there is no key yet: \`dailies keys create NAME\` makes one`,
    );
  if (!sandbox.cutsNetwork && acceptSandbox !== sandbox.level)
    throw new MediaError(
      "not_safe",
      `others can reach ${host}, and the sandbox here (${sandbox.level}) leaves decoders the ` +
        `network: install bubblewrap, or say --accept-sandbox ${sandbox.level}`,
    );
  return { requireKeys: true };
}
