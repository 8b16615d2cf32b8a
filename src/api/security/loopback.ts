import { isIP } from "node:net";

/** Whether a host to bind to is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (name === "localhost" || name === "::1") return true;
  if (name.startsWith("::ffff:")) return isLoopback(name.slice("::ffff:".length));
  return isIP(name) === 4 && name.startsWith("127.");
}

/** The host of a Host header or an origin, without its port; undefined where it is malformed. */
export function hostOf(text: string): string | undefined {
  const [, host] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/.exec(text) ?? [];
  return host?.toLowerCase();
}
